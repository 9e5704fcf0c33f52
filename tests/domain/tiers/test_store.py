import datetime as dt
import uuid
from collections.abc import Sequence

import asyncpg
import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.members import store as members
from service.domain.members.store import MemberRow
from service.domain.members.types import Profile
from service.domain.tiers import store
from service.domain.tiers.store import Rewrite, Total
from service.domain.tiers.types import FloorRow, Step
from service.infra.db import Tx
from service.rules.document import Ladder, Qualify, QualifyBy, Tier, WithinKind

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
OLA, JAN = uuid.UUID(int=1), uuid.UUID(int=2)
MAIN, POINTS, STATUS = 1, 1, 2


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def step(tier: str, since: float, until: float | None, due: float | None = None) -> Step:
    return Step(
        day(since),
        None if until is None else day(until),
        tier,
        None if due is None else day(due),
        None if due is None else day(due + 10),
    )


async def write(tx: Tx, old: Sequence[Step], new: Sequence[Step]) -> None:
    rewrite = Rewrite()
    rewrite.replace((OLA, MAIN), old, new, day(50))
    await store.write_steps(tx, rewrite)
    await tx.flush()


async def test_intervals_come_back_in_order_and_the_open_one_alone(tx: Tx) -> None:
    steps = [step("silver", 1, 5), step("gold", 5, 9, due=9), step("bronze", 9, None)]
    await write(tx, [], list(reversed(steps)))

    assert await store.steps(tx, [OLA, JAN]) == {(OLA, MAIN): steps}
    assert await tx.ask(store.ask_open_steps([OLA, JAN])) == {(OLA, MAIN): steps[-1:]}


async def test_only_what_differs_is_rewritten(tx: Tx) -> None:
    kept, ended, gone = step("silver", 1, 5), step("gold", 5, None, due=9), step("gold", 7, None)
    await write(tx, [], [kept, ended])
    rewrite = Rewrite()
    new = [kept, step("gold", 5, 9, due=9), step("bronze", 9, None)]

    rewrite.replace((OLA, MAIN), [kept, ended, gone], new, day(50))

    assert rewrite.removed == [(OLA, MAIN, day(5)), (OLA, MAIN, day(7))]
    assert [(row[0], row[1], row[2]) for row in rewrite.added] == [
        (OLA, MAIN, new[1]),
        (OLA, MAIN, new[2]),
    ]
    await store.write_steps(tx, rewrite)
    assert (await store.steps(tx, [OLA]))[OLA, MAIN] == new


async def test_one_interval_is_open(tx: Tx) -> None:
    await write(tx, [], [step("silver", 1, None)])

    with pytest.raises(asyncpg.UniqueViolationError, match="tier_step_open"):
        async with tx.connection.transaction():
            await write(tx, [], [step("gold", 2, None)])


async def test_an_interval_ends_after_it_begins(tx: Tx) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="tier_step_span"):
        async with tx.connection.transaction():
            await write(tx, [], [step("silver", 1, 1)])


async def test_floors_come_and_go_by_purchase_and_rule(tx: Tx) -> None:
    floors = [
        FloorRow(uuid.UUID(int=purchase), rule, day(1), until, "gold")
        for purchase, rule, until in ((8, "lift", day(9)), (8, "other", None), (9, "lift", day(9)))
    ]
    await store.add_floors(tx, [(OLA, MAIN, floor) for floor in floors])
    await store.add_floors(tx, [(JAN, MAIN, floors[0])])

    await store.remove_floors(tx, [(OLA, MAIN, floors[0])])

    found = await tx.ask(store.ask_floors([OLA, JAN]))
    assert sorted(found[OLA, MAIN], key=lambda floor: floor.purchase_id) == floors[1:]
    assert found[JAN, MAIN] == floors[:1]


async def entry(
    tx: Tx, on: float, amount: int, debt: int = 0, wallet: int = STATUS, holder: uuid.UUID = OLA
) -> None:
    """An entry as the ledger would write it."""
    await tx.connection.execute(
        """
        insert into entry (holder_id, wallet, seq, prev_seq, before, after, amount, debt_change,
          reason, contra, op_id, op_line, actor_kind, actor_id, occurred_at, recorded_at)
        select $1, $2, n + 1, nullif(n, 0), last, last + $3, $3, $4, 1, 1, gen_random_uuid(), 1,
          1, 'till', $5, $5
        from (select count(*) as n, coalesce(max(after) filter (where seq = (
            select max(seq) from entry where holder_id = $1 and wallet = $2)), 0) as last
          from entry where holder_id = $1 and wallet = $2) e
        """,
        *(holder, wallet, amount, debt, day(on)),
    )


