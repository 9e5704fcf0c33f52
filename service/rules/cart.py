"""The cart: what was bought, in canonical form. Its fields are the content of a natural key."""

import enum
from typing import Final

import msgspec


class LineKind(enum.StrEnum):
    """What a line is; gift cards and deposits never earn."""

    GOODS = "goods"
    SERVICE = "service"
    GIFT_CARD = "gift_card"
    DEPOSIT = "deposit"
    DONATION = "donation"
    FEE = "fee"
    SHIPPING = "shipping"


_SHIPPING: Final = LineKind.SHIPPING  # a name of the module is read faster than one of an enum


class CartLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a receipt. Money in minor units, quantity in thousandths (1 to 10^9).

    `amount` is the whole line before `discount_given` (the shop's own engine) and `charged_off`
    (what else the till took off, from `charged`, or our own discounts). `tax_amount` is the tax in
    (gross prices) or on (net prices) `amount`.
    """

    sku: str
    quantity: int
    amount: int
    kind: LineKind = LineKind.GOODS
    category: str | None = None
    brand: str | None = None
    attributes: dict[str, str] = {}
    tax_amount: int = 0
    discount_given: int = 0
    charged_off: int = 0

    def paid(self) -> int:
        """What the customer paid for the line, minor units, in the program's kind of prices."""
        return self.amount - self.discount_given - self.charged_off


class Cart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was bought, where. No line has quantity 0: a fully returned one is left out.

    `charged`: the lines' `charged_off` is what the till charged, whatever was decided.
    """

    channel: str
    store: str | None = None
    currency: str
    lines: tuple[CartLine, ...]
    charged: bool = False

    def subtotal(self) -> int:
        """Lines before any discount of ours (the shop's own discounts are already off)."""
        return sum([line.amount - line.discount_given for line in self.lines])

    def total(self) -> int:
        """What the customer pays, without shipping."""
        return sum([line.paid() for line in self.lines if line.kind is not _SHIPPING])

    def quantity(self) -> int:
        """Thousandths, over all lines."""
        return sum([line.quantity for line in self.lines])


NOTHING: Final = Cart(channel="", currency="", lines=())  # of who is asked about without a purchase
