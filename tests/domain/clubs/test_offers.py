"""Offers of a place as rows."""

import uuid
from typing import Any

import asyncpg
import msgspec
import pytest

from service.domain.clubs import codes, offers
from service.domain.clubs.types import CodeRow, Ground, Offer, OfferState
from service.infra.db import Tx
from service.kernel.ids import new_id
from tests.domain.clubs.people import APP, CLUB, EVE, JAN, OLA, begin, day


def offer(holder: uuid.UUID = OLA, **fields: Any) -> Offer:
    """An invitation of day 1 that stands for three days."""
    given: dict[str, Any] = {
        "holder_id": holder,
        "offer_id": new_id(),
        "club": CLUB,
        "kind": Ground.INVITATION,
        "state": OfferState.OPEN,
        "has_seat": False,
        "made_at": day(1),
        "due_at": day(4),
        "actor_kind": int(APP.kind),
        "actor_id": APP.id,
    }
    return Offer(**(given | fields))


async def latest(tx: Tx, holder: uuid.UUID = OLA, club: int = CLUB) -> Offer | None:
    found = await tx.ask(offers.ask_latest([holder], [club]))
    return found.get((holder, club))


async def test_an_offer_is_found_as_it_was_made(tx: Tx) -> None:
    await begin(tx)
    made = offer(
        has_seat=True, inviter=JAN, source=new_id(), rule="golden", note="x", place=3,
        term_until=day(99),
    )  # fmt: skip

    await offers.insert(tx, [made, offer(EVE, club=9)])
    await offers.insert(tx, [])

    assert await latest(tx) == made
    assert await offers.find(tx, CLUB, made.offer_id) == made
    assert await offers.find(tx, 9, made.offer_id) is None
    assert await latest(tx, JAN) is None
    assert await latest(tx, EVE) is None


async def test_it_stands_until_it_is_due_and_no_moment_longer() -> None:
    made = offer()

    assert made.stands(day(3.99))
    assert not made.stands(day(4))
    assert made.state_at(day(3.99)) is OfferState.OPEN
    assert made.state_at(day(4)) is OfferState.LAPSED
    taken = msgspec.structs.replace(made, state=OfferState.TAKEN)
    assert taken.state_at(day(9)) is OfferState.TAKEN
    assert not taken.stands(day(1))


async def test_a_member_has_one_open_offer_of_a_club_and_it_is_closed_once(tx: Tx) -> None:
    await begin(tx)
    first, second = offer(), offer(made_at=day(2))
    await offers.insert(tx, [first])

    await offers.close(tx, [first], OfferState.DECLINED, day(2))
    await offers.insert(tx, [second])
    assert await latest(tx) == second
    await offers.close(tx, [second], OfferState.WITHDRAWN, day(0))
    await offers.close(tx, [], OfferState.WITHDRAWN, day(0))

    assert await latest(tx) == msgspec.structs.replace(
        second,
        state=OfferState.WITHDRAWN,
        closed_at=day(2),  # not before it was made
    )
    await offers.close(tx, [second], OfferState.TAKEN, day(3))
    with pytest.raises(AssertionError, match="closed already"):
        await tx.flush()


async def test_the_table_refuses_a_second_open_offer(tx: Tx) -> None:
    await begin(tx)
    await offers.insert(tx, [offer()])
    await offers.insert(tx, [offer()])

    with pytest.raises(asyncpg.UniqueViolationError, match="club_offer_open"):
        await tx.flush()


async def test_overdue_offers_are_listed_the_oldest_first(tx: Tx) -> None:
    await begin(tx)
    late, early, open_, closed = (
        offer(OLA),
        offer(JAN, due_at=day(3)),
        offer(EVE, due_at=day(9)),
        offer(OLA, club=9, due_at=day(2)),
    )
    await offers.insert(tx, [late, early, open_, closed])
    await offers.close(tx, [closed], OfferState.TAKEN, day(2))

    assert await offers.overdue(tx, day(4), 10) == [early, late]
    assert await offers.overdue(tx, day(4), 1) == [early]
    assert await offers.overdue(tx, day(2.9), 10) == []


async def test_what_a_sponsor_has_spent_counts_taken_and_open_ones_and_codes(tx: Tx) -> None:
    await begin(tx)

    async def spent(at: float = 2) -> int:
        return await tx.ask(offers.ask_spent(EVE, CLUB, day(at)))

    first, second = offer(OLA, inviter=EVE), offer(JAN, inviter=EVE, due_at=day(9))
    of_others = offer(OLA, club=9, inviter=EVE)
    await offers.insert(tx, [first, second, of_others])
    assert await spent() == 2
    assert await spent(4) == 1  # one has lapsed
    await offers.close(tx, [second], OfferState.TAKEN, day(2))
    assert await spent(99) == 1  # who came in counts for ever
    await offers.close(tx, [first], OfferState.DECLINED, day(2))
    assert await spent() == 1
    await offers.insert(tx, [offer(OLA, inviter=EVE, place=1, due_at=day(99))])
    assert await spent() == 1  # their turn on the list is no new invitation
    row = CodeRow(
        digest=bytes(32), code_id=new_id(), club=CLUB, tail="X", inviter=EVE, uses_max=3,
        made_at=day(1), due_at=day(5), actor_kind=1, actor_id="app",
    )  # fmt: skip
    await codes.insert(tx, row)
    assert await spent() == 4
    await codes.use(tx, row.digest)
    assert (await spent(), await spent(5)) == (4, 2)  # of what nobody used nothing is spent then
    await codes.void(tx, row.digest, day(2), "partner:app")
    assert await spent() == 2