async def purchase(tx: Tx, on: float, net: int, holder: uuid.UUID = OLA) -> None:
    await tx.connection.execute(
        """
        insert into purchase (holder_id, occurred_at, purchase_id, recorded_at, channel,
          external_id, program_version, engine, flags, net, quantity, cart, facts, decision,
          outcome, actor_kind, actor_id)
        values ($1, $2, gen_random_uuid(), $2, 'web', 'x', 1, 1, 0, $3, 1000,
          '', '', '', '', 1, 'till')
        """,
        *(holder, day(on), net),
    )


async def test_a_total_counts_the_start_of_its_window_out_and_the_end_in(tx: Tx) -> None:
    for on, amount in ((1, 10), (2, 20), (3, 40)):
        await entry(tx, on, amount)
    await entry(tx, 2, 500, wallet=POINTS)

    assert await tx.ask(
        store.ask_wallet_totals(
            [
                (OLA, STATUS, day(1), day(3)),
                (OLA, STATUS, day(1) - TICK, day(3) - TICK),
                (OLA, STATUS, None, day(9)),
                (OLA, POINTS, None, day(9)),
                (JAN, STATUS, None, day(9)),
            ],
        )
    ) == [
        Total(60, day(2)),
        Total(30, day(1)),
        Total(70, day(1)),
        Total(500, day(2)),
        Total(0, None),
    ]


async def test_what_was_clawed_back_into_debt_counts_as_taken(tx: Tx) -> None:
    await entry(tx, 1, 50)
    await entry(tx, 1, -50, debt=30)  # 80 were asked back

    assert await tx.ask(store.ask_wallet_totals([(OLA, STATUS, None, day(9))])) == [
        Total(-30, day(1))
    ]
    assert await store.wallet_contributions(tx, [OLA], [STATUS]) == {(OLA, STATUS): [(day(1), -30)]}


async def test_spend_and_visits_leave_out_what_wholly_came_back(tx: Tx) -> None:
    for on, net in ((1, 100), (2, 0), (3, 400)):
        await purchase(tx, on, net)

    assert await tx.ask(
        store.ask_purchase_totals(
            [
                (OLA, 0, day(1), day(3)),
                (OLA, 0, None, day(9)),
                (JAN, 0, None, day(9)),
            ],
        )
    ) == [
        (Total(400, day(3)), Total(1, day(3))),
        (Total(500, day(1)), Total(2, day(1))),
        (Total(0, None), Total(0, None)),
    ]
    found = await store.purchase_contributions(tx, [OLA, JAN])
    assert sorted(found[OLA]) == [(day(1), 100), (day(3), 400)]


async def test_what_counts_at_one_instant_counts_together(tx: Tx) -> None:
    await entry(tx, 1, 50)
    await entry(tx, 1, -20)
    await entry(tx, 2, 7)

    found = await store.wallet_contributions(tx, [OLA, JAN], [POINTS, STATUS])

    assert sorted(found[OLA, STATUS]) == [(day(1), 30), (day(2), 7)]
    assert set(found) == {(OLA, STATUS)}


def ladder(by: QualifyBy, *thresholds: int) -> Ladder:
    tiers = tuple(Tier(id=f"t{n}", threshold=n) for n in thresholds)
    return Ladder(id="main", qualify=Qualify(by=by, within=WithinKind.LIFETIME), tiers=tiers)


@pytest.mark.parametrize(
    ("by", "new", "since", "moving"),
    [
        (QualifyBy.WALLET, (0, 100, 300), None, 0),  # as it is
        (QualifyBy.WALLET, (0, 50, 300), None, 1),  # Ola's 60 reach the first step now
        (QualifyBy.WALLET, (0, 60, 150), None, 2),  # and Jan's 200 the second
        (QualifyBy.WALLET, (0, 50, 300), 1, 0),  # what counts is younger: 10 and 200
        (QualifyBy.SPEND, (0, 100, 501), None, 1),  # Ola's 500 reach the second no more
        (QualifyBy.VISITS, (0, 2, 300), None, 1),  # Ola's two
    ],
)
async def test_members_who_stand_elsewhere_by_other_thresholds_are_counted(
    tx: Tx, by: QualifyBy, new: tuple[int, ...], since: float | None, moving: int
) -> None:
    await holders.insert(tx, [OLA, JAN], Kind.MEMBER, [START] * 2, START)
    rows = [MemberRow(h, START, Profile(), {}, ()) for h in (OLA, JAN)]
    await members.insert(tx, rows, START)
    await entry(tx, 1, 50)
    await entry(tx, 2, 10)
    await entry(tx, 2, 200, holder=JAN)
    for net in (100, 400, 0):
        await purchase(tx, net / 100, net)
    await purchase(tx, 1, 90, holder=JAN)

    count = await store.count_moving(
        tx, ladder(by, *new), STATUS, None if since is None else day(since), [0, 100, 300]
    )

    assert count == moving
