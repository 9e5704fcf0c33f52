"""One member on one ladder in memory: what a purchase adds, what a return takes away."""

import datetime as dt
import uuid
import zoneinfo

from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.domain.tiers.ladder import Rulebook
from service.domain.tiers.types import FloorRow
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.kernel.calendar import Duration, Unit
from service.rules.document import Downgrade, Ladder, Qualify, QualifyBy, Tier, WithinKind

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
BOUGHT, OTHER = uuid.UUID(int=2), uuid.UUID(int=3)
LADDER = Ladder(
    id="main",
    qualify=Qualify(by=QualifyBy.SPEND, within=WithinKind.ROLLING, window=Duration(12, Unit.MONTH)),
    downgrade=Downgrade(),
    tiers=(Tier(id="bronze", threshold=0), Tier(id="silver", threshold=500)),
)


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def standing() -> Standing:
    holder = Holder(uuid.UUID(int=1), Kind.MEMBER, None, 1, None, day(0), day(0))
    book = Rulebook(((day(-900), LADDER),), zoneinfo.ZoneInfo("UTC"), day(-900))
    return Standing(Work(holder, day(0), day(0), Outbox()), 1, book, LADDER, [])


def floor(rule: str, purchase_id: uuid.UUID = BOUGHT) -> FloorRow:
    return FloorRow(purchase_id, rule, day(0), None, "silver")


def test_the_purchase_that_reaches_a_tier_moves_it_after_itself() -> None:
    one = standing()
    one.total = 400
    assert not one.has_moved

    one.contribute(day(0), 99, day(0))
    assert one.tier_at(day(0)) == "bronze"
    one.contribute(day(1), 1, day(1))

    assert (one.tier_at(day(0)), one.tier_at(day(1))) == ("bronze", "silver")
    assert one.tier_before(day(1)) == "bronze"
    assert one.has_moved


def test_the_long_way_and_the_short_one_come_to_the_same() -> None:
    short, long = standing(), standing()
    long.contributions = []
    for one in (short, long):
        one.contribute(day(0), 300, day(0))
        one.contribute(day(2), 250, day(2))

    assert short.steps == long.steps != []
    assert (short.counted(day(2)), long.counted(day(2))) == (550, 550)
    assert short.progress(day(2)) == long.progress(day(2))


def test_a_return_takes_away_what_rules_of_its_purchase_set_and_no_longer_would() -> None:
    one = standing()
    stored = floor("stored")
    one.floors = one.old_floors = [stored]
    for made in (floor("gone"), floor("kept"), floor("gone", OTHER)):
        one.add_floor(made)

    one.drop_floors(BOUGHT, frozenset({"kept"}))

    assert one.floors == one.added == [floor("kept"), floor("gone", OTHER)]
    assert one.removed == [stored]  # what was never written needs no removal


def test_a_copy_for_later_is_moved_by_itself() -> None:
    one = standing()
    one.contributions = [(day(0), 400)]

    other = one.again(day(5))
    other.contribute(day(5), 100, day(5))

    assert other.tier_at(day(5)) == "silver"
    assert one.contributions == [(day(0), 400)]
    assert one.tier_at(day(5)) == "bronze"
