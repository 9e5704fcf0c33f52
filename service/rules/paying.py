"""Paying with units: which lines a wallet may pay, how much of them, and what is refused."""

from collections.abc import Sequence
from typing import Final

from service.kernel.allocation import allocate
from service.rules.cart import LineKind
from service.rules.case import Bought
from service.rules.compile import Program
from service.rules.decision import NotApplied, Paid, Refused
from service.rules.discounts.offers import GOODS
from service.rules.document import Redeem, RedeemAs, Wallet
from service.rules.facts import Facts, Paying

_SHIPPING: Final = LineKind.SHIPPING  # a name of the module is read faster than one of an enum


class Room:
    """What a wallet may pay of a cart: `left` of each of `lines`, `money` in all, minor units."""

    __slots__ = ("left", "lines", "money", "whole")

    def __init__(
        self, program: Program, wallet: Wallet, bought: Bought, left: Sequence[int]
    ) -> None:
        barred, lines = bought.barred, bought.lines
        where = program.pays[wallet.id]
        self.lines = [n for n in where.match(bought) if n not in barred and lines[n].kind in GOODS]
        self.left = [max(0, left[n]) for n in self.lines]
        self.whole = sum(self.left)
        self.money = self.whole
        share = wallet.redeem.share_max if wallet.redeem is not None else None
        if share is not None:
            goods = sum(
                [
                    minor
                    for n, minor in enumerate(bought.paid)
                    if n not in barred and lines[n].kind is not _SHIPPING
                ]
            )
            self.money = min(self.whole, max(0, goods) * share[0] // share[1])


class Payment:
    """Units that pay for one cart, wallet after wallet, each of what the ones before have left.

    `paid` and `refused` by what they pay as, then in the order of the program's wallets.
    """

    __slots__ = ("_facts", "_left", "_program", "paid", "refused")

    def __init__(self, program: Program, facts: Facts) -> None:
        self._program = program
        self._facts = facts
        self._left: list[int] = []
        self.paid: list[Paid] = []
        self.refused: list[NotApplied] = []

    def take(self, bought: Bought, paid_as: RedeemAs) -> None:
        """Let the wallets pay that pay so; `bought` has the prices they find."""
        self._left = bought.paid.copy()
        for wallet in self._program.wallets.values():
            redeem = wallet.redeem
            if redeem is None or redeem.paid_as is not paid_as:
                continue
            for asked in self._facts.redeem:
                if asked.wallet == wallet.id:
                    self._pay(wallet, redeem, asked, bought)

    def _pay(self, wallet: Wallet, redeem: Redeem, asked: Paying, bought: Bought) -> None:
        room = Room(self._program, wallet, bought, self._left)
        reason = None if asked.forced else self._reason(redeem, asked, room)
        value = min(redeem.worth(asked.units), room.whole)
        if reason is None and value > 0:
            paid = _paid(wallet, redeem, asked.units, value, room)
            self.paid.append(paid)
            for n, minor, _ in paid.lines:
                self._left[n] -= minor
            return
        most = 0 if self._facts.member is None else units_max(redeem, room.money, asked.available)
        reason = reason or Refused.NO_EFFECT
        self.refused.append(NotApplied(reason=reason, wallet=wallet.id, most=most))

    def _reason(self, redeem: Redeem, asked: Paying, room: Room) -> Refused | None:
        if self._facts.member is None:
            return Refused.NEEDS_MEMBER
        return why_not(redeem, asked.units, asked.available, room.money)


def unknown(program: Program, facts: Facts) -> list[NotApplied]:
    """Wallets that are asked to pay and cannot, whatever is bought."""
    return [
        NotApplied(reason=Refused.UNKNOWN, wallet=asked.wallet)
        for asked in facts.redeem
        if asked.wallet not in program.pays
    ]


def why_not(redeem: Redeem, units: int, available: int, money: int) -> Refused | None:
    """Why so many units cannot pay where `money` may be paid; None: they can."""
    if units % redeem.step:
        return Refused.NOT_A_STEP
    if units < redeem.least:
        return Refused.BELOW_MIN
    if redeem.most is not None and units > redeem.most:
        return Refused.ABOVE_MAX
    if units > available:
        return Refused.NOT_ENOUGH
    return Refused.ABOVE_MAX if redeem.worth(units) > money else None


def units_max(redeem: Redeem, money: int, available: int) -> int:
    """The most units that may pay where `money` may be paid; no more than that is worth. Or 0."""
    by_money = ((money + 1) * redeem.units - 1) // redeem.minor
    most = min(available, by_money)
    if redeem.most is not None:
        most = min(most, redeem.most)
    most -= most % redeem.step
    needed = -(-redeem.worth(most) * redeem.units // redeem.minor)  # the fewest worth as much
    most = min(most, -(-needed // redeem.step) * redeem.step)
    return most if most >= redeem.least and redeem.worth(most) else 0


def payable(
    program: Program, bought: Bought, paid: Sequence[Paid], wallet: str, available: int
) -> int:
    """How many units of a wallet may pay, at most, besides what is `paid` already.

    `bought`: at its prices, with what is paid as a discount in them. 0 for a wallet whose units do
    not pay.
    """
    known = program.wallets.get(wallet)
    if known is None or known.redeem is None:
        return 0
    left = bought.paid.copy()
    for one in paid:
        if not one.off:
            for n, minor, _ in one.lines:
                left[n] -= minor
    room = Room(program, known, bought, left)
    return units_max(known.redeem, room.money, available)


def _paid(wallet: Wallet, redeem: Redeem, units: int, value: int, room: Room) -> Paid:
    """Value and units over the lines by what is left of them."""
    values = allocate(value, room.left)
    lines = [(n, minor) for n, minor in zip(room.lines, values, strict=True) if minor]
    shares = allocate(units, [minor for _, minor in lines])
    return Paid(
        wallet=wallet.id,
        off=redeem.paid_as is RedeemAs.DISCOUNT,
        units=units,
        value=value,
        lines=tuple((n, minor, own) for (n, minor), own in zip(lines, shares, strict=True)),
    )
