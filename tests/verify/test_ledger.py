"""Each way in which wallets and lots can be wrong is found, or the database refuses it."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken

# The last entry of a wallet may be changed by who owns the table; all others are chained.
LAST = """
  (holder_id, wallet, seq) = (
    select holder_id, wallet, seq from entry e
    where not exists (
      select from entry n where n.holder_id = e.holder_id and n.wallet = e.wallet and n.seq > e.seq)
    and reason = 1 and amount > 5
    order by holder_id, wallet limit 1)
"""
ONE_LOT = """
  (holder_id, wallet, lot_no) = (
    select holder_id, wallet, lot_no from lot
    where remaining between 2 and granted - 1 order by holder_id, wallet, lot_no limit 1)
"""
DUE = "next_due is not null and kind = 1"
FULL_LOT = ONE_LOT.replace("between 2 and granted - 1", "= granted")


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("update wallet set posted = posted + 1 where wallet = 4", "its entries sum to"),
        ("update wallet set posted = posted + 1 where wallet = 4", "its lots hold"),
        ("update wallet set posted = posted + 1 where wallet = 4", "after the last entry it was"),
        (
            "update wallet set pending = pending - 1 where pending > 0",
            "pending 25, of its lots 26 are",
        ),
        ("update wallet set debt = debt + 1 where debt > 0", "debt 11, its entries say 10"),
        ("update wallet set entry_seq = entry_seq + 1 where debt > 0", "entry_seq"),
        (f"update lot set held = 1 where {ONE_LOT}", "held 0, of its lots 1"),
        (f"update lot set remaining = remaining - 1 where {ONE_LOT}", "remain of"),
        (f"update lot set granted = granted + 1 where {FULL_LOT}", "its entry says"),
        (f"delete from lot where {FULL_LOT}", "its lots hold"),
        ("delete from wallet where debt > 0", "it has entries or lots, but no row"),
        ("update lot set origin_op_id = origin_holder_id", "origin"),
        (
            "update lot set available_at = available_at - interval '20 days' where wallet = 1",
            "pending 26, of its lots 0 are",
        ),
        (
            "update lot set expires_at = earned_at where remaining > 0 and wallet = 1",
            "should have expired at",
        ),
        ("delete from entry_lot", "entries took 0"),
        ("update entry_lot set amount = amount - 1", "entries took"),
        (
            "update entry_lot set lot_no = lot_no + 1000000",
            "entries take from it, but it is not there",
        ),
        (
            f"update entry set amount = amount + 1, after = after + 1 where {LAST}",
            "its entries sum to",
        ),
        (f"delete from entry where {LAST}", "no entry made it"),
        ("update entry set debt_change = debt_change + 1 where debt_change > 0", "its entries say"),
    ],
)
async def test_a_wrong_wallet_is_found(statement: str, text: str, broken: Broken) -> None:
    assert text in (await broken.said(statement))[Check.WALLETS]


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("update wallet set posted = -1", "wallet_parts"),
        ("update wallet set posted = 9007199254740992", "wallet_posted"),
        ("update wallet set pending = posted + 1", "wallet_parts"),
        ("update wallet set debt = -1", "wallet_debt"),
        ("update wallet set debt = 1 where posted > pending + held", "wallet_debt"),
        ("update lot set remaining = -1", "lot_bounds"),
        ("update lot set remaining = granted + 1", "lot_bounds"),
        ("update lot set held = remaining + 1", "lot_bounds"),
        ("update entry set amount = amount + 1", "entry_sum"),
        (
            "update entry set amount = amount + 1, after = after + 1 where seq = 1",
            "entry_chain",
        ),
        ("update entry set amount = 0, debt_change = 0, after = before", "entry_amount"),
        ("update entry set before = before + 1, after = after + 1 where seq = 1", "entry_seq"),
        ("delete from entry where seq = 1", "entry_chain"),
        ("update entry set prev_seq = null where seq > 1", "entry_seq"),
        (
            (
                "insert into entry (select holder_id, wallet, seq + 1, seq, after, after + 1, 1, 0,"
                " reason, contra, op_id, op_line, actor_kind, actor_id, store_id, occurred_at,"
                " recorded_at from entry where reason = 3)"
            ),
            "entry_",  # one expiry cannot be posted twice, nor two entries follow one
        ),
        ("update entry_lot set amount = 0", "entry_lot_amount_check"),
        (
            "update purchase_key set channel = 'web', external_id = 'a1'",
            "purchase_key_pkey",
        ),
        ("update identifier set until_at = from_at", "identifier_span"),
        ("delete from holder", "holder"),
    ],
)
async def test_the_database_refuses(statement: str, refused: str, broken: Broken) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=refused):
        await broken.run(statement)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            "update entry set op_id = holder_id where reason = 1 and seq = 1 and wallet = 2",
            "has its id",
        ),
        ("update entry set op_id = holder_id where reason = 4 and amount = 20", "has its id"),
        (
            "update entry set op_id = holder_id where reason = 2 and wallet = 2 and seq = 3",
            "has its id",
        ),
        ("update entry set contra = 2 where reason = 1 and seq = 1", "with house account 2"),
        (
            "update entry set reason = 4, contra = 3 where reason = 1 and seq = 1",
            "belongs to no purchase",
        ),
        (
            "update entry set reason = 9 where reason = 1 and seq = 1",
            "reason 9 with house account 1",
        ),
        (
            "update entry set recorded_at = recorded_at - interval '1 year' where seq = 2",
            "recorded before",
        ),
        ("delete from operation", "no operation of record has its id"),
        ("update operation set kind = 1 where kind = 2", "reason 6 belongs to no operation"),
        ("update operation set kind = 3 where kind = 1", "reason 4 belongs to no operation"),
        (
            (
                "insert into operation select holder_id, return_id, 3, '', 1, '', recorded_at"
                " from purchase_return"
            ),
            "2 operations of record have its id",
        ),
        (
            (
                "insert into operation"
                " select holder_id, holder_id, 1, '', 1, '', recorded_at from member"
            ),
            "no entry belongs to it",
        ),
        (
            (
                "insert into operation"
                " select holder_id, holder_id, 4, '', 1, '', recorded_at from member"
            ),
            "no coupon belongs to it",
        ),
        ("delete from purchase where external_id = 'a1'", "no operation of record has its id"),
        ("delete from purchase where external_id = 'a1'", "is not there"),
        ("delete from purchase_key where external_id = 'a1'", "its natural key is not kept"),
        (
            "update purchase_key set purchase_id = holder_id where external_id = 'a1'",
            "its natural key names",
        ),
        (
            "update purchase_key set holder_id = purchase_id where external_id = 'a1'",
            "its natural key names holder",
        ),
        (
            "update purchase_key set purchase_id = null where external_id = 'a1'",
            "no return waits for its purchase",
        ),
        ("update purchase set flags = flags | 16", "whether a member is known"),
        ("update operation set kind = 14 where kind = 1", "no purchase belongs to it"),
        ("update operation set kind = 17 where kind = 1", "no erased member belongs to it"),
        (
            "delete from purchase_return where external_id = 'r6'",
            "no operation of record has its id",
        ),
        ("delete from purchase_return where external_id = 'r6'", "return"),
        ("update purchase_return set purchase_id = return_id", "its purchase is not there"),
        ("delete from return_key where external_id = 'r6'", "its natural key is not kept"),
        ("delete from return_key where external_id = 'r5'", "not that of a parked return"),
        ("update return_key set return_id = null", "neither applied nor parked"),
        ("update return_key set holder_id = return_id where return_id is not null", "names holder"),
        ("delete from parked_return", "neither applied nor parked"),
        ("delete from parked_return", "no return waits for its purchase"),
        ("delete from purchase_key where external_id = 'never'", "its purchase is not awaited"),
    ],
)
async def test_what_belongs_to_no_operation_is_found(
    statement: str, text: str, broken: Broken
) -> None:
    assert text in (await broken.said(statement))[Check.OPERATIONS]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("update holder set version = version + 1", "its last event is"),
        ("delete from outbox where version = 1", "events are missing before 2"),
        ("delete from outbox where version = 3", "events are missing before 4"),
        ("delete from outbox o using holder h where h.version = o.version", "its last event is"),
        ("update outbox set pub_seq = pub_seq + 1000000 where version = 2", "is placed before an"),
        ("update outbox set pub_seq = null where version = 2", "event 3 is placed before an"),
        ("update outbox set pub_seq = pub_seq + 1000000", "the last event is at"),
        ("update outbox_shard set last_seq = last_seq + 1", "the last event is at"),
        ("delete from outbox_shard where last_seq > 0", "no such shard"),
        ("update outbox set pub_seq = null", "the last event is at 0"),
        ("update outbox set shard = (shard + 1) % 64 where pub_seq is null", "in another shard"),
        (
            "update outbox set recorded_at = recorded_at - interval '1 year' where version = 2",
            "event 2 is recorded before",
        ),
        (
            (
                "insert into outbox (select shard_id.id, 1, 0, event_id, type, body, occurred_at,"
                " recorded_at, null from outbox, (select gen_random_uuid() as id) shard_id limit 1)"
            ),
            "a holder that is not there",
        ),
    ],
)
async def test_a_lost_or_disordered_event_is_found(
    statement: str, text: str, broken: Broken
) -> None:
    assert text in (await broken.said(statement))[Check.EVENTS]


async def test_no_two_events_have_one_place(broken: Broken) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="outbox_published"):
        await broken.run("update outbox set pub_seq = 1, shard = 1")


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("update holder set next_due = null", "next_due never, but something is due at"),
        ("update holder set next_due = next_due + interval '1 day'", "but something is due at"),
        ("update holder set kind = 2 where version > 20", "it holds units, but is no member"),
        ("update holder set kind = 1 where kind = 2", "the table of members"),
        (
            (
                "insert into identifier"
                " select digest, from_at + interval '1 second', null, holder_id, kind,"
                " recorded_at from identifier where until_at is not null"
            ),
            "another holds it at the same time",
        ),
        ("update identifier set holder_id = gen_random_uuid()", "its holder is not there"),
        (f"update holder set erased_at = now() where {DUE}", "but something falls due"),
        (f"update holder set erased_at = now() where {DUE}", "but has units or owes some"),
        (f"update holder set erased_at = now() where {DUE}", "but has identifiers"),
        (f"update holder set erased_at = now() where {DUE}", "but the person is there"),
        (f"update holder set erased_at = now() where {DUE}", "it was erased by nobody"),
    ],
)
async def test_a_wrong_holder_is_found(statement: str, text: str, broken: Broken) -> None:
    if "insert into identifier" in statement:
        await broken.run("drop index identifier_open")
    assert text in (await broken.said(statement))[Check.HOLDERS]
