"""Walls of the database that are gone, weakened or went round are found."""

import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("alter table wallet drop constraint wallet_debt", "constraint wallet_debt: is missing"),
        ("alter table entry drop constraint entry_chain", "constraint entry_chain: is missing"),
        ("alter table entry drop constraint entry_once", "constraint entry_once: is missing"),
        ("alter table entry_lot drop constraint entry_lot_pkey", "entry_lot_pkey: is missing"),
        (
            "alter table entry_lot drop constraint entry_lot_amount_check",
            "entry_lot_amount_check: is missing",
        ),
        (
            "alter table budget_slot drop constraint budget_slot_name_fkey",
            "budget_slot_name_fkey: is missing",
        ),
        ("drop index tier_step_open", "constraint tier_step_open: is missing"),
        ("drop index outbox_published", "constraint outbox_published: is missing"),
        ("drop table idem", "table idem, constraint idem_pkey: is missing"),
        ("alter table entry alter reason drop not null", "column reason: may be null"),
        (
            "update pg_constraint set convalidated = false where conname = 'wallet_posted'",
            "constraint wallet_posted: is NOT VALID",
        ),
        (
            "update pg_index set indisvalid = false where indexrelid = 'entry_once'::regclass",
            "constraint entry_once: its index is not valid",
        ),
        ("alter table entry disable trigger all", "entry_chain: is not enforced"),
    ],
)
async def test_a_wall_that_does_not_stand_is_found(
    statement: str, text: str, broken: Broken
) -> None:
    assert text in (await broken.said(statement))[Check.CONSTRAINTS]


@pytest.mark.parametrize(
    ("name", "weaker"),
    [
        ("wallet_debt", "check (debt >= 0)"),
        ("wallet_parts", "check (pending >= 0 and held >= 0 and pending <= posted)"),
        ("wallet_posted", "check (posted <= 9007199254740992)"),
        ("wallet_pkey", "primary key (holder_id, wallet, entry_seq)"),
    ],
)
async def test_a_weaker_wall_of_the_same_name_is_found(
    name: str, weaker: str, broken: Broken
) -> None:
    said = await broken.said(
        f"alter table wallet drop constraint {name}",
        f"alter table wallet add constraint {name} {weaker}",
    )
    assert f"constraint {name}: is another than in the schema" in said[Check.CONSTRAINTS]


async def test_a_row_beyond_a_check_is_found(broken: Broken) -> None:
    said = await broken.said(
        "alter table purchase drop constraint purchase_net",
        "update purchase set net = -1 where external_id = 'a1'",
        "alter table purchase add constraint purchase_net"
        " check (net >= 0 and quantity >= 0) not valid",
    )
    lines = said[Check.CONSTRAINTS].splitlines()
    assert [line.partition(": ")[2].split()[0] for line in lines] == ["is", "row"]
    assert "is NOT VALID" in lines[0]
    assert lines[1].endswith("is beyond it")


async def test_a_row_without_the_row_it_refers_to_is_found(broken: Broken) -> None:
    said = await broken.said(
        "set local session_replication_role = replica",
        "delete from member where enrolled_at > (select min(enrolled_at) from member)",
    )
    assert said[Check.CONSTRAINTS].count("constraint member_profile_holder_id_fkey: row ") == 4


async def test_a_chain_that_was_cut_is_found(broken: Broken) -> None:
    said = await broken.said(
        "set local session_replication_role = replica",
        "delete from entry where wallet = 4 and seq = 1",
    )
    assert "constraint entry_chain: row " in said[Check.CONSTRAINTS]


async def test_other_walls_may_stand(broken: Broken) -> None:
    said = await broken.said(
        "create table more (n int primary key, check (n > 0))",
        "alter table wallet add constraint more check (posted >= 0)",
    )
    assert said == {}
