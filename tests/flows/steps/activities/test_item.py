"""One activity on its way: whom it names, and what is made of it."""

import datetime as dt

from service.domain.events.activities import ActivityRecorded
from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.flows.steps.activities.item import Item, recorded, who
from service.flows.steps.match import Who
from service.flows.steps.work import Work
from service.kernel.ids import new_id
from service.rules.triggers import Occasion, On
from tests.flows.shop import TILL, card, day
from tests.flows.telling import activity


def item(kind: Kind, at: dt.datetime) -> Item:
    """An activity of a holder, written at day 1."""
    one = Item(0, TILL, activity("a", "1", stars=5), bytes(32), at)
    holder = Holder(new_id(), kind, None, 7, None, day(0), day(0))
    one.work = Work(holder, day(1), day(1), Outbox())
    return one


def test_it_names_whoever_held_the_identifier_when_it_took_place() -> None:
    ola = new_id()

    assert item(Kind.MEMBER, day(0)).who == Who((card("1"),), None, day(0))
    assert who(activity("a", ola), None) == Who((), ola, None)


def test_it_is_made_of_the_locked_holder_and_told_with_its_next_version() -> None:
    one = item(Kind.MEMBER, day(0))

    one.make()

    assert one.activity.holder_id == one.work.holder.holder_id
    assert (one.activity.occurred_at, one.activity.recorded_at) == (day(0), day(1))
    assert one.activity.attributes == {"stars": 5}
    assert one.work.holder.version == 8
    assert [row[4] for row in one.work.outbox.rows] == ["regulars.activity.recorded.v1"]


def test_it_is_an_occasion_of_its_day_named_by_its_id_when_it_is_a_members() -> None:
    of_ola, of_nobody = item(Kind.MEMBER, day(0)), item(Kind.UNCLAIMED, day(0))

    of_ola.make()
    of_nobody.make()

    assert of_ola.work.occasions == [
        Occasion(
            on=On.ACTIVITY,
            of="visit",
            at=day(0),
            ref=str(of_ola.activity_id),
            attributes={"stars": 5},
            cause=str(of_ola.activity_id),
        )
    ]
    assert of_nobody.work.occasions == []


def test_of_nobody_known_neither_answer_nor_event_says_a_member() -> None:
    one = item(Kind.UNCLAIMED, day(0))

    one.make()

    assert one.activity.view().member_id is None
    assert recorded(one.activity) == ActivityRecorded(
        activity_id=one.activity_id,
        member_id=None,
        name="visit",
        source="app",
        external_id="a",
        occurred_at=day(0),
    )
