"""A small year as the report gets it, made up."""

import datetime as dt
import pathlib

from service.demo.completejourney import Prepared
from service.demo.figures import BudgetFigure, CouponFigure, Figures, RuleFigure, Week
from service.demo.redemptions import Redemption, Redemptions
from service.demo.year import Shown
from service.domain.imports.types import Kind
from service.imports.importer import Summary
from service.rules.check import check_text
from tests.imports.place import PROGRAM

START = dt.datetime(2025, 11, 16, tzinfo=dt.UTC)


def figures() -> Figures:
    """Three weeks: 1,000 issued, then 500 with 200 lapsed, then nothing."""
    ends = [START + dt.timedelta(weeks=n) for n in (1, 2, 3)]
    return Figures(
        now=ends[-1],
        currency="USD",
        wallet="Points",
        members=30,
        purchases=1_234,
        net=459_603_905,
        issued=1_500,
        lapsed=200,
        outstanding=1_300,
        pending=50,
        weeks=(
            Week(ends[0], 1_000, 0, 1_000, (20, 0), 6),
            Week(ends[1], 500, 200, 1_300, (20, 5), 2),
            Week(ends[2], 0, 0, 1_300, (18, 12)),
        ),
        tiers=("Bronze & co", "Gold"),
        rules=(
            RuleFigure("Everything", "base-earn", 1_200, 1_000, 800),
            RuleFigure("More <than> that", "double", 300, 20, 200),
        ),
        budgets=(BudgetFigure("More <than> that", 400, 300),),
        coupons=(CouponFigure("Spring <2>", 6, 6_50), CouponFigure("Summer", 2, 2_00)),
        coupons_refused={"expired": 3},
    )


def shown() -> Shown:
    document = check_text(PROGRAM, "program.yaml").document
    assert document is not None
    path = pathlib.Path("file")
    return Shown(
        prepared=Prepared(
            members=path,
            purchases=path,
            households=30,
            baskets=1_234,
            lines=5_678,
            quantity_zero=12,
            amount_zero=34,
            first_at=START,
            last_at=START + dt.timedelta(days=20),
            weeks=463,
        ),
        redemptions=Redemptions(
            count=13,
            codes={},
            by_basket={"1": ("1-10000085207",) * 8, "2": ("1-10000085207",) * 3},
            without_basket=(),
            without_room=(Redemption(7, 10000085207, 1, START.date()),) * 2,
        ),
        members=Summary(kind=Kind.MEMBERS, rows=30),
        purchases=Summary(kind=Kind.PURCHASES, rows=1_234),
        figures=figures(),
        document=document,
        seconds=12.3,
    )
