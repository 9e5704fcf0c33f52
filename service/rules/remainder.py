"""What is left of a cart after returns, and what came back: by line and quantity, never by path."""

from collections.abc import Sequence

import msgspec

from service.rules.cart import Cart, CartLine


def returned_value(cart: Cart, returned: Sequence[int]) -> list[int]:
    """What was paid for the returned units of each line, minor units; `returned` as `remainder`."""
    return [carried(line.paid(), units, line) for line, units in _lines_with(cart, returned)]


def remainder(cart: Cart, returned: Sequence[int]) -> Cart:
    """The cart without what came back; lines that came back whole are left out.

    `returned`: thousandths in all, for each line of the cart, at most what was bought; anything
    else is a ValueError. k returned units of n carry floor(k x amount / n), and the same share of
    what was left after the shop's discount, of what was paid, and of the tax; what remains carries
    the rest. Discounts are the differences, so no part of a line ever costs less than nothing.
    """
    pairs = _lines_with(cart, returned)
    lines = [_left(line, units) for line, units in pairs if units < line.quantity]
    return msgspec.structs.replace(cart, lines=tuple(lines))


def _lines_with(cart: Cart, returned: Sequence[int]) -> list[tuple[CartLine, int]]:
    pairs = list(zip(cart.lines, returned, strict=True))
    if any(not 0 <= units <= line.quantity for line, units in pairs):
        raise ValueError("more returned than was bought, or less than nothing")
    return pairs


def carried(amount: int, units: int, line: CartLine) -> int:
    """What the first so many returned units of the line carry of an amount, rounded down."""
    return units * amount // line.quantity


def _left(line: CartLine, units: int) -> CartLine:
    if not units:
        return line
    amount, paid = line.amount, line.paid()
    offered = amount - line.discount_given
    amount_left = amount - carried(amount, units, line)
    offered_left = offered - carried(offered, units, line)
    paid_left = paid - carried(paid, units, line)
    return msgspec.structs.replace(
        line,
        quantity=line.quantity - units,
        amount=amount_left,
        tax_amount=line.tax_amount - carried(line.tax_amount, units, line),
        discount_given=amount_left - offered_left,
        charged_off=offered_left - paid_left,
    )
