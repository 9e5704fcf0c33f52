"""Each way in which transfers and households can be wrong is found."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken


async def test_the_history_is_right(broken_sharing: Broken) -> None:
    assert await broken_sharing.said() == {}


ONE = """
  (holder_id, transfer_id) = (
    select holder_id, transfer_id from transfer where kind = 1 and amount < 0 limit 1)
"""
OTHER = ONE.replace("amount < 0", "amount > 0")


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (f"delete from transfer where {ONE}", "its entries are there, it is not"),
        (f"delete from transfer where {ONE}", "the other side is not there"),
        (f"update transfer set amount = amount - 1 where {ONE}", "passed, its entries say"),
        (f"update transfer set amount = amount + 1 where {OTHER}", "passed, the other side says"),
        (f"update transfer set kind = 2 where {ONE}", "the other side tells of something else"),
        (
            f"update transfer set other_id = (select holder_id from household limit 1) where {ONE}",
            "the other side is not there",
        ),
        (
            f"update transfer set occurred_at = occurred_at + interval '1 day' where {ONE}",
            "effective at",
        ),
        (
            f"update transfer set transfer_id = gen_random_uuid() where {ONE}",
            "it has no entries",
        ),
        (
            "update lot set origin_op_id = gen_random_uuid() where came_at is not null",
            "what arrived is not what was sent",
        ),
        (
            "update lot set earned_at = earned_at - interval '1 day' where came_at is not null",
            "what arrived is not what was sent",
        ),
        (
            "update lot set came_at = null where came_at is not null",
            "a transfer brought it, it does not say when",
        ),
        (
            "update lot set came_at = earned_at where came_at is null",
            "it says that a transfer brought it",
        ),
        (
            "update lot set came_at = came_at - interval '1 day' where came_at is not null",
            "usable from",
        ),
        (
            (
                "update entry set reason = 12 where reason = 11 and amount < 0"
                " and (holder_id, wallet) in"
                " (select holder_id, wallet from transfer where kind = 1)"
            ),
            "units came by what sends them",
        ),
    ],
)
async def test_a_wrong_transfer_is_found(statement: str, text: str, broken_sharing: Broken) -> None:
    assert text in (await broken_sharing.said(statement))[Check.TRANSFERS]


async def test_transfers_that_do_not_sum_to_zero_are_found(broken_sharing: Broken) -> None:
    """A whole side made up: entry, lot, wallet and row are right by themselves."""
    told = await broken_sharing.said(
        "update entry set contra = 8 where reason = 4 and amount = 25",
    )
    assert "wallet 2: transfers brought 25 more than they took" in told[Check.TRANSFERS]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            "update household_member set role = 2 where role = 1 and until_at is null",
            "0 of its people are its head",
        ),
        (
            "update household_member set role = 1 where until_at is null",
            "2 of its people are its head",
        ),
        (
            "update household set dissolved_at = formed_at where dissolved_at is null",
            "it was dissolved, 2 people belong to it",
        ),
        (
            (
                "insert into household_invitation"
                " select holder_id, holder_id, formed_at, dissolved_at"
                " from household where dissolved_at is not null"
            ),
            "it was dissolved and invites",
        ),
        (
            (
                "update wallet set posted = 1 where holder_id in"
                " (select holder_id from household where dissolved_at is not null)"
            ),
            "it was dissolved and holds units",
        ),
        (
            "update holder set kind = 3 where kind = 4",
            "it is no holder of its kind",
        ),
        (
            "update household_member set from_at = from_at - interval '1 year'",
            "it began before its household",
        ),
        (
            "update household_member set household_id = gen_random_uuid()",
            "its household is not there",
        ),
        (
            "update household_member set household_id = gen_random_uuid()",
            "the member was never in the household",
        ),
        (
            (
                "insert into household_member select holder_id, gen_random_uuid(), household_id,"
                " from_at, from_at + interval '1 hour', role, draw_max, actor_kind, actor_id,"
                " recorded_at from household_member where until_at is null"
            ),
            "it began before the one before ended",
        ),
        (
            "update holder set kind = 4 where kind = 1",
            "a household is not there",
        ),
    ],
)
async def test_a_wrong_household_is_found(
    statement: str, text: str, broken_sharing: Broken
) -> None:
    assert text in (await broken_sharing.said(statement))[Check.HOUSEHOLDS]


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("update transfer set amount = 0", "transfer_amount"),
        ("update transfer set kind = 7", "transfer_kind"),
        ("update transfer set other_id = holder_id", "transfer_other"),
        ("update household_member set role = 3", "household_member_role"),
        (
            "update household_member set until_at = from_at - interval '1 s'",
            "household_member_span",
        ),
        (
            (
                "insert into household_member select holder_id, gen_random_uuid(), household_id,"
                " from_at, null, role, draw_max, actor_kind, actor_id, recorded_at"
                " from household_member where until_at is null"
            ),
            "household_member_open",
        ),
        (
            (
                "insert into household_invitation select holder_id, holder_id, formed_at, formed_at"
                " from household"
            ),
            "household_invitation_span",
        ),
        ("update holder set kind = 6", "holder_kind"),
    ],
)
async def test_the_database_refuses(statement: str, refused: str, broken_sharing: Broken) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=refused):
        await broken_sharing.run(statement)


async def test_an_operation_of_one_side_alone_is_found(broken_sharing: Broken) -> None:
    said = await broken_sharing.said(
        "delete from operation where kind = 7 and holder_id in"
        " (select holder_id from transfer where kind = 1 and amount > 0)"
    )
    assert "no operation of record has its id" in said[Check.OPERATIONS]


async def test_an_event_of_a_transfer_that_says_something_else_is_found(
    broken_sharing: Broken,
) -> None:
    said = await broken_sharing.said(
        "update outbox set body = convert_to(replace(convert_from(body, 'utf8'),"
        " '\"amount\":40', '\"amount\":41'), 'utf8') where type like '%points.transferred%'"
    )
    assert "its events give" in said[Check.PROJECTION]
