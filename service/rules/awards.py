"""What the rules that fired give: the part of each rule, and the lots they make together."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from service.kernel.calendar import UTC, shift
from service.rules.case import Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule, LotKind, Part
from service.rules.decision import Award, Credit
from service.rules.document import Wallet
from service.rules.expiry import Expiry, expires_at
from service.rules.facts import Facts, MemberFacts
from service.rules.tally import Tally

_FAR: Final = dt.datetime.max.replace(tzinfo=UTC)  # sorts "never" last


class Share:
    """A rule's part of one wallet: `given` of `wanted` units, both more than 0 before any cut."""

    __slots__ = ("given", "part", "rule", "wanted")

    def __init__(self, rule: CompiledRule, part: Part, wanted: int) -> None:
        self.rule = rule
        self.part = part
        self.wanted = wanted
        self.given = wanted


def shares(case: Case, fired: Iterable[CompiledRule]) -> list[Share]:
    """The marginal parts of the rules in their order, those of 0 units left out.

    The parts of a wallet sum to floor(sum over lines of adds x multipliers + fixed).
    """
    tallies: dict[str, Tally] = {}
    found: list[Share] = []
    for rule in fired:
        for part in rule.parts:
            tally = tallies.get(part.wallet)
            if tally is None:
                tally = tallies[part.wallet] = Tally(case, part.scale)
            for step in part.steps:
                step(tally)
            wanted = tally.part()
            if wanted:
                found.append(Share(rule, part, wanted))
    return found


def credits_of(found: Iterable[Share]) -> tuple[Credit, ...]:
    """The shares as they are stored."""
    return tuple(
        [
            Credit(
                campaign=share.rule.campaign,
                rule=share.rule.id,
                effect=share.part.effect,
                wallet=share.part.wallet,
                points=share.given,
                wanted=share.wanted,
            )
            for share in found
        ]
    )


def lots(program: Program, facts: Facts, units: Mapping[LotKind, int]) -> tuple[Award, ...]:
    """The awards of these units: one for each wallet and expiry, never ones of 0 units."""
    member = facts.member
    if member is None:
        return ()
    spans = program.spans_at(facts.at)
    totals: dict[str, dict[dt.datetime | None, int]] = {}
    available: dict[str, dt.datetime] = {}
    for kind, points in units.items():
        if not points:
            continue
        wallet = kind.wallet
        expiry = kind.expires or wallet.expires
        if kind.expires is None and wallet.expires_by_tier:
            expiry = _by_tier(program, wallet, member)
        span = spans.get((wallet.number, expiry))
        if span is None:
            start = available_at(program, wallet, facts.at)
            span = spans[wallet.number, expiry] = (start, expires_at(expiry, start, program.tz))
        available[wallet.id], lapses = span
        by_expiry = totals.setdefault(wallet.id, {})
        by_expiry[lapses] = by_expiry.get(lapses, 0) + points
    return tuple(
        [
            Award(wallet=name, points=points, available_at=available[name], expires_at=lapses)
            for name in program.wallets
            if name in totals
            for lapses, points in _soonest_first(totals[name])
        ]
    )


def available_at(program: Program, wallet: Wallet, at: dt.datetime) -> dt.datetime:
    """When units earned at the instant can be used."""
    return at if wallet.pending is None else shift(at, wallet.pending, program.tz)


def _by_tier(program: Program, wallet: Wallet, member: MemberFacts) -> Expiry:
    for ladder, tier, expiry in wallet.expires_by_tier:
        if program.world.tier_of(member, ladder) == tier:
            return expiry
    return wallet.expires


def _soonest_first(
    totals: Mapping[dt.datetime | None, int],
) -> Sequence[tuple[dt.datetime | None, int]]:
    if len(totals) == 1:
        return tuple(totals.items())
    return sorted(totals.items(), key=lambda item: item[0] or _FAR)
