"""A program in words: what it consists of, part by part, for reviewers to read and compare."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from service.kernel.calendar import zone
from service.rules import units
from service.rules.document import (
    Budget,
    BudgetUnit,
    Campaign,
    Document,
    Downgrade,
    DowngradeWhen,
    Field,
    Ladder,
    Limit,
    Qualify,
    QualifyBy,
    Rule,
    Shortfall,
    Tier,
    Wallet,
)
from service.rules.expiry import Expiry, ExpiryKind

_TAGS: Final = ("if", "do")  # of conditions and effects


class Hidden(str):
    """A part too long to show: only that it changed is worth saying."""

    __slots__ = ()


class Thing(NamedTuple):
    """One wallet, rule, …: `parts` by name, those at their default left out.

    There is one program and one list of identifiers: these have no name.
    """

    kind: str
    name: str
    parts: dict[str, str]


def things(of: Document) -> Iterator[Thing]:
    """Everything in the program, in the order of the sections."""
    yield Thing("program", "", _head(of))
    yield from (Thing("channel", name, {}) for name in of.channels)
    for name, store in of.stores.items():
        yield Thing("store", name, _given(groups=", ".join(store.groups)))
    yield Thing("identifiers", "", {"in the order": ", ".join(of.identifiers)})
    yield from (Thing("line field", n, {"type": field(f)}) for n, f in of.line_fields.items())
    yield from (Thing("member field", n, {"type": field(f)}) for n, f in of.member_fields.items())
    yield from (Thing("wallet", wallet.id, _wallet(wallet)) for wallet in of.wallets)
    for ladder in of.ladders:
        yield Thing("ladder", ladder.id, _ladder(ladder))
        for tier in ladder.tiers:
            yield Thing("tier", f"{ladder.id} {tier.id}", _tier(tier, ladder, of))
    for campaign in of.campaigns:
        yield Thing("campaign", campaign.id, _campaign(campaign, of))
        yield from (Thing("rule", rule.id, _rule(rule, campaign)) for rule in campaign.rules)


def expiry(of: Expiry) -> str:
    """`never`, `after 12 months to month_end`, `on 06-30 and 12-31`."""
    if of.kind is ExpiryKind.NEVER:
        return "never"
    if of.kind is ExpiryKind.DATES:
        return "on " + " and ".join(f"{month:02}-{day:02}" for month, day in of.dates)
    rounded = f" to {of.round_to}" if of.round_to else ""
    idle = " without activity" if of.kind is ExpiryKind.INACTIVITY else ""
    return f"after {of.after}{rounded}{idle}"


def field(of: Field) -> str:
    """`text`, or the values of a choice."""
    return f"one of {', '.join(of.values)}" if of.values else str(of.kind)


def qualify(of: Qualify) -> str:
    """`by wallet 'status', rolling 12 months`."""
    by = f"wallet '{of.wallet}'" if of.by is QualifyBy.WALLET else str(of.by)
    length = of.window or of.period
    return f"by {by}, {of.within}{f' {length}' if length else ''}"


def downgrade(of: Downgrade) -> str:
    """`at the end of the period, one step at a time, 1 month of grace`."""
    at_once = of.when is DowngradeWhen.AT_ONCE
    when = "at once" if at_once else "at the end of the period"
    steps = "one step at a time" if of.one_step else "to the tier reached"
    return f"{when}, {steps}{f', {of.grace} of grace' if of.grace else ''}"


def threshold(tier: Tier, ladder: Ladder, of: Document) -> str:
    """`2000`, `12.50 EUR`: in the unit the ladder counts."""
    if ladder.qualify.by is QualifyBy.SPEND:
        return units.money_text(tier.threshold, of.program.currency)
    return units.scaled_text(tier.threshold, _scale(ladder.qualify.wallet, of))


def budget(it: Budget | None, of: Document) -> str:
    """`200000 of wallet 'points', then trim`; nothing for none."""
    if it is None:
        return ""
    if it.unit is BudgetUnit.USES:
        return f"{it.amount} uses, then {it.when_out}"
    amount = units.scaled_text(it.amount, _scale(it.wallet, of))
    return f"{amount} of wallet '{it.wallet}', then {it.when_out}"


def limit(of: Limit | None) -> str:
    """`1 per 30 days`, `2 per calendar month`, `1 ever`; nothing for none."""
    if of is None:
        return ""
    if of.rolling is not None:
        return f"{of.times} per {of.rolling}"
    return f"{of.times} ever" if of.period is None else f"{of.times} per calendar {of.period}"


def _given(**parts: str) -> dict[str, str]:
    return {name.replace("_", " "): text for name, text in parts.items() if text}


def _hidden(value: object) -> Hidden:
    """Equal for equal values, wherever in the file they stand."""
    if not value:
        return Hidden()
    return Hidden(
        msgspec.json.encode(_placeless(msgspec.to_builtins(value)), order="sorted").decode()
    )


def _placeless(value: Any) -> Any:
    if isinstance(value, dict):
        tagged = any(tag in value for tag in _TAGS)
        return {k: _placeless(v) for k, v in value.items() if not (tagged and k == "at")}
    return [_placeless(item) for item in value] if isinstance(value, list | tuple) else value


def _head(of: Document) -> dict[str, str]:
    head = of.program
    return _given(
        id=head.id,
        title=_hidden(head.title),
        timezone=head.timezone,
        currency=head.currency,
        prices=head.prices,
        earns_on=head.earns_on,
        no_earning=_hidden(head.no_earning),
        backdate_max=str(head.backdate_max),
        claim_max=str(head.claim_max),
    )


def _wallet(of: Wallet) -> dict[str, str]:
    parts = _given(
        title=_hidden(of.title),
        qualifying="yes" if of.qualifying else "",
        scale=str(of.scale or ""),
        pending=str(of.pending or ""),
        expires=expiry(of.expires),
        shortfall="" if of.shortfall is Shortfall.DEBT else of.shortfall,
    )
    for ladder, tier, model in of.expires_by_tier:
        parts[f"expires for {ladder} {tier}"] = expiry(model)
    return parts


def _ladder(of: Ladder) -> dict[str, str]:
    title = _hidden(of.title)
    return _given(title=title, qualify=qualify(of.qualify), downgrade=downgrade(of.downgrade))


def _tier(tier: Tier, ladder: Ladder, of: Document) -> dict[str, str]:
    return {"from": threshold(tier, ladder, of)} | _given(title=_hidden(tier.title))


def _campaign(campaign: Campaign, of: Document) -> dict[str, str]:
    dates = {"from": _day(campaign.from_at, of), "until": _last_day(campaign.until_at, of)}
    texts = {"title": _hidden(campaign.title), "budget": budget(campaign.budget, of)}
    return {name: text for name, text in (dates | texts).items() if text}


def _rule(rule: Rule, campaign: Campaign) -> dict[str, str]:
    return _given(
        campaign=f"'{campaign.id}'",
        title=_hidden(rule.title),
        priority=str(rule.priority or ""),
        conditions=_hidden(rule.when),
        limit=limit(rule.limit),
        effects=_hidden(rule.then),
    )


def _scale(wallet: str | None, of: Document) -> int:
    return next((one.scale for one in of.wallets if one.id == wallet), 0)


def _day(at: dt.datetime | None, of: Document) -> str:
    return str(at.astimezone(zone(of.program.timezone)).date()) if at else ""


def _last_day(at: dt.datetime | None, of: Document) -> str:
    return _day(at - dt.timedelta(microseconds=1), of) if at else ""
