"""What was undone and is not as if it had not been is found, or refused."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.flows.desk.undo_operation import UNDO
from service.verify import undone
from service.verify.report import Check
from service.verify.run import Options, verify
from tests.databases import Fresh, Server
from tests.verify import undos
from tests.verify.breaking import Broken


@pytest.fixture(scope="module")
def history(server: Server) -> Fresh:
    """The history; nothing is ever committed to it."""
    return server.filled(undos.make)


@pytest.fixture
async def broken_undos(history: Fresh) -> AsyncIterator[Broken]:
    """The history in the hands of somebody who may do everything."""
    async with Broken.open(history) as opened:
        yield opened


async def test_the_history_is_found_to_be_right_and_has_it_all(history: Fresh) -> None:
    """Adjustments 2, transfers 3 at both holders, gift cards 3, a coupon and a hand-over."""
    report = await verify(history.jobs_url, Options(every=True))

    assert report.tally.named == []
    assert report.tally.counted[Check.UNDONE] == 2 + 3 * 2 + 3 + 1 + 1


def test_all_that_can_be_undone_is_looked_at() -> None:
    assert set(undone.UNDOABLE) == set(UNDO)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            "update operation set undoes = gen_random_uuid() where kind = 10",
            "what it undoes is not there",
        ),
        (
            (
                "update operation o set kind = 2 where kind = 1 and exists"
                " (select from operation u where u.undoes = o.op_id)"
            ),
            "it undoes what is of kind 2",
        ),
        (
            (
                "update operation set undoes = null, receipt = null where (holder_id, op_id) = ("
                "select u.holder_id, u.op_id from operation u join operation t"
                " on t.op_id = u.undoes and t.holder_id = u.holder_id and t.kind = 7 limit 1)"
            ),
            "the other side of the transfer is not undone",
        ),
        (
            "update operation set undoes = null, receipt = null where kind = 10",
            "it undoes nothing",
        ),
        (
            "update entry set amount = -36, after = after - 1 where reason = 13 and amount = -35",
            "house account 3: -1 is left",
        ),
        (
            "update entry set amount = amount + 1, after = after + 1 where reason = 14",
            "house account 7: 1 is left",
        ),
        (
            "update entry set reason = 4, contra = 6 where reason = 13 and amount < 0",
            "house account 3: 35 is left",
        ),
        (
            "update lot set replaces = null where replaces is not null",
            "it made a lot that replaces none",
        ),
    ],
)
async def test_a_wrong_undo_is_found(statement: str, text: str, broken_undos: Broken) -> None:
    walls = "alter table entry drop constraint entry_chain"
    assert text in (await broken_undos.said(walls, statement))[Check.UNDONE]


@pytest.mark.parametrize(
    ("check", "statement", "text"),
    [
        (
            Check.OPERATIONS,
            "delete from operation where kind = 10",
            "no operation of record has its id",
        ),
        (
            Check.OPERATIONS,
            "update operation set kind = 1 where kind = 10",
            "reason 13 belongs to no operation",
        ),
        (
            Check.OPERATIONS,
            (
                "delete from operation where kind = 10 and undoes in"
                " (select op_id from operation where kind = 9)"
            ),
            "no redemption belongs to it",
        ),
        (
            Check.GIFT_CARDS,
            "update gift_card set state = 1, activated_at = issued_at where activated_at is null",
            "it is active, but was sold 0 times",
        ),
        (
            Check.GIFT_CARDS,
            (
                "delete from operation where kind = 10 and undoes in"
                " (select op_id from operation where kind = 6)"
            ),
            "it has entries, but was not activated",
        ),
    ],
)
async def test_what_belongs_to_an_undo_is_missed(
    check: Check, statement: str, text: str, broken_undos: Broken
) -> None:
    assert text in (await broken_undos.said(statement))[check]


async def test_an_undo_without_an_answer_is_refused(broken_undos: Broken) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="operation_undo"):
        await broken_undos.run("update operation set receipt = null where kind = 10")
