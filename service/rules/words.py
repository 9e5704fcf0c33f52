"""Parts of a program in words, for reviewers to read and compare."""

from fractions import Fraction

from service.rules import units
from service.rules.decision import Target
from service.rules.document import (
    Budget,
    BudgetUnit,
    CouponTemplate,
    Document,
    Downgrade,
    DowngradeWhen,
    Field,
    Ladder,
    Limit,
    Qualify,
    QualifyBy,
    Redeem,
    Reward,
    Tier,
    Wallet,
)
from service.rules.effects import Bundle, Discount, Multiply, Points
from service.rules.expiry import Expiry, ExpiryKind
from service.rules.sharing import Households


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
    if it.unit is BudgetUnit.MONEY:
        return f"{units.money_text(it.amount, of.program.currency)}, then {it.when_out}"
    amount = units.scaled_text(it.amount, _scale(it.wallet, of))
    return f"{amount} of wallet '{it.wallet}', then {it.when_out}"


def limit(of: Limit | None) -> str:
    """`1 per 30 days`, `2 per calendar month`, `1 ever`; nothing for none."""
    if of is None:
        return ""
    if of.rolling is not None:
        return f"{of.times} per {of.rolling}"
    return f"{of.times} ever" if of.period is None else f"{of.times} per calendar {of.period}"


def rate(of: Redeem, wallet: Wallet, currency: str) -> str:
    """`100 points = 1.00 EUR as a tender`."""
    given = units.scaled_text(of.units, wallet.scale)
    return f"{given} {wallet.id} = {units.money_text(of.minor, currency)} as a {of.paid_as}"


def transfer(of: Wallet) -> str:
    """`from 50, up to 1000, 2000 a day`; nothing where it is not allowed."""
    how = of.transfer
    if how is None:
        return ""
    bounds = ((how.least, "from {}"), (how.most, "up to {}"), (how.per_day, "{} a day"))
    told = [
        form.format(units.scaled_text(amount, of.scale))
        for amount, form in bounds
        if amount is not None
    ]
    return ", ".join(told)


def adjust(of: Wallet) -> str:
    """`alone up to 500, 2000 a day, for late, goodwill`; nothing where nothing is."""
    how = of.adjust
    if how is None:
        return ""
    most, per_day = (units.scaled_text(amount, of.scale) for amount in (how.most, how.per_day))
    reasons = f", for {', '.join(how.reasons)}" if how.reasons else ""
    return f"alone up to {most}, {per_day} a day{reasons}"


def drawn(of: Households, within: Document) -> str:
    """`500 of wallet 'points'`; nothing where there is no limit."""
    return ", ".join(
        f"{units.scaled_text(amount, _scale(name, within))} of wallet '{name}'"
        for name, amount in of.draw_max.items()
    )


def discount(of: Discount, currency: str) -> str:
    """`10 % off the order, at most 20.00 EUR, one of 'brand-offers', not stackable`."""
    parts = [_price(of, currency)]
    if of.most is not None:
        parts.append(f"at most {units.money_text(of.most, currency)}")
    if of.exclusive_group is not None:
        parts.append(f"one of '{of.exclusive_group}'")
    if not of.stackable:
        parts.append("not stackable")
    return ", ".join(parts)


def _price(of: Discount, currency: str) -> str:
    target = "lines" if of.on is Target.ITEMS else f"the {of.on}"
    if of.percent is not None:
        return f"{units.percent_text(of.percent)} off {target}"
    if of.amount is not None:
        return f"{units.money_text(of.amount, currency)} off {target}"
    if of.bundle is not None:
        return _bundle(of.bundle)
    return f"each unit for {units.money_text(of.unit_price or 0, currency)}"


def _bundle(of: Bundle) -> str:
    if not of.buy:
        return f"{of.free} free"
    return f"buy {of.buy}, {of.free} of {'those' if of.of is None else 'others'} free"


def multiply(of: Multiply) -> str:
    """`x 1.5 in wallets 'points', 'cash'`."""
    return f"x {_decimal(Fraction(*of.by))} in {_wallets(of.wallets)}"


def points(of: Points, within: Document) -> str:
    """`1 per 1.00 EUR to wallet 'points', expires after 2 months`."""
    if of.per_amount is not None:
        award, minor = of.per_amount
        per = f" per {units.money_text(minor, within.program.currency)}"
    else:
        award, per = (of.fixed or 0, "") if of.per_unit is None else (of.per_unit, " per unit")
    amount = units.scaled_text(award, _scale(of.wallet, within))
    lapses = f", expires {expiry(of.expires)}" if of.expires else ""
    less = f", less what {_wallets(of.less)} paid" if of.less else ""
    return f"{amount}{per} to wallet '{of.wallet}'{lapses}{less}"


def gives(of: CouponTemplate, within: Document) -> str:
    """What the coupon gives; which lines it is for is not told."""
    told = []
    if of.discount is not None:
        told.append(discount(of.discount, within.program.currency))
    if of.multiply is not None:
        told.append(multiply(of.multiply))
    if of.points is not None:
        told.append(points(of.points, within))
    return ", ".join(told)


def price(units_: int, wallet: str, within: Document) -> str:
    """`250 of wallet 'points'`."""
    return f"{units.scaled_text(units_, _scale(wallet, within))} of wallet '{wallet}'"


def given_for_units(of: Reward) -> str:
    """`coupon 'FREE-COFFEE'`, `item 'grinder'`, `external 'tree'`."""
    kinds = {"coupon": of.coupon, "item": of.item, "external": of.external}
    return next((f"{kind} '{name}'" for kind, name in kinds.items() if name is not None), "")


def _wallets(names: tuple[str, ...]) -> str:
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"wallet{'' if len(names) == 1 else 's'} {quoted}"


def _decimal(value: Fraction) -> str:
    """The value as decimal text; a number of a file always ends."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return units.scaled_text(int(value * 10**places), places)


def _scale(wallet: str | None, of: Document) -> int:
    return next((one.scale for one in of.wallets if one.id == wallet), 0)
