"""The 2,102 coupons that households really used, and on which of their baskets.

The data name household, UPC, campaign and day, but no basket. Days are those of New York, where
each household that used a coupon has at least one basket on its day. Of these a coupon belongs to
the one that tells most of it: first where a manufacturer paid for a product of the coupon
(`coupon_disc`), then where such a product was bought, then where anything was paid by coupon, then
the earliest. A basket takes no more coupons than a purchase may have (COUPONS_MAX); one that finds
no room, or no basket on its day, is left over and told.

A code is of one campaign, but 151 of the 981 UPCs were mailed in several: campaign and UPC
together, as in `18-51380041013`, are the code that is brought in.
"""

import collections
import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from service.demo.completejourney import Year, table
from service.domain.purchases.basket import COUPONS_MAX

ZONE: Final = zoneinfo.ZoneInfo("America/New_York")
TEMPLATE: Final = "campaign-"


class Redemption(msgspec.Struct, frozen=True):
    """A coupon that a household used."""

    household: int
    upc: int
    campaign: int
    day: dt.date

    @property
    def code(self) -> str:
        """As it is brought in and presented."""
        return code_of(self.campaign, self.upc)


class Redemptions(msgspec.Struct, frozen=True, kw_only=True):
    """`codes` of each template; `by_basket`: those presented with each, by `external_id`."""

    count: int
    codes: Mapping[str, tuple[str, ...]]
    by_basket: Mapping[str, tuple[str, ...]]
    without_basket: tuple[Redemption, ...]
    without_room: tuple[Redemption, ...]


class _Basket(msgspec.Struct):
    """A basket of a household on a day when it used a coupon. `paid`: products by coupon."""

    external_id: str
    at: dt.datetime
    bought: set[int]
    paid: set[int]
    codes: list[str]


_Days = Mapping[tuple[int, dt.date], list[_Basket]]


def code_of(campaign: int, upc: int) -> str:
    """The code of a UPC in a campaign."""
    return f"{campaign}-{upc}"


def redemptions(year: Year) -> Redemptions:
    """Those of the year's households, in the order of the data."""
    found = _told(year)
    mailed = _mailed()
    days = _days(year, found)
    without_basket, without_room = [], []
    for one in found:
        baskets = days[one.household, one.day]
        free = [basket for basket in baskets if len(basket.codes) < COUPONS_MAX]
        if free:
            products = mailed[one.campaign, one.upc]
            max(free, key=lambda basket: _evidence(basket, products)).codes.append(one.code)
        elif baskets:
            without_room.append(one)
        else:
            without_basket.append(one)
    baskets = [basket for of_day in days.values() for basket in of_day if basket.codes]
    return Redemptions(
        count=len(found),
        codes=_codes(mailed),
        by_basket={basket.external_id: tuple(basket.codes) for basket in baskets},
        without_basket=tuple(without_basket),
        without_room=tuple(without_room),
    )


def _evidence(basket: _Basket, products: set[int]) -> tuple[bool, bool, bool]:
    """How much the basket tells of a coupon; of equal ones `max` takes the first."""
    return (
        not products.isdisjoint(basket.paid),
        not products.isdisjoint(basket.bought),
        bool(basket.paid),
    )


def _told(year: Year) -> list[Redemption]:
    told = table("coupon_redemptions")
    told = told.filter(pc.is_in(told["household_id"], pc.unique(year.sold["household_id"])))
    columns = (
        told["household_id"],
        told["coupon_upc"],
        told["campaign_id"],
        told["redemption_date"].cast(pa.date32(), safe=False),
    )
    return [Redemption(*row) for row in zip(*(c.to_pylist() for c in columns), strict=True)]


def _mailed() -> dict[tuple[int, int], set[int]]:
    """(campaign, UPC) -> the products it is for, in the order of campaigns and UPCs."""
    coupons = table("coupons").sort_by([("campaign_id", "ascending"), ("coupon_upc", "ascending")])
    found: dict[tuple[int, int], set[int]] = collections.defaultdict(set)
    columns = (coupons[name].to_pylist() for name in ("campaign_id", "coupon_upc", "product_id"))
    for campaign, upc, product in zip(*columns, strict=True):
        found[campaign, upc].add(product)
    return dict(found)


def _codes(mailed: Iterable[tuple[int, int]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = collections.defaultdict(list)
    for campaign, upc in mailed:
        found[f"{TEMPLATE}{campaign}"].append(code_of(campaign, upc))
    return {template: tuple(codes) for template, codes in found.items()}


def _days(year: Year, found: Iterable[Redemption]) -> _Days:
    """The baskets of each day on which a household used coupons, the earliest first."""
    wanted = {(one.household, one.day) for one in found}
    days: dict[tuple[int, dt.date], list[_Basket]] = collections.defaultdict(list)
    baskets = {}
    for household, number, at in _baskets(year, {household for household, _ in wanted}):
        key = (household, at.astimezone(ZONE).date())
        if key in wanted:
            basket = baskets[number] = _Basket(str(number), at, set(), set(), [])
            days[key].append(basket)
    _fill(year, baskets)
    for of_day in days.values():
        of_day.sort(key=lambda basket: (basket.at, basket.external_id))
    return days


def _baskets(year: Year, households: set[int]) -> Iterable[tuple[int, int, dt.datetime]]:
    """(household, basket, its first instant) of these households."""
    theirs = pc.is_in(year.sold["household_id"], pa.array(households, pa.int64()))
    columns = ["household_id", "basket_id"]
    sold = year.sold.select(columns).append_column("at", year.instants).filter(theirs)
    grouped = sold.group_by(columns).aggregate([("at", "min")])
    return zip(*(grouped[name].to_pylist() for name in (*columns, "at_min")), strict=True)


def _fill(year: Year, baskets: Mapping[int, _Basket]) -> None:
    """Note what was bought, and for what a coupon paid."""
    columns = ["basket_id", "product_id", "coupon_disc"]
    theirs = pc.is_in(year.sold["basket_id"], pa.array(baskets, pa.int64()))
    sold: Any = year.sold.select(columns).filter(theirs)
    for number, product, paid in zip(*(sold[name].to_pylist() for name in columns), strict=True):
        baskets[number].bought.add(product)
        if paid:
            baskets[number].paid.add(product)
