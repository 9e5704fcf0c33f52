"""Purchases that moved between members are found to be right; what is not so is found."""

from collections.abc import AsyncIterator

import pytest

from service.verify.report import Check
from service.verify.run import Options, verify
from tests.databases import Fresh, Server
from tests.verify import moves
from tests.verify.breaking import Broken

LAST = "(select moved_by from purchase where external_id = 'b')"


@pytest.fixture(scope="module")
def moved(server: Server) -> Fresh:
    """The history; nothing is ever committed to it."""
    return server.filled(moves.make)


@pytest.fixture
async def broken_moves(moved: Fresh) -> AsyncIterator[Broken]:
    """The history in the hands of somebody who may do everything."""
    async with Broken.open(moved) as opened:
        yield opened


async def test_the_history_is_found_to_be_right(moved: Fresh) -> None:
    report = await verify(moved.jobs_url, Options(every=True))

    assert report.tally.named == []


@pytest.mark.parametrize(
    ("check", "statement", "text"),
    [
        (
            Check.OPERATIONS,
            f"delete from purchase_move where to_op = {LAST}",
            "moved it",
        ),
        (
            Check.OPERATIONS,
            f"delete from purchase_move where to_op = {LAST}",
            "it moved no purchase",
        ),
        (
            Check.OPERATIONS,
            f"delete from purchase_move where to_op = {LAST}",
            "no operation of record has its id",
        ),
        (
            Check.OPERATIONS,
            f"delete from operation where op_id = {LAST}",
            "no operation with the new member",
        ),
        (
            Check.OPERATIONS,
            "delete from operation where op_id in (select op_id from purchase_move)",
            "no operation with the old member",
        ),
        (
            Check.OPERATIONS,
            "update purchase_move set purchase_id = gen_random_uuid()",
            "its purchase is not there",
        ),
        (
            Check.OPERATIONS,
            "update purchase set moved_by = gen_random_uuid() where external_id = 'b'",
            "nothing says that",
        ),
        (
            Check.OPERATIONS,
            "update purchase set moved_by = null where external_id = 'b'",
            "its purchase is not where it went",
        ),
        (
            Check.WALLETS,
            (
                "update lot set origin_op_id = holder_id where origin_op_id in"
                " (select moved_by from purchase)"
            ),
            "its entry says",
        ),
        (
            Check.OPERATIONS,
            (
                "insert into purchase_overrun select holder_id, purchase_id, 1, 'points', 5,"
                " channel, store, occurred_at from purchase"
            ),
            "it has an overrun, but does not say so",
        ),
        (
            Check.OPERATIONS,
            (
                "insert into purchase_overrun select holder_id, gen_random_uuid(), 1, 'points', 5,"
                " channel, store, occurred_at from purchase"
            ),
            "it has an overrun, but is not there",
        ),
    ],
)
async def test_what_is_wrong_is_found(
    check: Check, statement: str, text: str, broken_moves: Broken
) -> None:
    assert text in (await broken_moves.said(statement))[check]
