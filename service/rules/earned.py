"""What a priced cart earns: what the rules that fired give, cut to the budgets."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from service.kernel.calendar import shift
from service.rules import awards, grants
from service.rules.awards import Share
from service.rules.case import Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule, LotKind
from service.rules.decision import (
    BadgeGiven,
    Decision,
    Discounted,
    Floor,
    Invited,
    Issued,
    Told,
)
from service.rules.early import early_start
from service.rules.effects import GiveBadge, InviteToClub, TellEvent
from service.rules.facts import Facts


def earned(
    program: Program,
    case: Case,
    fired: Sequence[CompiledRule],
    found: list[Share] | None = None,
    discounted: Sequence[CompiledRule] = (),
    discounts: Collection[Discounted] = (),
) -> Decision:
    """Awards, floors, coupons issued, uses, demands and the discounts as they were taken.

    What was paid is the caller's to add. found: the shares of `fired`, where they are known.
    discounted: rules whose discounts want something, `discounts` those that are taken.
    """
    facts = case.facts
    if found is None:
        found = awards.shares(case, fired)
    gifts = [(rule.id, issued_by(program, rule, facts)) for rule in fired if rule.gives]
    issued = {rule: own for rule, own in gifts if own} if gifts else {}
    demands: dict[str, int] = {}
    giving = fired
    if program.budgets:
        demands, stopped = grants.cut(program, fired, found, facts.grants, discounted, issued)
        if stopped:
            giving = [rule for rule in fired if rule.id not in stopped]
    decision = Decision(
        awards=awards.lots(program, facts, _units(found)),
        credits=awards.credits_of(found),
        floors=tuple(_floors(program, giving, facts)),
        uses=tuple(_uses(giving, found, issued, discounted, discounts)),
        demands=demands,
        discounts=tuple(discounts),
        issued=tuple([one for rule in giving for one in issued.get(rule.id, ())]) if issued else (),
    )
    return _marked(decision, giving) if program.has_marks else decision


def issued_by(program: Program, rule: CompiledRule, facts: Facts) -> list[Issued]:
    """The coupons a rule gives when it fires: none of a template that is over before it starts."""
    issued = []
    for effect in rule.gives:
        template = program.coupons[effect.template].template
        valid = template.valid
        starts = early_start(template.early_access, valid.from_at, program.tz) or valid.from_at
        since = facts.at if starts is None else max(facts.at, starts)
        ends = [valid.until_at] if valid.until_at is not None else []
        if valid.lasts is not None:
            ends.append(shift(facts.at, valid.lasts, program.tz))
        until = min(ends, default=None)
        if until is None or since < until:
            one = Issued(
                campaign=rule.campaign,
                rule=rule.id,
                template=effect.template,
                from_at=since,
                until_at=until,
            )
            issued.append(one)
    return issued


def _marked(decision: Decision, giving: Sequence[CompiledRule]) -> Decision:
    """The decision with badges, invitations and events of the rules that fired."""
    badges: list[BadgeGiven] = []
    invites: list[Invited] = []
    told: list[Told] = []
    for rule in giving:
        of = {"campaign": rule.campaign, "rule": rule.id}
        for effect in rule.marks:
            match effect:
                case GiveBadge():
                    badges.append(BadgeGiven(**of, badge=effect.badge))
                case InviteToClub():
                    invites.append(Invited(**of, club=effect.club))
                case TellEvent():
                    told.append(Told(**of, name=effect.name, data=effect.data))
    return msgspec.structs.replace(
        decision, badges=tuple(badges), invites=tuple(invites), told=tuple(told)
    )


def _units(found: Sequence[Share]) -> dict[LotKind, int]:
    units: dict[LotKind, int] = {}
    for share in found:
        lot = share.part.lot
        units[lot] = units.get(lot, 0) + share.given
    return units


def _floors(program: Program, fired: Sequence[CompiledRule], facts: Facts) -> Iterator[Floor]:
    for rule in fired:
        for effect in rule.floors:
            yield Floor(
                campaign=rule.campaign,
                rule=rule.id,
                ladder=effect.ladder,
                tier=effect.tier,
                until_at=effect.until(facts.at, program.tz),
            )


def _uses(
    giving: Sequence[CompiledRule],
    found: Sequence[Share],
    issued: Mapping[str, object],
    discounted: Sequence[CompiledRule],
    discounts: Collection[Discounted],
) -> list[str]:
    """Limited rules that gave something: a want the budget cut to nothing uses nothing up."""
    limited = [rule for rule in giving if rule.times is not None]
    saving = [rule for rule in discounted if rule.times is not None]
    if not limited and not saving:
        return []
    saved = {one.rule for one in discounts if one.coupon is None}
    gave = {share.rule.id for share in found if share.given}
    effective = {
        rule.id: rule
        for rule in limited
        if rule.floors or rule.marks or rule.id in gave or rule.id in issued
    }
    effective.update({rule.id: rule for rule in saving if rule.id in saved})
    return [rule.id for rule in sorted(effective.values(), key=lambda rule: rule.key)]
