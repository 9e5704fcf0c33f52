"""Activities told to a shop of the tests, and what is known of them after."""

import datetime as dt
import uuid
from typing import Any

from service.domain.activities.types import ActivityView, RecordActivity
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.values import Identifier, OtherMember
from tests.flows.shop import TILL, Shop, card

Whom = uuid.UUID | str | tuple[Identifier, ...]


def activity(
    key: str, member: Whom, name: str = "visit", at: dt.datetime | None = None, **fields: Any
) -> RecordActivity:
    """An activity; `member`: an id, the number of a card, or identifiers."""
    if isinstance(member, uuid.UUID):
        who: Any = OtherMember(id=member)
    else:
        who = (card(member),) if isinstance(member, str) else member
    return RecordActivity(
        name=name,
        source=fields.pop("source", "app"),
        external_id=key,
        member=who,
        occurred_at=at,
        attributes=fields,
    )


async def record(shop: Shop, body: RecordActivity, actor: Actor = TILL) -> Answer[ActivityView]:
    """Record it; the answer says whether it is a replay."""
    return await shop.verbs.record_activity(actor, body)


async def tell(
    shop: Shop,
    key: str,
    member: Whom,
    name: str = "visit",
    at: dt.datetime | None = None,
    **fields: Any,
) -> ActivityView:
    """Record an activity (see `activity`); at an instant the clock has not reached, it moves it."""
    if at is not None and shop.shown is not None and at > shop.shown:
        await shop.show(at)
    return (await record(shop, activity(key, member, name, at, **fields))).body


async def known(shop: Shop, member: uuid.UUID) -> list[str]:
    """The external ids of a member's activities, newest first."""
    page = await shop.reads.activities(member, None, 200)
    assert page.next is None
    return [one.external_id for one in page.items]


async def holder_of(shop: Shop, activity_id: uuid.UUID) -> uuid.UUID:
    """Whose an activity is, by its row and by its natural key."""
    async with shop.db.reading() as tx:
        row = await tx.connection.fetchrow(
            "select a.holder_id as one, k.holder_id as other from activity a"
            " join activity_key k using (activity_id) where activity_id = $1",
            activity_id,
        )
    assert row["one"] == row["other"]
    holder: uuid.UUID = row["one"]
    return holder
