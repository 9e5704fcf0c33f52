"""The report: one HTML file with its pictures inside, nothing is loaded from elsewhere."""

import html
import importlib.resources
import string
from typing import Final

from service.demo import charts
from service.demo.completejourney import Prepared
from service.demo.figures import BudgetFigure, Figures
from service.demo.plot import money, number
from service.demo.year import Shown
from service.domain.purchases.basket import COUPONS_MAX

TEMPLATE: Final = "report.html"


def page(shown: Shown) -> str:
    """The whole file."""
    figures = shown.figures
    text = importlib.resources.files("service").joinpath("demo", TEMPLATE)
    template = string.Template(text.read_text(encoding="utf-8"))
    return template.substitute(
        title="A grocery retailer's year",
        subtitle=_subtitle(shown.prepared),
        tiles=_tiles(figures),
        points_text=_points_text(figures),
        outstanding=charts.outstanding(figures),
        issued=charts.issued(figures),
        tiers_text="The status points of the last twelve months decide; everybody starts at"
        f" {html.escape(figures.tiers[0])}.",
        tiers_chart=charts.tiers(figures),
        legend=_legend(figures),
        rules=charts.rules(figures.rules),
        budgets="".join(map(_budget, figures.budgets)),
        coupons_text=_coupons_text(shown),
        coupons_by_week=charts.coupons_by_week(figures),
        coupons=charts.coupons(figures.coupons, figures.currency),
        facts=_facts(shown),
    )


def _subtitle(prepared: Prepared) -> str:
    return (
        f"{prepared.first_at:%d %B %Y} to {prepared.last_at:%d %B %Y}:"
        f" {number(prepared.households)} households, {number(prepared.baskets)} baskets,"
        f" {number(prepared.lines)} lines of The Complete Journey, imported into Regulars"
    )


def _tiles(figures: Figures) -> str:
    tiles = (
        (number(figures.members), "members"),
        (number(figures.purchases), "purchases"),
        (money(figures.net), f"{figures.currency} spent"),
        (number(figures.issued), "points issued"),
        (number(figures.outstanding), "points outstanding"),
        (number(figures.pending), "of them still pending"),
    )
    return "".join(
        f'<div class="tile"><b>{html.escape(value)}</b><span>{name}</span></div>'
        for value, name in tiles
    )


def _points_text(figures: Figures) -> str:
    lapsed = f"{number(figures.lapsed)} have lapsed" if figures.lapsed else "none has lapsed yet"
    return (
        f"{number(figures.issued)} points were issued, {lapsed};"
        f" {number(figures.outstanding)} are outstanding on {figures.now:%d %B %Y}."
    )


def _coupons_text(shown: Shown) -> str:
    redeemed = sum(one.used for one in shown.figures.coupons)
    left = "".join(f"; {number(count)} {what}" for what, count in coupons_left(shown))
    return (
        f"Of {number(shown.redemptions.count)} coupons that households really used,"
        f" {number(redeemed)} were redeemed through the API, on"
        f" {number(len(shown.redemptions.by_basket))} baskets{html.escape(left)}."
    )


def coupons_left(shown: Shown) -> list[tuple[str, int]]:
    """What became of the coupons that were not redeemed: why, and how many."""
    used = shown.redemptions
    left = [
        ("belong to no basket of their day", len(used.without_basket)),
        (f"are beyond the {COUPONS_MAX} that a purchase takes", len(used.without_room)),
        *((f"refused: {why}", count) for why, count in shown.figures.coupons_refused.items()),
    ]
    return [(what, count) for what, count in left if count]


def _legend(figures: Figures) -> str:
    now = figures.weeks[-1].by_tier
    return "".join(
        f'<span><i class="{charts.TIER_CLASSES[n % len(charts.TIER_CLASSES)]}"></i>'
        f"{html.escape(tier)} <b>{number(now[n])}</b></span>"
        for n, tier in enumerate(figures.tiers)
    )


def _budget(budget: BudgetFigure) -> str:
    percent = budget.taken * 100 // max(budget.cap, 1)
    return (
        f'<div class="budget"><b>{html.escape(budget.campaign)}</b>: {number(budget.taken)} of'
        f" {number(budget.cap)} taken"
        f'<div><div style="width: {percent}%"></div></div></div>'
    )


def _facts(shown: Shown) -> str:
    prepared, program = shown.prepared, shown.document.program
    facts = {
        "Data": "The Complete Journey, a grocery retailer's year of 2017, shifted by"
        f" {prepared.weeks} whole weeks",
        "Money": "what the retailer received earns: the shelf price less the retailer's own"
        " discounts; manufacturers' coupons are a means of payment",
        "Coupons": "on a basket of the household on that day in New York, where possible one with a"
        " product of the coupon; worth what coupons of the campaign usually took off, which"
        " manufacturers paid, so that the points are the same as without",
        "Lines": f"{number(prepared.quantity_zero)} of quantity 0 count as 1;"
        f" {number(prepared.amount_zero)} of amount 0 are taken as they are",
        "Program": f"{program.id}, {program.timezone}",
        "Time": f"{shown.seconds:.0f} seconds from the data to this page",
    }
    return "".join(f"<dt>{name}</dt><dd>{html.escape(text)}</dd>" for name, text in facts.items())
