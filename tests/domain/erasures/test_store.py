import asyncpg
import pytest

from service.domain.erasures import store
from service.infra.db import Database
from service.kernel.ids import new_id
from tests.flows.eraser import erased
from tests.flows.shop import Shop

REFUSED = (
    "update operation set actor_id = 'eve'",
    "update operation set recorded_at = now()",
    "update club_step set kind = 1",
    "update entry set amount = 0",
    "delete from operation",
    "delete from club_step",
    "delete from member_profile",
    "delete from member",
)


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_service_may_take_words_out_of_the_history_and_nothing_else(
    db: Database, statement: str
) -> None:
    async with db.transaction() as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.connection.execute(statement)


async def test_the_family_of_a_merged_member_is_that_of_the_survivor(empty_shop: Shop) -> None:
    """Written by hand: the survivor comes first, whoever is asked for."""
    old, survivor, other = new_id(), new_id(), new_id()
    async with empty_shop.db.transaction() as tx:
        await tx.connection.executemany(
            "insert into holder (holder_id, kind, merged_into, settled_at, recorded_at)"
            " values ($1, 1, $2, now(), now())",
            [(old, survivor), (survivor, None), (other, None)],
        )
        assert await store.family(tx, old) == [survivor, old]
        assert await store.family(tx, survivor) == [survivor, old]
        assert await store.family(tx, other) == [other]
        assert await store.family(tx, new_id()) == []


async def test_what_was_not_erased_has_no_answer(desk: Shop) -> None:
    ola, jan = (await desk.enrol("1")).id, (await desk.enrol("2")).id
    done = (await erased(desk, ola)).body
    async with desk.db.reading() as tx:
        assert await store.find(tx, ola) == done
        assert await store.find(tx, jan) is None
