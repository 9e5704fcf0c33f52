"""The cart as it was sold: what our discounts took off each line, or what the till charged."""

from collections.abc import Iterable

import msgspec

from service.rules.cart import Cart
from service.rules.decision import Decision, Discounted, Paid


def priced(cart: Cart, decision: Decision) -> Cart:
    """The cart with the decision's discounts, and units paid as a discount, off its lines."""
    return with_off(cart, decision.discounts, decision.paid)


def off_lines(cart: Cart, decision: Decision) -> list[int]:
    """What the same are of each line, minor units; what the till charged is not lowered."""
    off = [0] * len(cart.lines)
    if cart.charged:
        return off
    for discount in decision.discounts:
        for position, minor in discount.lines:
            off[position] += minor
    for one in decision.paid:
        if one.off:
            for position, minor, _ in one.lines:
                off[position] += minor
    return off


def with_off(cart: Cart, discounts: Iterable[Discounted], paid: Iterable[Paid]) -> Cart:
    """The same from parts of a decision. What the till charged stands, whatever was decided."""
    if cart.charged:
        return cart
    off: dict[int, int] = {}
    for discount in discounts:
        for position, minor in discount.lines:
            off[position] = off.get(position, 0) + minor
    for one in paid:
        if one.off:
            for position, minor, _ in one.lines:
                off[position] = off.get(position, 0) + minor
    if not off:
        return cart
    lines = list(cart.lines)
    for n, minor in off.items():
        line = lines[n]
        lines[n] = msgspec.structs.replace(line, charged_off=line.charged_off + minor)
    return msgspec.structs.replace(cart, lines=tuple(lines))
