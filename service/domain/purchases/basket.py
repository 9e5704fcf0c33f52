"""What a checkout sends of a cart: the same for quotes, holds and purchases."""

import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import LINES_MAX, Amount, Currency, Instant, Key, Name, Short, Units
from service.kernel.values import Client, Identifier
from service.rules.cart import LineKind

COUPONS_MAX: Final = 10
WALLETS_MAX: Final = 10
GIFT_CARDS_MAX: Final = 10

Quantity = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,3})?$(?!\n)")]
WholeQuantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Rate = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$(?!\n)")]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Tax(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tax of a line: `rate` in percent as text ("23"), `amount` in minor units. One is enough."""

    rate: Rate | None = None
    amount: Amount | None = None


class LineIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A line of a receipt. `amount` (the whole line, minor units) or `unit_price` is given."""

    sku: Short
    quantity: WholeQuantity | Quantity = 1
    amount: Amount | None = None
    unit_price: Amount | None = None
    kind: LineKind = LineKind.GOODS
    category: Short | None = None
    brand: Short | None = None
    attributes: Annotated[dict[Short, Short], msgspec.Meta(max_length=20)] = {}
    tax: Tax | None = None
    discount_given: Amount = 0


class MemberRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member named by id."""

    id: uuid.UUID


class RedeemIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of a wallet to pay with."""

    wallet: Name
    amount: Units


class GiftCardIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A gift card to pay with. `amount` absent: all it has, as far as the cart takes it.

    `pin`: of a kind that has one, unless the key may read gift cards.
    """

    code: Code
    pin: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4,12}$(?!\n)")] | None = None
    amount: Units | None = None


class Basket(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A cart and whose it is.

    `member` is a list of identifiers, the first that matches wins, or an id, or absent. `coupons`:
    codes as they were typed or scanned. `redeem`: each wallet at most once. `gift_cards` pay last,
    in their order. `client`: the person's device and address as the partner sees them, against
    which wrong codes are counted.
    """

    channel: Key
    store: Key | None = None
    occurred_at: Instant | None = None
    currency: Currency
    member: (
        Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=10)]
        | MemberRef
        | None
    ) = None
    lines: Annotated[tuple[LineIn, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    coupons: Annotated[tuple[Code, ...], msgspec.Meta(max_length=COUPONS_MAX)] = ()
    redeem: Annotated[tuple[RedeemIn, ...], msgspec.Meta(max_length=WALLETS_MAX)] = ()
    gift_cards: Annotated[tuple[GiftCardIn, ...], msgspec.Meta(max_length=GIFT_CARDS_MAX)] = ()
    client: Client | None = None
