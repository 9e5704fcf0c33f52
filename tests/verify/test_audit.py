"""Whoever changes, removes or adds an act of a closed day is told of, in words."""

import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken

FIRST, THIRD = "2026-03-02", "2026-03-04"
KEY_1 = "about_id = 'key-1'"
WITHOUT_WALLS = (
    "alter table audit_leaf drop constraint audit_leaf_act_id_fkey,"
    " drop constraint audit_leaf_day_fkey"
)
UNCHAINED = "alter table audit_day drop constraint audit_day_chain"
COPY = (
    "insert into audit_act select gen_random_uuid(), done_at {moved}, day, act, actor_kind,"
    " actor_id, client_id, store, device, network, about_kind, 'key-9', with_id, op_id, reason,"
    f" digest from audit_act where {KEY_1}"
)


async def test_the_history_is_right(broken_audit: Broken) -> None:
    assert await broken_audit.said() == {}


@pytest.mark.parametrize(
    "change",
    [
        "act = 'key.created'",
        "actor_id = 'nobody'",
        "actor_kind = 2",
        "client_id = gen_random_uuid()",
        "store = null",
        "network = '192.0.2.0/24'",
        "about_id = 'key-x'",
        "about_kind = 'club'",
        "with_id = gen_random_uuid()",
        "op_id = gen_random_uuid()",
        "reason = 'OPS-2'",
        "digest = decode(repeat('00', 32), 'hex')",
        "done_at = done_at + interval '1 microsecond'",
    ],
)
async def test_a_changed_act_is_named(change: str, broken_audit: Broken) -> None:
    query = f"select act_id from audit_act where {KEY_1}"
    act_id = await broken_audit.connection.fetchval(query)
    said = await broken_audit.said(f"update audit_act set {change} where {KEY_1}")
    assert said == {
        Check.AUDIT: f"day {THIRD}, act {act_id}: it is another than when its day was closed"
    }


async def test_a_missing_act_is_named(broken_audit: Broken) -> None:
    query = f"select act_id from audit_act where {KEY_1}"
    act_id = await broken_audit.connection.fetchval(query)
    said = await broken_audit.said(WITHOUT_WALLS, f"delete from audit_act where {KEY_1}")
    assert said[Check.AUDIT] == f"day {THIRD}, act {act_id}: it is missing"
    assert "audit_leaf_act_id_fkey: is missing" in said[Check.CONSTRAINTS]


@pytest.mark.parametrize(
    ("moved", "place"),
    [("", THIRD), (" - interval '2 days'", FIRST), (" - interval '1 year'", "2025-03-04")],
)
async def test_an_added_act_is_named(moved: str, place: str, broken_audit: Broken) -> None:
    add = COPY.format(moved=moved).replace(" day, act", f" date '{place}', act")
    said = await broken_audit.said(add)
    act_id = await broken_audit.connection.fetchval(
        "select act_id from audit_act where about_id = 'key-9'"
    )
    assert said == {
        Check.AUDIT: f"day {place}, act {act_id}: it was added after its day was closed"
    }


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            f"update audit_leaf set hash = decode(repeat('00', 32), 'hex') where day = '{THIRD}'",
            f"day {THIRD}: its leaves do not give its root",
        ),
        (
            f"delete from audit_leaf where day = '{THIRD}' and place = 4",
            f"day {THIRD}: 5 acts were counted, 4 leaves",
        ),
        (
            f"delete from audit_leaf where day = '{THIRD}' and place = 4",
            "it was added after its day was closed",
        ),
        (
            (f"update audit_day set root = decode(repeat('00', 32), 'hex') where day = '{FIRST}'"),
            f"day {FIRST}: its head is not that of its root, its acts and the head before",
        ),
        (
            f"update audit_day set acts = 2 where day = '{FIRST}'",
            f"day {FIRST}: its head is not that of its root, its acts and the head before",
        ),
        (
            f"{UNCHAINED}; update audit_day set head = sha256(head) where day = '{FIRST}'",
            "day 2026-03-03: the head before it is another than that of the day before",
        ),
        (
            f"{UNCHAINED}; update audit_day set head = sha256(head) where day = '{FIRST}'",
            f"day {FIRST}: its event told another head",
        ),
        (
            f"{UNCHAINED}; delete from audit_day where day = '2026-03-03'",
            f"day {THIRD}: the day closed before it is {FIRST}: days are missing",
        ),
        (
            f"{UNCHAINED}; delete from audit_day where day = '2026-03-03'",
            f"day {THIRD}: it is number 3 after 1",
        ),
        (
            f"{WITHOUT_WALLS}; {UNCHAINED}; delete from audit_day where day = '{FIRST}'",
            "day 2026-03-03: it is number 2, and the days before it are missing",
        ),
        (
            "update audit_head set closed_to = '2026-03-03'",
            f"the head: closed to 2026-03-03, the last closed day is {THIRD}",
        ),
    ],
)
async def test_what_is_wrong_with_a_day_is_found(
    statement: str, text: str, broken_audit: Broken
) -> None:
    assert text in (await broken_audit.said(statement))[Check.AUDIT]


async def test_what_was_done_to_staff_has_its_act(broken_audit: Broken) -> None:
    add = (
        "insert into staff_act select gen_random_uuid(), account_id, kind, changes, actor_kind,"
        " actor_id, client_id, recorded_at from staff_act"
    )
    said = await broken_audit.said(add)
    assert (
        "something was done to a staff account, and the audit has no act of it"
        in (said[Check.AUDIT])
    )


async def test_events_of_the_audit_are_one_for_each_day(broken_audit: Broken) -> None:
    said = await broken_audit.said("delete from outbox where type = 'regulars.audit.closed.v1'")
    assert "version 3, its last event is 0" in said[Check.EVENTS]
