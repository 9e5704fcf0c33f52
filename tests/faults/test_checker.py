"""The checker is told histories that are wrong, each in one way: it finds that, nothing else."""

import datetime as dt

import msgspec
import pytest

from tests.faults.checker import check
from tests.faults.history import Balance, Op, Outcome, Sort
from tests.faults.ledger import Effect, Event, Found

AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def moment(number: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=number)


def bought(number: int, **fields: object) -> Op:
    """The purchase of a second: it gives 10 points, so there are 10 for each there was."""
    op = Op(
        sort=Sort.PURCHASE, member="ola", key=f"k{number}", id=f"p{number}", sent=float(number),
        answered=number + 0.5, outcome=Outcome.OK, statuses=[201],
        wallets={"points": Balance(10 * number, 0, 0, 0)},
    )  # fmt: skip
    return msgspec.structs.replace(op, **fields)


def effect(number: int, **fields: object) -> Effect:
    """Two events each: what was bought, and what was earned."""
    made = Effect(
        sort=Sort.PURCHASE, key=f"k{number}", id=f"p{number}", member="ola",
        versions=(2 * number - 1,),
    )  # fmt: skip
    return msgspec.structs.replace(made, **fields)


def event(version: int, points: int = 0) -> Event:
    changes = {"points": (points, 0, 0, 0)} if points else {}
    return Event(
        member="ola", version=version, shard=7, place=version, id=f"e{version}",
        at=moment((version + 1) // 2), changes=changes,
    )  # fmt: skip


def ledger(count: int = 3, **fields: object) -> Found:
    found = Found(
        effects=[effect(n) for n in range(1, count + 1)],
        events=[event(v, 0 if v % 2 else 10) for v in range(1, 2 * count + 1)],
        posted={("ola", "points"): [(moment(n), 10 * n) for n in range(1, count + 1)]},
        wallets={("ola", "points"): Balance(10 * count, 0, 0, 0)},
        streams={},
        came=[],
    )
    return msgspec.structs.replace(found, **fields)


def ops(*changed: Op) -> list[Op]:
    """Three purchases, those of the same key replaced."""
    by_key = {f"k{n}": bought(n) for n in (1, 2, 3)} | {op.key: op for op in changed}
    return [*by_key.values()]


def read(at: float, version: int, points: int) -> Op:
    return Op(
        sort=Sort.READ, member="ola", key=f"r{at}", sent=at, answered=at + 0.1, statuses=[200],
        outcome=Outcome.OK, version=version, wallets={"points": Balance(points, 0, 0, 0)},
    )  # fmt: skip


def nobody(number: int) -> Op:
    """Nobody knows what became of it."""
    return bought(number, outcome=Outcome.UNKNOWN, answered=None, id="", wallets={}, statuses=[0])


def refused(number: int) -> Op:
    return bought(
        number, outcome=Outcome.REFUSED, code="used-up", id="", wallets={}, statuses=[422]
    )


def test_a_history_that_is_right_is_let_through() -> None:
    assert check([*ops(), read(2.7, 4, 20), read(3.2, 6, 30)], ledger()) == []


def test_what_was_acknowledged_and_is_not_there_is_lost() -> None:
    assert check(ops(bought(3, wallets={})), ledger(2)) == [
        "lost: purchase k3 of ola was acknowledged and is not there"
    ]


def test_what_is_there_twice_is_double() -> None:
    found = ledger()
    found.effects.append(effect(2, id="p9", versions=(5,)))
    assert check(ops(), found)[0] == "double: purchase k2 of ola is there 2 times"


def test_what_was_refused_and_is_there_is_found() -> None:
    assert check(ops(refused(2)), ledger()) == [
        "not refused: purchase k2 of ola was refused (used-up) and is there"
    ]


@pytest.mark.parametrize("count", [2, 3])
def test_what_nobody_knows_is_there_once_or_not_at_all(count: int) -> None:
    assert check(ops(nobody(3)), ledger(count)) == []


def test_what_nobody_knows_is_not_there_twice() -> None:
    found = ledger()
    found.effects.append(effect(3, id="p9", versions=(6,)))
    assert check(ops(nobody(3)), found) == ["double: purchase k3 of ola is there 2 times"]


def test_what_nobody_asked_for_is_found() -> None:
    assert check(ops()[:2], ledger()) == ["nobody's: purchase k3 is there and nobody asked for it"]
    strays = ledger(effects=[*ledger().effects, effect(3, key=None, id="p9")])
    assert check(ops(), strays) == ["nobody's: purchase p9 is there and nobody asked for it"]


def test_another_than_the_answer_named_is_found() -> None:
    assert check(ops(bought(2, id="p8")), ledger()) == [
        "another: purchase k2 of ola was answered p8, there is p2"
    ]


def test_an_effect_without_its_event_or_with_two_is_found() -> None:
    found = ledger()
    found.effects[2] = effect(3, versions=())
    assert check(ops(), found) == ["events: purchase p3 has 0 of its own"]
    found.effects[2] = effect(3, versions=(5, 6))
    assert check(ops(), found) == ["events: purchase p3 has 2 of its own"]


def test_what_was_sent_after_an_answer_and_is_before_it_is_out_of_order() -> None:
    swapped = [effect(1), effect(2, versions=(5,)), effect(3, versions=(3,))]
    assert check(ops(bought(2, wallets={}), bought(3, wallets={})), ledger(effects=swapped)) == [
        "out of order: purchase k3 of ola has version 3, before it purchase k2 of ola had 5"
    ]


def test_what_was_on_its_way_at_the_same_time_may_be_in_either_order() -> None:
    swapped = [effect(1), effect(2, versions=(5,)), effect(3, versions=(3,))]
    slow = bought(2, answered=3.2, wallets={})
    assert check(ops(slow, bought(3, wallets={})), ledger(effects=swapped)) == []


def test_a_read_older_than_what_was_answered_is_out_of_order() -> None:
    assert check([*ops(), read(2.7, 2, 10)], ledger()) == [
        "out of order: read r2.7 of ola has version 2, before it purchase k2 of ola had 3"
    ]


def test_a_write_after_a_read_is_not_what_the_read_saw() -> None:
    assert check([*ops(), read(2.7, 5, 30)], ledger()) == [
        "out of order: purchase k3 of ola has version 5, before it read r2.7 of ola had 5"
    ]


@pytest.mark.parametrize("told", [Balance(21, 0, 0, 0), Balance(10, 10, 0, 0)])
def test_a_wrong_balance_is_found(told: Balance) -> None:
    (found,) = check(ops(bought(2, wallets={"points": told})), ledger())
    assert found.startswith("wrong balance: purchase k2 of ola, points at version 3: answered")


def test_entries_that_are_not_what_was_answered_are_found() -> None:
    posted = {("ola", "points"): [(moment(1), 10), (moment(2), 19), (moment(3), 30)]}
    (found,) = check(ops(), ledger(posted=posted))
    assert found.endswith("posted by the entries 19")


def test_a_read_of_a_version_that_never_was_is_found() -> None:
    assert check([*ops(), read(3.7, 9, 30)], ledger()) == [
        "no such version: read r3.7 of ola was answered at 9"
    ]


def test_events_that_do_not_give_the_wallet_are_found() -> None:
    wallets = {("ola", "points"): Balance(31, 0, 0, 0)}
    (found,) = check(ops(), ledger(wallets=wallets))
    assert found.startswith("events do not give the wallet: ola, points:")


@pytest.mark.parametrize("status", [400, 401, 404, 500, 502])
def test_an_answer_nobody_may_get_is_found(status: int) -> None:
    assert check(ops(bought(2, statuses=[status, 201])), ledger()) == [
        f"wrong answer: purchase k2 of ola got {status} "
    ]


def test_an_outage_is_no_wrong_answer() -> None:
    assert check(ops(bought(2, statuses=[0, 503, 429, 201])), ledger()) == []
