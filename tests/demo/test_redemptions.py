"""Which basket each coupon belongs to, and what the program says of the campaigns."""

import collections
import datetime as dt
import importlib.resources
import statistics
import zoneinfo
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from service.demo.completejourney import Year, table
from service.demo.redemptions import Redemption, Redemptions, redemptions
from service.rules.check import check_text
from service.rules.document import Document

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def year() -> Year:
    return Year()


@pytest.fixture(scope="module")
def found(year: Year) -> Redemptions:
    return redemptions(year)


@pytest.fixture(scope="module")
def lines(year: Year, found: Redemptions) -> dict[str, list[dict[str, Any]]]:
    """Of the baskets with coupons, by number: household, product, what coupons paid, instant."""
    numbers = pa.array(map(int, found.by_basket), pa.int64())
    names = ["household_id", "basket_id", "product_id", "coupon_disc"]
    theirs = pc.is_in(year.sold["basket_id"], numbers)
    rows = year.sold.select(names).append_column("at", year.instants).filter(theirs)
    by_basket: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for row in rows.to_pylist():
        by_basket[str(row["basket_id"])].append(row)
    return by_basket


def code(row: dict[str, Any]) -> str:
    return f"{row['campaign_id']}-{row['coupon_upc']}"


def products() -> dict[str, set[int]]:
    """Code -> the products it is for."""
    by_code: dict[str, set[int]] = collections.defaultdict(set)
    for row in table("coupons").to_pylist():
        by_code[code(row)].add(row["product_id"])
    return by_code


def program() -> Document:
    text = importlib.resources.files("service").joinpath("programs", "grocery-year.yaml")
    document = check_text(text.read_text(encoding="utf-8"), "grocery-year.yaml").document
    assert document is not None
    return document


def test_every_coupon_has_a_basket_but_for_those_that_find_no_room(found: Redemptions) -> None:
    """Household 931 used 19 on one day; 1197 used 13."""
    presented = [one for codes in found.by_basket.values() for one in codes]
    assert (found.count, len(presented)) == (2_102, 2_090)
    assert found.without_basket == ()
    left = collections.Counter((one.household, one.day) for one in found.without_room)
    assert left == {(931, dt.date(2017, 11, 14)): 9, (1197, dt.date(2017, 8, 26)): 3}
    assert max(map(len, found.by_basket.values())) == 10


def test_each_is_on_a_basket_of_its_household_and_day(
    found: Redemptions, lines: dict[str, list[dict[str, Any]]]
) -> None:
    told = collections.Counter(
        (row["household_id"], row["redemption_date"].date(), code(row))
        for row in table("coupon_redemptions").to_pylist()
    )
    matched: collections.Counter[Any] = collections.Counter()
    for number, codes in found.by_basket.items():
        first = lines[number][0]
        day = first["at"].astimezone(NEW_YORK).date()
        matched.update((first["household_id"], day, presented) for presented in codes)
    matched.update((one.household, one.day, one.code) for one in found.without_room)
    assert matched == told


def test_most_are_where_a_product_of_theirs_was_bought(
    found: Redemptions, lines: dict[str, list[dict[str, Any]]]
) -> None:
    of_code, bought, paid = products(), 0, 0
    for number, codes in found.by_basket.items():
        for presented in codes:
            of = [row for row in lines[number] if row["product_id"] in of_code[presented]]
            bought += bool(of)
            paid += any(row["coupon_disc"] for row in of)
    # 1,130 have a basket on their day where a coupon paid for a product of theirs; 16 found it full
    assert (paid, bought) == (1_114, 1_822)


def test_codes_are_those_that_were_mailed_and_each_is_of_one_template(found: Redemptions) -> None:
    assert sorted(one for codes in found.codes.values() for one in codes) == sorted(products())
    assert sum(map(len, found.codes.values())) == 1_197
    assert found.codes["campaign-23"][0].startswith("23-")


def test_a_few_households_have_their_own_coupons_only() -> None:
    found = redemptions(Year(households=5))
    assert (found.count, len(found.by_basket)) == (5, 3)
    assert Redemption(1, 2, 3, dt.date(2017, 1, 1)).code == "3-2"


def test_the_program_has_the_campaigns_with_their_days(found: Redemptions) -> None:
    told = {
        f"campaign-{row['campaign_id']}": (row["start_date"].date(), row["end_date"].date())
        for row in table("campaign_descriptions").to_pylist()
    }
    templates = program().coupons
    assert {one.id for one in templates} == set(told) == set(found.codes)
    for one in templates:
        valid = one.valid
        assert valid.from_at is not None
        assert valid.until_at is not None
        last = valid.until_at.astimezone(NEW_YORK) - dt.timedelta(seconds=1)
        assert (valid.from_at.astimezone(NEW_YORK).date(), last.date()) == told[one.id]


def test_coupons_are_worth_what_those_of_their_campaign_usually_took_off(
    found: Redemptions, lines: dict[str, list[dict[str, Any]]]
) -> None:
    """The median of the most that a line of the coupon's products had off."""
    of_code = products()
    off: dict[str, list[Decimal]] = collections.defaultdict(list)
    for number, codes in found.by_basket.items():
        for one in codes:
            paid = [
                row["coupon_disc"] for row in lines[number] if row["product_id"] in of_code[one]
            ]
            if any(paid):
                off[f"campaign-{one.partition('-')[0]}"].append(Decimal(repr(max(paid))) * 100)
    worth = {one.id: one.discount.amount for one in program().coupons if one.discount}
    for campaign, taken in off.items():
        assert worth[campaign] == statistics.median(taken), campaign
    assert set(worth) - set(off) == {"campaign-24"}
