"""From a request to the canonical cart and the fingerprint of its natural key. Pure."""

import datetime as dt
import hashlib
from typing import Any, Final

import msgspec

from service.domain.purchases.basket import Basket, LineIn, Tax
from service.domain.purchases.errors import LineInvalid, TotalInvalid
from service.domain.purchases.types import ChargedIn, RecordPurchase
from service.kernel.allocation import allocate
from service.kernel.codes import normalise
from service.kernel.text import AMOUNT_MAX
from service.rules.cart import Cart, CartLine, LineKind
from service.rules.document import Taxed

FP_VERSION: Final = 1
UNIT: Final = 1_000  # thousandths of one unit
QUANTITY_MAX: Final = 1_000_000_000  # thousandths of one line
_NO_TAX: Final = (-1, -1)
_encode: Final = msgspec.msgpack.Encoder().encode


_ContentLine = tuple[str, int, int, LineKind, str, str, tuple[tuple[str, str], ...], int, int, int]


# What makes two requests the same purchase: not the mode, nor how the member was named. It does not
# depend on the program, so that a replay after years is still a replay. Without coupons and units
# redeemed it has the form that it has always had.
_Content = tuple[Any, ...]


def thousandths(quantity: int | str) -> int:
    """Quantity in thousandths: 2 -> 2000, "0.732" -> 732."""
    if isinstance(quantity, int):
        return quantity * 1000
    whole, _, part = quantity.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0") or "0")


def _amount(line: LineIn, quantity: int, n: int) -> int:
    if line.unit_price is None:
        raise LineInvalid(pointer=f"/lines/{n}/amount", problem="give 'amount' or 'unit_price'")
    amount, rest = divmod(line.unit_price * quantity, UNIT)
    return amount + (1 if rest * 2 >= UNIT else 0)


def _tax_of(tax: Tax, amount: int, prices: Taxed, n: int) -> int:
    if tax.amount is not None:
        if prices is Taxed.GROSS and tax.amount > amount:
            pointer = f"/lines/{n}/tax/amount"
            raise LineInvalid(pointer=pointer, problem="more than the line itself")
        return tax.amount
    if tax.rate is None:
        return 0
    rate = _millionths(tax.rate)
    base = 1_000_000 + rate if prices is Taxed.GROSS else 1_000_000
    return (2 * amount * rate + base) // (2 * base)  # half up


def _millionths(rate: str) -> int:
    """Percent as text in millionths: "23" -> 230000."""
    whole, _, part = rate.partition(".")
    return int(whole) * 10_000 + int(part.ljust(4, "0") or "0")


def measures(line: LineIn, n: int) -> tuple[int, int]:
    """(thousandths, minor units) of the n-th line; LineInvalid names what is wrong."""
    given = line.quantity
    quantity = given * UNIT if isinstance(given, int) else thousandths(given)
    if not 0 < quantity <= QUANTITY_MAX:
        problem = "must be at most 1000000" if quantity else "must be more than 0"
        raise LineInvalid(pointer=f"/lines/{n}/quantity", problem=problem)
    amount = _amount(line, quantity, n) if line.amount is None else line.amount
    if amount > AMOUNT_MAX:
        raise LineInvalid(pointer=f"/lines/{n}/unit_price", problem="the line is worth too much")
    if line.discount_given > amount:
        pointer = f"/lines/{n}/discount_given"
        raise LineInvalid(pointer=pointer, problem="more than the line itself")
    return quantity, amount


def _line(line: LineIn, prices: Taxed, n: int) -> CartLine:
    quantity, amount = measures(line, n)
    return CartLine(
        sku=line.sku,
        quantity=quantity,
        amount=amount,
        kind=line.kind,
        category=line.category,
        brand=line.brand,
        attributes=dict(sorted(line.attributes.items())) if line.attributes else {},
        tax_amount=_tax_of(line.tax, amount, prices, n) if line.tax else 0,
        discount_given=line.discount_given,
    )


