"""The report in the terminal: figures, small pictures, the rules that gave most."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.demo.figures import Figures
from service.demo.plot import money, number
from service.demo.report import coupons_left
from service.demo.year import Shown

BLOCKS: Final = "▁▂▃▄▅▆▇█"
BAR_CELLS: Final = 24
RULES_MAX: Final = 8


def summary(shown: Shown) -> RenderableType:
    """All of it, for a rich console."""
    figures = shown.figures
    return Group(
        _key_figures(shown),
        Text(),
        _curves(figures),
        Text(),
        _tiers(figures),
        Text(),
        _rules(figures),
        *_budgets(figures),
        Text(),
        _coupons(shown),
    )


def spark(values: Sequence[int]) -> str:
    """A row of blocks, the highest for the largest value."""
    top = max([*values, 1])
    return "".join(BLOCKS[value * (len(BLOCKS) - 1) // top] for value in values)


def _plain(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for column in columns:
        table.add_column(justify="right" if column == "right" else "left")
    return table


def _key_figures(shown: Shown) -> Table:
    figures, prepared = shown.figures, shown.prepared
    table = _plain("right", "left")
    for value, name in (
        (number(figures.members), "members"),
        (number(figures.purchases), "purchases"),
        (number(prepared.lines), "lines"),
        (number(prepared.quantity_zero), "of quantity 0, counted as 1"),
        (number(prepared.amount_zero), "of amount 0"),
        (money(figures.net), f"{figures.currency} spent"),
        (number(figures.issued), "points issued"),
        (number(figures.lapsed), "points lapsed"),
        (number(figures.outstanding), "points outstanding"),
        (number(figures.pending), "of them pending"),
    ):
        table.add_row(Text(value, style="bold"), name)
    return table


def _curves(figures: Figures) -> Table:
    table = _plain("left", "left")
    table.add_row("issued a week", Text(spark([w.issued for w in figures.weeks]), "cyan"))
    table.add_row("outstanding", Text(spark([w.outstanding for w in figures.weeks]), "cyan"))
    table.add_row("coupons", Text(spark([w.coupons for w in figures.weeks]), "magenta"))
    for rank, tier in reversed([*enumerate(figures.tiers)][1:]):
        members = [week.by_tier[rank] for week in figures.weeks]
        table.add_row(tier, Text(spark(members), "yellow"))
    return table


def _tiers(figures: Figures) -> Table:
    table = _plain("left", "right")
    for tier, members in zip(figures.tiers, figures.weeks[-1].by_tier, strict=True):
        table.add_row(tier, Text(f"{number(members)} members", style="bold"))
    return table


def _rules(figures: Figures) -> Table:
    table = _plain("left", "left", "right", "right")
    top = max([rule.points for rule in figures.rules] or [1])
    for rule in figures.rules[:RULES_MAX]:
        bar = "█" * max(rule.points * BAR_CELLS // top, 1)
        share = f"{rule.share_permille // 10}.{rule.share_permille % 10} %"
        table.add_row(rule.rule, Text(bar, "cyan"), number(rule.points), share)
    return table


def _budgets(figures: Figures) -> Iterator[Text]:
    for budget in figures.budgets:
        yield Text(f"{budget.campaign}: {number(budget.taken)} of {number(budget.cap)} taken")


def _coupons(shown: Shown) -> Table:
    """The campaigns whose coupons were used most, and the coupons that were not redeemed."""
    figures, table = shown.figures, _plain("left", "left", "right", "right")
    top = max([one.used for one in figures.coupons] or [1])
    for one in figures.coupons[:RULES_MAX]:
        bar = Text("█" * max(one.used * BAR_CELLS // top, 1), "magenta")
        worth = f"{money(one.worth)} {figures.currency}"
        table.add_row(one.title, bar, number(one.used), worth)
    redeemed = sum(one.used for one in figures.coupons)
    worth = f"{money(sum(one.worth for one in figures.coupons))} {figures.currency}"
    of = f"of {number(shown.redemptions.count)} coupons redeemed"
    table.add_row(of, "", number(redeemed), worth)
    for what, count in coupons_left(shown):
        table.add_row(what, "", number(count), "")
    return table
