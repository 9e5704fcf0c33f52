"""The report: one HTML file with its pictures inside, nothing is loaded from elsewhere."""

import html
import importlib.resources
import string
from typing import Final

from service.demo import charts
from service.demo.completejourney import Prepared
from service.demo.figures import BudgetFigure, Figures
from service.demo.plot import number
from service.demo.year import Shown

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
        facts=_facts(shown),
    )


def money(minor: int) -> str:
    """459603958 cents -> 4,596,039.58."""
    return f"{number(minor // 100)}.{minor % 100:02}"


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
        "Lines": f"{number(prepared.quantity_zero)} of quantity 0 count as 1;"
        f" {number(prepared.amount_zero)} of amount 0 are taken as they are",
        "Program": f"{program.id}, {program.timezone}",
        "Time": f"{shown.seconds:.0f} seconds from the data to this page",
    }
    return "".join(f"<dt>{name}</dt><dd>{html.escape(text)}</dd>" for name, text in facts.items())
