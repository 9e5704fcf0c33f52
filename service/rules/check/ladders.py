"""`ladders`: tiers in order, what counts towards them, and how they end."""

from collections.abc import Mapping
from typing import Final

from service.kernel.calendar import Duration, Period
from service.rules import units
from service.rules.check import described, leaves
from service.rules.check.cursor import Cursor
from service.rules.document import (
    Downgrade,
    DowngradeWhen,
    Ladder,
    Qualify,
    QualifyBy,
    Tier,
    Wallet,
    WithinKind,
)
from service.rules.source import Leaf

KEYS: Final = (*described.KEYS, "qualify", "downgrade", "tiers")
QUALIFY_BY: Final = ("wallet", "spend", "visits")
QUALIFY_KEYS: Final = (*QUALIFY_BY, "within")
WITHIN_KEYS: Final = ("rolling", "calendar")
WITHIN_WORDS: Final = ("anniversary", "lifetime")
CALENDARS: Final = (Period.MONTH, Period.QUARTER, Period.YEAR)
DOWNGRADE_KEYS: Final = ("when", "steps", "grace")
STEPS: Final = ("one", "all")
TIER_KEYS: Final = ("id", "from", *described.KEYS)
LADDERS_MAX: Final = 20
TIERS_MAX: Final = 50

_UNKNOWN: Final = Qualify(by=QualifyBy.WALLET, within=WithinKind.LIFETIME)


def ladders(
    at: Cursor,
    numbers: Mapping[str, int],
    wallets: Mapping[str, Wallet],
    currency: str | None,
    before: Mapping[str, Ladder],
) -> dict[str, Ladder]:
    """By id; `numbers` by `ladder:<id>`; `before`: those of the version before."""
    found = {}
    children = list(at.children("a mapping of ladders"))
    for child in children:
        name = leaves.ident_key(child)
        fields = child.named(f"ladder '{name}'").fields(KEYS)
        qualify = _qualify(fields.need("qualify"), wallets)
        if name in before:
            _keeps(fields["qualify"], qualify, before[name].qualify)
        ladder = Ladder(
            id=name,
            number=numbers.get(f"ladder:{name}", 0),
            qualify=qualify,
            downgrade=_downgrade(fields["downgrade"]),
            tiers=_tiers(fields.need("tiers"), qualify, wallets, currency),
        )
        found[name] = described.described(ladder, fields)
    if len(children) > LADDERS_MAX:
        at.fail(f"{len(children)} ladders, at most {LADDERS_MAX} are allowed")
    return found


def _qualify(at: Cursor, wallets: Mapping[str, Wallet]) -> Qualify:
    if at.node is None:
        return _UNKNOWN
    fields = at.fields(QUALIFY_KEYS)
    by = fields.only(QUALIFY_BY)
    for word in ("spend", "visits"):
        if leaves.flag(fields[word]) is False:
            fields[word].expected("true")
    within, window, period = _within(fields.need("within"))
    return Qualify(
        by=QualifyBy(by or _UNKNOWN.by),
        wallet=_wallet(fields["wallet"], wallets),
        within=within,
        window=window,
        period=period,
    )


def _keeps(at: Cursor, qualify: Qualify, before: Qualify) -> None:
    if (qualify.by, qualify.wallet) != (before.by, before.wallet):
        at.fail("what counts on a ladder in use cannot change: declare a new ladder")


def _wallet(at: Cursor, wallets: Mapping[str, Wallet]) -> str | None:
    name = leaves.choice(at, wallets, "wallet")
    if name is not None and not wallets[name].qualifying:
        at.fail(f"wallet '{name}' is not qualifying: declare it with 'qualifying: true'")
    return name


def _within(at: Cursor) -> tuple[WithinKind, Duration | None, Period | None]:
    if isinstance(at.node, Leaf):
        if at.node.text in WITHIN_WORDS:
            return WithinKind(at.node.text), None, None
        at.expected("anniversary, lifetime, {rolling: 12 months} or {calendar: year}")
        return WithinKind.LIFETIME, None, None
    if at.node is None:
        return WithinKind.LIFETIME, None, None
    fields = at.fields(WITHIN_KEYS)
    kind = WithinKind(fields.only(WITHIN_KEYS) or WithinKind.LIFETIME)
    period = leaves.choice(fields["calendar"], CALENDARS)
    return kind, leaves.duration(fields["rolling"]), Period(period) if period else None


def _downgrade(at: Cursor) -> Downgrade:
    if at.node is None:
        return Downgrade()
    fields = at.fields(DOWNGRADE_KEYS)
    when = leaves.choice(fields["when"], tuple(DowngradeWhen))
    return Downgrade(
        when=DowngradeWhen(when) if when else DowngradeWhen.PERIOD_END,
        one_step=leaves.choice(fields["steps"], STEPS) == "one",
        grace=leaves.duration(fields["grace"]),
    )


def _tiers(
    at: Cursor, qualify: Qualify, wallets: Mapping[str, Wallet], currency: str | None
) -> tuple[Tier, ...]:
    found: dict[str, Tier] = {}
    highest: int | None = None
    for number, item in enumerate(at.items("a list of tiers", least=1, most=TIERS_MAX)):
        fields = item.fields(TIER_KEYS)
        name = leaves.ident(fields.need("id"))
        threshold = _threshold(fields.need("from"), qualify, wallets, currency)
        if name is not None and name in found:
            fields["id"].fail(f"tier '{name}' stands on the ladder twice")
        if number == 0 and threshold:
            fields["from"].fail("the first tier is everybody's: expected 0")
        elif threshold is not None and highest is not None and threshold <= highest:
            fields["from"].expected(f"more than the tier before, {highest}")
        highest = highest if threshold is None else threshold
        tier = Tier(id=name or "", threshold=threshold or 0)
        found[tier.id] = described.described(tier, fields)
    return tuple(found.values())


def _threshold(
    at: Cursor, qualify: Qualify, wallets: Mapping[str, Wallet], currency: str | None
) -> int | None:
    if isinstance(at.node, Leaf) and at.node.value == 0 and at.node.value is not False:
        return 0
    if qualify.by is QualifyBy.SPEND:
        return leaves.money(at, currency)
    if qualify.by is QualifyBy.VISITS:
        return leaves.whole(at, 0, units.AMOUNT_MAX)
    wallet = wallets.get(qualify.wallet or "")
    if wallet is None:  # told at `qualify`; whole numbers can be compared all the same
        return at.node.value if isinstance(at.node, Leaf) and type(at.node.value) is int else None
    return leaves.wallet_units(at, wallet.id, wallet.scale)
