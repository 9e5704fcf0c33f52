"""Clubs, triggers and what comes of them in words, for reviewers to read and compare."""

from service.kernel.calendar import Duration
from service.rules import units
from service.rules.clubs import Application, ByRule, ClubPool, EarlyAccess, Entry, Mode, Paid
from service.rules.document import Document
from service.rules.triggers import On, Trigger


def entry(of: Entry, currency: str) -> str:
    """`by invitation for 6 months`, `by rule, offered, while it is true`, `29.00 EUR for …`."""
    match of:
        case Paid():
            return f"{units.money_text(of.minor, currency)} for {of.term}"
        case ByRule():
            how = "at once" if of.mode is Mode.AUTO else "offered"
            return f"by rule, {how}, {f'for {of.term}' if of.term else 'while it is true'}"
        case Application():
            return f"by application{_term(of.term)}"
        case _:
            return f"by invitation{_term(of.term)}"


def pool(of: ClubPool | None, within: Document) -> str:
    """`points, gifts; a person at most 500 of wallet 'points' a month`; nothing for none."""
    if of is None:
        return ""
    scales = {wallet.id: wallet.scale for wallet in within.wallets}
    most = ", ".join(
        f"{units.scaled_text(amount, scales.get(name, 0))} of wallet '{name}'"
        for name, amount in of.draw_max.items()
    )
    drawn = f"; a person at most {most} a month" if most else ""
    return f"{', '.join(of.wallets)}{drawn}"


def trigger(of: Trigger) -> str:
    """`enrol`, `tier_change of 'main' to 'gold'`; nothing for a purchase."""
    if of.on is On.PURCHASE:
        return ""
    parts = [str(of.on)]
    if of.of:
        parts.append(f"of '{of.of}'")
    if of.to is not None:
        parts.append(f"to '{of.to}'")
    if of.direction is not None:
        parts.append(str(of.direction))
    if of.before is not None:
        parts.append(f"{of.before} before")
    return " ".join(parts)


def early(of: EarlyAccess | None) -> str:
    """`7 days for club 'roasters'`; nothing for none."""
    return "" if of is None else f"{of.by} for club '{of.club}'"


def _term(of: Duration | None) -> str:
    return f" for {of}" if of is not None else ""
