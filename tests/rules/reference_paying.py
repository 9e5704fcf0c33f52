"""Units that pay once more: the most is found by counting down, one unit after the other."""

import math
from fractions import Fraction

from service.rules.cart import CartLine
from service.rules.decision import NotApplied, Paid, Refused
from service.rules.document import Redeem, RedeemAs, Wallet
from service.rules.facts import Paying
from tests.rules.reference_conditions import Scene, matches, paid
from tests.rules.reference_discounts import share_out


def does_not_earn(scene: Scene, line: CartLine) -> bool:
    if line.kind in {"gift_card", "deposit"}:
        return True
    return any(matches(line, where) for where in scene.document.program.no_earning)


def value(redeem: Redeem, units: int) -> int:
    return math.floor(Fraction(units * redeem.minor, redeem.units))


def room(scene: Scene, redeem: Redeem, paid_already: list[Paid]) -> tuple[dict[int, int], int]:
    """What is left of each line the wallet may pay, and how much it may pay together."""
    left = {
        n: paid(line) - sum(m for one in paid_already for p, m, _ in one.lines if p == n)
        for n, line in enumerate(scene.cart.lines)
        if line.kind in {"goods", "service"}
        and not does_not_earn(scene, line)
        and matches(line, redeem.where)
    }
    left = {n: max(0, minor) for n, minor in left.items()}
    goods = sum(
        paid(line)
        for line in scene.cart.lines
        if line.kind != "shipping" and not does_not_earn(scene, line)
    )
    most = sum(left.values())
    if redeem.share_max is not None:
        most = min(most, max(0, math.floor(goods * Fraction(*redeem.share_max))))
    return left, most


def reason(redeem: Redeem, asked: Paying, most: int, available: int) -> Refused | None:
    checks = [
        (asked.units % redeem.step != 0, Refused.NOT_A_STEP),
        (asked.units < redeem.least, Refused.BELOW_MIN),
        (redeem.most is not None and asked.units > redeem.most, Refused.ABOVE_MAX),
        (asked.units > available, Refused.NOT_ENOUGH),
        (value(redeem, asked.units) > most, Refused.ABOVE_MAX),
    ]
    return next((why for failed, why in checks if failed), None)


def units_max(redeem: Redeem, most: int, available: int) -> int:
    """The allowed number worth most; of several the least."""
    bound = math.ceil(Fraction((most + 1) * redeem.units, redeem.minor))
    units = [
        units
        for units in range(min(available, redeem.most or available, bound) + 1)
        if units % redeem.step == 0 and units >= redeem.least
    ]
    allowed = [each for each in units if 0 < value(redeem, each) <= most]
    return max(allowed, key=lambda each: (value(redeem, each), -each), default=0)


def pay(scene: Scene, paid_as: RedeemAs, known: bool) -> tuple[list[Paid], list[NotApplied]]:
    """The wallets that pay so, in order, on the scene's prices."""
    done: list[Paid] = []
    refused: list[NotApplied] = []
    for wallet in scene.document.wallets:
        for asked in scene.facts.redeem:
            if asked.wallet != wallet.id or wallet.redeem is None:
                continue
            if wallet.redeem.paid_as is not paid_as:
                continue
            one = pay_one(scene, wallet, asked, done, known=known)
            done += [one] if isinstance(one, Paid) else []
            refused += [one] if isinstance(one, NotApplied) else []
    return done, refused


def pay_one(
    scene: Scene, wallet: Wallet, asked: Paying, done: list[Paid], *, known: bool
) -> Paid | NotApplied:
    redeem = wallet.redeem
    assert redeem is not None
    left, most = room(scene, redeem, done)
    why = reason(redeem, asked, most, asked.available) if known else Refused.NEEDS_MEMBER
    worth = min(value(redeem, asked.units), sum(left.values()))
    if (asked.forced or why is None) and worth:
        money = share_out(worth, left)
        units = share_out(asked.units, money)
        return Paid(
            wallet=wallet.id,
            off=redeem.paid_as == "discount",
            units=asked.units,
            value=worth,
            lines=tuple((n, money[n], units.get(n, 0)) for n in sorted(money)),
        )
    if asked.forced or why is None:
        why = Refused.NO_EFFECT
    could = units_max(redeem, most, asked.available) if known else 0
    return NotApplied(reason=why, wallet=wallet.id, most=could)
