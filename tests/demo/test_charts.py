import xml.etree.ElementTree as ET

import pytest

from service.demo import charts
from tests.demo.shown import figures


def titles(svg: str) -> list[str | None]:
    return [title.text for title in ET.fromstring(svg).iter("title")]  # noqa: S314 our own


@pytest.mark.parametrize(
    "chart", [charts.outstanding, charts.issued, charts.tiers, charts.coupons_by_week]
)
def test_every_week_tells_its_figures(chart: object) -> None:
    assert callable(chart)
    assert len(titles(chart(figures()))) == 3


def test_outstanding_is_that_of_the_end_of_the_week() -> None:
    assert titles(charts.outstanding(figures()))[1] == "30 Nov 2025: 1,300 outstanding"


def test_issued_is_that_of_the_week() -> None:
    assert titles(charts.issued(figures()))[1] == "23 Nov - 30 Nov 2025: 500 issued"


def test_tiers_lie_on_one_another() -> None:
    svg = charts.tiers(figures())
    assert titles(svg)[2] == "07 Dec 2025: Bronze & co 18, Gold 12"
    areas = [path.get("class") for path in ET.fromstring(svg).iter("path")]  # noqa: S314 our own
    assert areas == ["tier0", "tier1"]


def test_a_bar_is_as_long_as_its_share_of_the_longest() -> None:
    root = ET.fromstring(charts.rules(figures().rules))  # noqa: S314 our own
    long, short = [int(bar.get("width", 0)) for bar in root.iter("rect")]
    assert short == long // 4
    texts = ["".join(text.itertext()) for text in root.iter("text")]
    assert texts == [
        *("base-earn", "Everything", "1,200 80.0 % · 1,000 purchases"),
        *("double", "More <than> that", "300 20.0 % · 20 purchases"),
    ]


def test_coupons_of_the_week_are_counted_in_it() -> None:
    assert titles(charts.coupons_by_week(figures()))[:2] == [
        "16 Nov - 23 Nov 2025: 6 coupons",
        "23 Nov - 30 Nov 2025: 2 coupons",
    ]


def test_a_campaign_tells_how_many_of_its_coupons_were_used_and_their_worth() -> None:
    found = figures()
    root = ET.fromstring(charts.coupons(found.coupons, found.currency))  # noqa: S314 our own
    long, short = [int(bar.get("width", 0)) for bar in root.iter("rect")]
    assert short == long // 3
    texts = ["".join(text.itertext()) for text in root.iter("text")]
    assert texts == ["Spring <2>", "", "6 6.50 USD", "Summer", "", "2 2.00 USD"]
