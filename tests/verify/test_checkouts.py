"""Holds, redemptions and coupons that are not what they must be are found, or refused."""

import asyncpg
import pytest

from service.verify.report import Check
from service.verify.run import Options, verify
from tests.databases import Fresh
from tests.verify.breaking import Broken

OPEN = "hold_id = (select hold_id from hold where state = 0)"
SHARE = (
    "insert into budget_hold select 'sale', hold_id, 5, 140, due_at + interval '1 hour' from hold"
)
COUPON = (
    "insert into coupon (digest, coupon_id, template, tail, uses_max, used, issued_at)"
    " select digest, hold_id, 'SHARED', 'TAIL', 3, {}, now() from hold_item"
    f" where digest is not null and {OPEN}"
)
TAKEN = COUPON.format(0).replace("issued_at)", "issued_at, taken_by)").replace("()", "(), hold_id")
KEPT = (
    "insert into coupon_hold select digest, hold_id, now() from hold_item"
    f" where digest is not null and {OPEN}"
)
USED = (
    "insert into coupon_use (holder_id, template, occurred_at, purchase_id, position, digest)"
    f" select holder_id, 'SHARED', now(), hold_id, 0, digest from hold_item"
    f" where digest is not null and {OPEN}"
)


async def test_the_history_is_found_to_be_right_and_has_it_all(checked_out: Fresh) -> None:
    report = await verify(checked_out.jobs_url, Options(every=True))

    assert report.tally.named == []
    assert report.tally.counted[Check.HOLDS] == 6
    connection = await asyncpg.connect(checked_out.url)
    states = await connection.fetchval("select array_agg(distinct state order by state) from hold")
    ways = await connection.fetchrow(
        "select count(*) filter (where reason = 7 and debt_change > 0) as overrun,"
        " count(*) filter (where reason = 8 and lot.replaces > 0) as renewed,"
        " count(*) filter (where reason = 8 and lot.lot_no is null) as to_lots,"
        " count(*) filter (where reason = 8 and lot.lot_no > 0 and lot.replaces is null) as owed"
        " from entry left join lot"
        " on lot.holder_id = entry.holder_id and lot.wallet = entry.wallet and lot_no = seq"
    )
    await connection.close()
    assert states == [0, 1, 2, 3]
    assert ways is not None
    assert min(ways) > 0