def _charged_off(lines: tuple[CartLine, ...], charged: ChargedIn) -> list[int]:
    """What the till took off each line beyond what the shop said."""
    asked = [line.amount - line.discount_given for line in lines]
    if charged.total > sum(asked):
        raise TotalInvalid(pointer="/charged/total", problem="more than the lines come to")
    off = sum(asked) - charged.total
    if charged.discounts is None:
        return allocate(off, asked)
    if len(charged.discounts) != len(lines):
        raise TotalInvalid(pointer="/charged/discounts", problem="one discount per line is needed")
    for n, (discount, amount) in enumerate(zip(charged.discounts, asked, strict=True)):
        if discount > amount:
            raise TotalInvalid(
                pointer=f"/charged/discounts/{n}", problem="more than the line itself"
            )
    if sum(charged.discounts) != off:
        raise TotalInvalid(
            pointer="/charged/total",
            problem=f"lines less discounts come to {sum(asked) - sum(charged.discounts)}",
        )
    return list(charged.discounts)


def cart_of(body: Basket, prices: Taxed) -> Cart:
    """The canonical cart; LineInvalid or TotalInvalid name the field that is wrong."""
    charged = body.charged if isinstance(body, RecordPurchase) else None
    lines = tuple([_line(line, prices, n) for n, line in enumerate(body.lines)])
    if sum([line.amount for line in lines]) > AMOUNT_MAX:
        raise TotalInvalid(pointer="/lines", problem="the lines are worth too much together")
    if charged is not None:
        off = _charged_off(lines, charged)
        lines = tuple(
            msgspec.structs.replace(line, charged_off=less) if less else line
            for line, less in zip(lines, off, strict=True)
        )
    return Cart(
        channel=body.channel,
        store=body.store,
        currency=body.currency,
        lines=lines,
        charged=charged is not None,
    )


def fingerprint(body: RecordPurchase) -> bytes:
    """SHA-256 of the canonical content, 32 bytes; `FP_VERSION` names its form.

    The instant counts in UTC; quantities, amounts and rates in their canonical form, defaults not
    at all.
    """
    charged = body.charged
    content = (
        body.channel,
        body.external_id,
        body.store,
        body.occurred_at.astimezone(dt.UTC) if body.occurred_at else None,
        body.currency,
        _content_lines(body),
        (charged.total, charged.discounts or ()) if charged else None,
    )
    return hashlib.sha256(_encode((*content, *_redeemed(body)))).digest()


def _redeemed(body: Basket) -> _Content:
    if not body.coupons and not body.redeem and not body.gift_cards:
        return ()
    coupons = tuple(normalise(code) or code for code in body.coupons)
    content = (coupons, tuple(sorted((one.wallet, one.amount) for one in body.redeem)))
    if not body.gift_cards:
        return content
    cards = tuple((normalise(one.code) or one.code, one.amount) for one in body.gift_cards)
    return (*content, cards)


def _content_lines(body: Basket, cart: Cart | None = None) -> list[_ContentLine]:
    """`cart`: what `cart_of` made of it, where that is there."""
    if cart is None:
        measured = [measures(line, n) for n, line in enumerate(body.lines)]
    else:
        measured = [(line.quantity, line.amount) for line in cart.lines]
    return [
        (
            line.sku,
            quantity,
            amount,
            line.kind,
            line.category or "",
            line.brand or "",
            tuple(sorted(line.attributes.items())) if line.attributes else (),
            *(_content_tax(line.tax) if line.tax else _NO_TAX),
            line.discount_given,
        )
        for line, (quantity, amount) in zip(body.lines, measured, strict=True)
    ]


def _content_tax(tax: Tax) -> tuple[int, int]:
    return (
        -1 if tax.amount is None else tax.amount,
        -1 if tax.rate is None else _millionths(tax.rate),
    )


def basket_fingerprint(body: Basket, cart: Cart | None = None) -> bytes:
    """SHA-256 of what decides a basket, 32 bytes: not its time, nor how the member was named.

    `cart`: what `cart_of` made of it, where that is there.
    """
    lines = _content_lines(body, cart)
    content = (body.channel, body.store, body.currency, lines, *_redeemed(body))
    return hashlib.sha256(_encode(content)).digest()


def held_fingerprint(body: Basket) -> bytes:
    """The same wherever the basket is shown: what is held on the web may be paid at a till."""
    content = (body.currency, _content_lines(body), *_redeemed(body))
    return hashlib.sha256(_encode(content)).digest()


def by_category(cart: Cart) -> dict[str, tuple[int, int]]:
    """category -> (paid minor units, thousandths), for history windows per category."""
    sums: dict[str, tuple[int, int]] = {}
    for line in cart.lines:
        if line.category is not None:
            paid, quantity = sums.get(line.category, (0, 0))
            sums[line.category] = (paid + line.paid(), quantity + line.quantity)
    return sums
