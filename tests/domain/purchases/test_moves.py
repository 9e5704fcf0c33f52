"""Moves are kept with the rows of the old holder."""

import asyncpg
import msgspec
import pytest

from service.domain.purchases import moves
from service.domain.purchases.moves import Move
from service.infra.db import Database
from service.kernel.ids import new_id
from tests.domain.purchases.test_store import FIRST, JAN, OLA

MOVE = Move(
    holder_id=OLA,
    op_id=new_id(),
    purchase_id=FIRST,
    earned_by=FIRST,
    to_holder=JAN,
    to_op=new_id(),
)


async def test_a_move_is_kept(db: Database) -> None:
    async with db.transaction() as tx:
        await moves.insert(tx, MOVE)
        rows = await tx.connection.fetch("select * from purchase_move")

    assert [msgspec.convert(dict(row), Move) for row in rows] == [MOVE]


async def test_nothing_moves_to_where_it_is(db: Database) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="purchase_move_other"):
        async with db.transaction() as tx:
            await moves.insert(tx, msgspec.structs.replace(MOVE, to_holder=OLA))
