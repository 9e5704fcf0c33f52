"""A decision that does not come out the same, or whose lots are others, is found."""

import contextlib
import datetime as dt
from typing import Any

import msgspec
import pytest

from service.domain.purchases.stored import pack
from service.infra.db import Tx
from service.rules.cart import Cart
from service.rules.decision import Decision
from service.rules.facts import Facts
from service.verify import decisions
from service.verify.look import Look, Sample
from service.verify.report import Check, Tally
from tests.verify.breaking import EVERY, Broken

FIRST = "external_id = 'a1'"
FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


async def row(broken: Broken) -> Any:
    return await broken.connection.fetchrow(f"select * from purchase where {FIRST}")


async def test_every_changed_byte_of_a_decision_is_found(broken: Broken) -> None:
    """But for nanoseconds, which no instant of ours has: they mean nothing."""
    stored = await row(broken)
    assert len(stored["decision"]) > 100
    nanoseconds = 0
    meant = msgspec.msgpack.decode(stored["decision"], type=Decision)
    for position in range(len(stored["decision"])):
        changed = bytearray(stored["decision"])
        changed[position] ^= 4
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            if msgspec.msgpack.decode(changed, type=Decision) == meant:
                nanoseconds += 1
                continue
        await broken.connection.execute(
            f"update purchase set decision = $1 where {FIRST}", bytes(changed)
        )
        tally, holder = Tally(5), stored["holder_id"]
        look = Look(Tx(broken.connection), broken.programs, EVERY, tally, holder, holder)
        await decisions.look_at_range(look)
        assert tally.wrong.get(Check.DECISIONS), position
    assert nanoseconds <= 2 * len(meant.awards)


async def test_changed_facts_are_found(broken: Broken) -> None:
    facts = msgspec.msgpack.decode((await row(broken))["facts"], type=Facts)
    assert facts.member is not None
    member = msgspec.structs.replace(facts.member, tiers={**facts.member.tiers, "main": "gold"})
    await broken.connection.execute(
        f"update purchase set facts = $1 where {FIRST}",
        pack(msgspec.structs.replace(facts, member=member)),
    )
    assert "recorded is" in (await broken.said())[Check.DECISIONS]


async def test_a_changed_cart_is_found(broken: Broken) -> None:
    cart = msgspec.msgpack.decode((await row(broken))["cart"], type=Cart)
    lines = (msgspec.structs.replace(cart.lines[0], amount=12_100), *cart.lines[1:])
    await broken.connection.execute(
        f"update purchase set cart = $1 where {FIRST}",
        pack(msgspec.structs.replace(cart, lines=lines)),
    )
    said = await broken.said()
    assert "recorded is" in said[Check.DECISIONS]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("update purchase set program_version = 2", "cannot be read"),
        ("update purchase set facts = 'x', returned = '{0}'", "cannot be read"),
        ("update purchase set cart = 'x', returned = '{0}'", "cannot be read"),
        (
            f"update purchase set occurred_at = occurred_at + interval '1 s' where {FIRST}",
            "it happened at",
        ),
        ("update lot set expires_at = null where wallet = 1 and remaining = 0", "made lots"),
        ("update lot set available_at = earned_at where wallet = 1 and remaining = 0", "made lots"),
        ("delete from lot where wallet = 4", "made lots"),
        ("update entry set reason = 4 where reason = 1 and wallet = 4", "made lots"),
    ],
)
async def test_a_decision_that_was_not_posted_is_found(
    statement: str, text: str, broken: Broken
) -> None:
    assert text in (await broken.said(statement))[Check.DECISIONS]


async def test_idle_units_may_have_been_kept_alive(broken: Broken) -> None:
    said = await broken.said("update lot set expires_at = expires_at where wallet = 3")
    assert said == {}


async def test_decisions_of_another_engine_are_counted_apart(broken: Broken) -> None:
    await broken.run("update purchase set engine = 0 where channel = 'app'")
    tally = Tally(5)
    await decisions.look_at_range(Look(Tx(broken.connection), broken.programs, EVERY, tally))
    assert tally.figures == {"decisions of older engines": 4}
    assert tally.counted[Check.DECISIONS] == 16


@pytest.mark.parametrize(
    ("below", "since", "expected"),
    [
        (2**32, FAR, 20),
        (0, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 20),
        (0, FAR, 0),
        (0, dt.datetime(2026, 7, 1, tzinfo=dt.UTC), 3),  # those of the last days
    ],
)
async def test_a_sample_is_what_it_says(
    below: int, since: dt.datetime, expected: int, broken: Broken
) -> None:
    tally = Tally(5)
    sample = Sample(every=False, since=since, seed=1, below=below)
    await decisions.look_at_range(Look(Tx(broken.connection), broken.programs, sample, tally))
    assert tally.counted.get(Check.DECISIONS, 0) == expected
    assert tally.counted[Check.RETURNS] == 20
    assert tally.wrong == {}


async def test_another_seed_is_another_sample(broken: Broken) -> None:
    """Half of 20 purchases: that eight seeds all choose as many and the same is one in 10^40."""
    chosen = set()
    for seed in range(8):
        sample = Sample(every=False, since=FAR, seed=seed, below=2**31)
        tally = Tally(5)
        await broken.run("savepoint s", "update purchase set facts = facts || '\\x00'::bytea")
        await decisions.look_at_range(Look(Tx(broken.connection), broken.programs, sample, tally))
        await broken.run("rollback to savepoint s")
        chosen.add(frozenset(d.place for d in tally.named))
    assert len(chosen) > 1