@pytest.mark.parametrize(
    ("check", "statement", "text"),
    [
        (
            Check.WALLETS,
            "update lot set held = held - 1 where held > 0",
            "held 399, open holds keep 400",
        ),
        (
            Check.WALLETS,
            f"update hold_item set amount = 401 where kind = 1 and {OPEN}",
            "held 400, open holds keep 401",
        ),
        (
            Check.WALLETS,
            f"update hold_item set lot_no = 99 where kind = 1 and {OPEN}",
            "a hold keeps units of it, but it is not there",
        ),
        (
            Check.WALLETS,
            "update wallet set held = held + 1 where held > 0",
            "held 401, of its lots 400",
        ),
        (
            Check.WALLETS,
            "update lot set replaces = null where replaces > 0",
            "its origin is not what was redeemed",
        ),
        (
            Check.WALLETS,
            "update lot set origin_op_id = origin_holder_id where replaces > 0",
            "the lot it replaces says",
        ),
        (
            Check.WALLETS,
            "update lot set replaces = 1 where lot_no = 5",
            "it replaces a lot, but nothing was given back",
        ),
        (
            Check.OPERATIONS,
            "delete from entry_lot where amount > 0",
            "amount 600, it took 0 from lots",
        ),
        (
            Check.OPERATIONS,
            "update entry set reason = 4, contra = 3 where reason = 8 and seq = 14",
            "it gives units back to a lot",
        ),
        (
            Check.OPERATIONS,
            "update entry set reason = 8 where reason = 7",
            "it takes units of a lot",
        ),
        (
            Check.OPERATIONS,
            "update entry set op_id = holder_id where reason = 8 and seq = 14",
            "no operation of record has its id",
        ),
        (
            Check.OPERATIONS,
            "update hold set closed_at = closed_at + interval '1 minute' where checkout = 'b1'",
            "due was",
        ),
        (
            Check.OPERATIONS,
            "update entry set op_id = holder_id where reason = 5 and seq = 3",
            "of its lot would be",
        ),
        (
            Check.RETURNS,
            "update entry set op_id = holder_id where reason = 7 and seq = 2",
            "redeemed {}, decided was {1: 700}",
        ),
        (
            Check.RETURNS,
            "update entry set op_id = holder_id where reason = 7 and seq = 2",
            "what was redeemed is stored, but the purchase is not there",
        ),
        (
            Check.RETURNS,
            "update purchase_wallet set given_back = 699 where given_back = 700",
            "decided was {1: (1260, 0, 700, 700)}",
        ),
        (
            Check.RETURNS,
            "update entry set amount = 699, after = after - 1 where reason = 8 and seq = 20",
            "wallet 1: 700 given back, entries say 699",
        ),
        (
            Check.HOLDS,
            "update hold set due_at = created_at where state = 0",
            "it should have timed out at",
        ),
        (
            Check.HOLDS,
            f"update hold_item set captured = 1 where kind = 1 and {OPEN}",
            "it is open, but has not all it kept",
        ),
        (
            Check.HOLDS,
            "update hold_item set released = released - 1 where released > 0",
            "it has ended, but keeps something",
        ),
        (
            Check.HOLDS,
            "update hold set closed_by = holder_id where state = 3",
            "it was not captured, but a purchase has some of it",
        ),
        (
            Check.HOLDS,
            "update hold set closed_by = null where state = 1",
            "no purchase captured it",
        ),
        (
            Check.HOLDS,
            "update hold set closed_at = created_at where state = 3",
            "timed out at",
        ),
        (Check.HOLDS, "delete from budget_hold", "budget sale: its share is not there"),
        (
            Check.HOLDS,
            "update budget_hold set amount = amount + 1 where name = 'sale'",
            "a share of 180, it has 181",
        ),
        (
            Check.HOLDS,
            "update budget_hold set hold_id = gen_random_uuid()",
            "no hold has this share",
        ),
        (
            Check.HOLDS,
            "update budget_hold set due_at = due_at + interval '1 minute'",
            "its share is due at",
        ),
        (Check.HOLDS, f"{SHARE} where checkout = 'a2'", "its share is captured and yet there"),
        (Check.HOLDS, f"{SHARE} where checkout = 'a4'", "its share is kept until"),
        (Check.HOLDS, f"{COUPON.format(0)}", "its use is not kept"),
        (Check.HOLDS, KEPT, "its use is kept until"),
        (
            Check.HOLDS,
            "insert into coupon_hold select fp, hold_id, due_at from hold where state = 3",
            "no open hold keeps it",
        ),
        (Check.COUPONS, f"{COUPON.format(1)}", "used 1 times, its uses are 0"),
        (Check.COUPONS, USED, "it was used, but is not there"),
        (Check.COUPONS, TAKEN, "a return took it, but it is good"),
        (
            Check.COUPONS,
            "update coupon_use set recovery = purchase_id where given_back_at is null",
            "no operation took units for it",
        ),
        (
            Check.COUPONS,
            "update coupon_use set recovery = purchase_id where given_back_at is not null",
            "units are taken for it, but it came back",
        ),
        (
            Check.BUDGETS,
            "delete from budget_hold where name = 'sale'",
            "1820 granted, 0 held and 0 left are not the cap of 2000",
        ),
        (
            Check.HOLDERS,
            "update holder set next_due = null where next_due is not null",
            "next_due never, but something is due at 2026-05-05 10:30",
        ),
        (
            Check.PROJECTION,
            (
                "update outbox set body = convert_to("
                "replace(convert_from(body, 'utf8'), '\"held\":400', '\"held\":401'), 'utf8')"
                " where convert_from(body, 'utf8') like '%\"held\":400%' and type like '%held%'"
            ),
            "(4410, 0, 400, 0), its events give (4410, 0, 401, 0)",
        ),
    ],
)
async def test_what_is_wrong_is_found(
    check: Check, statement: str, text: str, broken_checkouts: Broken
) -> None:
    assert text in (await broken_checkouts.said(statement))[check]


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("update lot set held = remaining + 1", "lot_bounds"),
        ("update wallet set held = posted + 1 where held > 0", "wallet_parts"),
        ("update purchase_wallet set given_back = redeemed + 1", "purchase_wallet_redeemed"),
        ("update hold set state = 2 where state = 0", "hold_closed"),
        ("update hold set state = 4 where state = 3", "hold_state"),
        ("update hold set fp = ''", "hold_fp"),
        ("update hold_item set captured = amount + 1", "hold_item_sum"),
        ("update hold_item set amount = 0", "hold_item_sum"),
        ("update hold_item set lot_no = null where kind = 1", "hold_item_kind"),
        ("update hold_item set kind = 4", "hold_item_kind"),
        ("update hold_item set hold_id = gen_random_uuid()", "hold_item_of"),
        ("update budget_hold set amount = 0", "budget_hold_amount"),
        (
            (
                "insert into hold select holder_id, gen_random_uuid(), state, channel, checkout,"
                " fp, program_version, cart, facts, decision, created_at, due_at, closed_at,"
                " closed_by, actor_kind, actor_id, store from hold where state = 0"
            ),
            "hold_checkout",
        ),
        (COUPON.format(4), "coupon_uses"),
    ],
)
async def test_the_database_refuses(statement: str, refused: str, broken_checkouts: Broken) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=refused):
        await broken_checkouts.run(statement)
