"""The gate with a verb that does as it is told: what goes together, and in which order."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from service.infra.batch import (
    BATCH_MAX,
    BUSY,
    PER_KEY_MAX,
    RETRIES_MAX,
    SLOW_LANES,
    Gate,
    OutcomeUnknown,
    Overloaded,
    QueueFull,
)
from service.infra.db import DatabaseUnavailable
from service.kernel.errors import Conflict
from tests.infra.gate import Verb, results, submit, turns


class Refused(Conflict):
    """The test refuses this."""


class Poison(Exception):
    """A bug."""


async def test_commands_that_arrive_together_go_together() -> None:
    verb, gate = Verb(), Gate()

    assert await results(submit(gate, verb, "a1", "b1", "c1")) == ["<a1>", "<b1>", "<c1>"]
    assert verb.calls == [(["a1", "b1", "c1"], False)]


async def test_a_batch_starts_as_soon_as_a_lane_is_free_without_a_timer() -> None:
    verb, gate = Verb(), Gate()
    tasks = submit(gate, verb, "a1")

    await turns(3)  # submit, pump, lane

    assert verb.batches == [["a1"]]
    assert await results(tasks) == ["<a1>"]


async def test_no_more_batches_run_than_there_are_lanes() -> None:
    verb, gate = Verb(), Gate(lanes=2, full=1)
    verb.open.clear()
    tasks = []
    for command in "abcde":
        tasks += submit(gate, verb, command)
        await turns()

    assert verb.batches == [["a"], ["b"]]

    verb.open.set()
    await results(tasks)
    assert verb.batches == [["a"], ["b"], ["c", "d", "e"]]


async def test_a_second_batch_waits_until_it_is_nearly_full() -> None:
    verb, gate = Verb(), Gate(lanes=2, full=3)
    verb.open.clear()
    tasks = submit(gate, verb, "a")
    await turns()
    tasks += submit(gate, verb, "b", "c")
    await turns()
    assert verb.batches == [["a"]]

    tasks += submit(gate, verb, "d")
    await turns()
    assert verb.batches == [["a"], ["b", "c", "d"]]

    verb.open.set()
    await results(tasks)


async def test_one_command_of_a_key_runs_at_a_time_and_in_order() -> None:
    verb, gate = Verb(), Gate()
    tasks = submit(gate, verb, "a1", "a2", "b1", "a3")

    assert await results(tasks) == ["<a1>", "<a2>", "<b1>", "<a3>"]
    assert verb.batches == [["a1", "b1"], ["a2"], ["a3"]]


async def test_a_key_stands_at_the_end_of_the_line_after_each_command() -> None:
    verb, gate = Verb(), Gate(lanes=1, size=1)
    await results(submit(gate, verb, "a1", "a2", "b1", "c1"))

    assert verb.batches == [["a1"], ["b1"], ["c1"], ["a2"]]


async def test_a_batch_has_at_most_128_commands() -> None:
    verb, gate = Verb(), Gate(lanes=1)
    tasks = [
        asyncio.get_running_loop().create_task(gate.submit(verb, n, str(n))) for n in range(300)
    ]

    await results(tasks)

    assert BATCH_MAX == 128
    assert [len(batch) for batch in verb.batches] == [128, 128, 44]
    assert [c for batch in verb.batches for c in batch] == [str(n) for n in range(300)]


async def test_a_batch_is_of_one_verb_and_none_overtakes() -> None:
    buy, bring_back, gate = Verb(), Verb(), Gate(lanes=1)
    tasks = [
        *submit(gate, buy, "a", "b"),
        *submit(gate, bring_back, "c"),
        *submit(gate, buy, "d"),
        *submit(gate, bring_back, "e"),
    ]

    assert await results(tasks) == ["<a>", "<b>", "<c>", "<d>", "<e>"]
    assert (buy.batches, bring_back.batches) == ([["a", "b", "d"]], [["c", "e"]])


async def test_one_key_is_never_run_by_two_verbs_at_once() -> None:
    buy, bring_back, gate = Verb(), Verb(), Gate()
    buy.open.clear()
    tasks = [*submit(gate, buy, "a1"), *submit(gate, bring_back, "a2")]
    await turns()

    assert bring_back.calls == []

    buy.open.set()
    assert await results(tasks) == ["<a1>", "<a2>"]


async def test_what_is_locked_elsewhere_goes_to_the_slow_lane_alone_and_waits() -> None:
    verb, gate = Verb(), Gate()
    verb.answers = {"b": BUSY}

    assert await results(submit(gate, verb, "a", "b", "c")) == ["<a>", "<b>", "<c>"]
    assert verb.calls == [(["a", "b", "c"], False), (["b"], True)]


async def test_the_slow_lane_keeps_the_order_of_a_key_and_stops_nobody_else() -> None:
    verb, gate = Verb(), Gate(lanes=1)
    verb.answers = {"a1": BUSY}
    first = submit(gate, verb, "a1", "a2")
    await turns(3)
    verb.open.clear()  # the slow lane waits
    await turns()
    assert verb.calls == [(["a1"], False), (["a1"], True)]

    others = submit(gate, verb, "b1")
    await turns()
    assert verb.calls[-1] == (["b1"], False)

    verb.open.set()
    assert await results([*first, *others]) == ["<a1>", "<a2>", "<b1>"]
    assert verb.calls[-1] == (["a2"], False)


async def test_at_most_two_wait_in_the_slow_lane_at_once() -> None:
    verb, gate = Verb(), Gate()
    verb.answers = dict.fromkeys("abcd", BUSY)
    tasks = submit(gate, verb, *"abcd")
    await turns(3)
    verb.open.clear()
    await turns()

    assert SLOW_LANES == 2
    assert verb.calls[1:] == [(["a"], True), (["b"], True)]

    verb.open.set()
    assert await results(tasks) == ["<a>", "<b>", "<c>", "<d>"]


async def test_busy_in_the_slow_lane_too_is_overloaded_and_frees_the_key() -> None:
    class Stubborn(Verb):
        def _answer(self, command: str, *, wait: bool) -> Any:
            return BUSY if command == "a1" else super()._answer(command, wait=wait)

    verb, gate = Stubborn(), Gate()

    first, second = await results(submit(gate, verb, "a1", "a2"))

    assert isinstance(first, Overloaded)
    assert second == "<a2>"


@pytest.mark.parametrize("error", [asyncpg.SerializationError, asyncpg.DeadlockDetectedError])
async def test_a_deadlock_runs_the_batch_again(error: type[Exception]) -> None:
    verb, gate = Verb(), Gate()
    verb.once = [error("again"), error("and again")]

    assert await results(submit(gate, verb, "a", "b")) == ["<a>", "<b>"]
    assert verb.batches == [["a", "b"]] * 3


async def test_after_three_retries_the_batch_is_overloaded() -> None:
    verb, gate = Verb(), Gate()
    verb.answers = {"a": asyncpg.SerializationError("again")}

    found = await results(submit(gate, verb, "a", "b"))

    assert [type(result) for result in found] == [Overloaded, Overloaded]
    assert len(verb.calls) == 1 + RETRIES_MAX == 4


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.QueryCanceledError("statement_timeout"),
        asyncpg.LockNotAvailableError("lock_timeout"),
        asyncpg.AdminShutdownError("restarted"),
        asyncpg.InterfaceError("closing"),
        ConnectionResetError("gone"),
        TimeoutError("command_timeout"),
        DatabaseUnavailable(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_lost_connection_answers_503_to_all_and_nothing_runs_again(
    error: Exception,
) -> None:
    verb, gate = Verb(), Gate()
    verb.once = [error]

    found = await results(submit(gate, verb, "a", "b", "c"))

    assert [type(result) for result in found] == [OutcomeUnknown] * 3
    assert verb.batches == [["a", "b", "c"]]


async def test_poison_is_halved_until_it_is_alone_with_its_own_error() -> None:
    verb, gate = Verb(), Gate()
    poison = Poison("f")
    verb.answers = {"f": poison}

    found = await results(submit(gate, verb, *"abcdefgh"))

    assert found == ["<a>", "<b>", "<c>", "<d>", "<e>", poison, "<g>", "<h>"]
    assert ["".join(batch) for batch in verb.batches] == [
        *("abcdefgh", "abcd", "efgh", "ef", "e", "f", "gh"),
    ]


async def test_two_poisons_each_have_their_own_error() -> None:
    verb, gate = Verb(), Gate()
    verb.answers = {"a": Poison("a"), "c": Poison("c")}

    assert await results(submit(gate, verb, *"abc")) == [
        *(verb.answers["a"], "<b>", verb.answers["c"]),
    ]


async def test_a_key_goes_on_after_its_poison() -> None:
    verb, gate = Verb(), Gate()
    verb.answers = {"a1": Poison()}

    assert await results(submit(gate, verb, "a1", "a2")) == [verb.answers["a1"], "<a2>"]


async def test_an_expected_error_raised_for_the_batch_is_everybodys_and_not_halved() -> None:
    verb, gate = Verb(), Gate()
    refused = Refused()
    verb.once = [refused]

    assert await results(submit(gate, verb, "a", "b")) == [refused, refused]
    assert verb.batches == [["a", "b"]]


async def test_an_expected_error_as_a_result_is_raised_to_its_caller_alone() -> None:
    class Picky(Verb):
        async def __call__(self, commands: Sequence[str], wait: bool) -> Sequence[Any]:
            found = await super().__call__(commands, wait)
            return [Refused() if result == "<b>" else result for result in found]

    found = await results(submit(Gate(), Picky(), "a", "b", "c"))

    assert (found[0], type(found[1]), found[2]) == ("<a>", Refused, "<c>")


async def test_the_33rd_waiting_command_of_a_key_is_refused_and_the_others_are_not() -> None:
    verb, gate = Verb(), Gate()
    verb.open.clear()
    running = submit(gate, verb, "a")
    await turns()
    waiting = submit(gate, verb, *(f"a{n}" for n in range(PER_KEY_MAX)))
    await turns()

    assert PER_KEY_MAX == 32
    with pytest.raises(QueueFull):
        await gate.submit(verb, "a", "one too many")
    other = submit(gate, verb, "b")

    verb.open.set()
    assert len(await results([*running, *waiting, *other])) == 34
    assert [c for batch in verb.batches for c in batch if c != "b"] == [
        "a",
        *(f"a{n}" for n in range(32)),
    ]


async def test_the_same_request_sent_many_times_goes_together_and_is_not_refused() -> None:
    verb, gate = Verb(), Gate()
    verb.open.clear()
    running = submit(gate, verb, "a0", twin="x")
    await turns()
    same = submit(gate, verb, *(f"a{n}" for n in range(1, 100)), twin="x")
    await turns()
    with pytest.raises(QueueFull):
        await gate.submit(verb, "a", "another", twin="y")
    verb.open.set()

    assert await results([*running, *same]) == [f"<a{n}>" for n in range(100)]
    assert verb.batches == [["a0"], [f"a{n}" for n in range(1, 100)]]


async def test_requests_of_one_key_that_are_not_the_same_go_one_after_another() -> None:
    verb, gate = Verb(), Gate()
    tasks = [
        *submit(gate, verb, "a1", "a2", twin="x"),
        *submit(gate, verb, "a3", twin="y"),
        *submit(gate, verb, "a4", twin="x"),
        *submit(gate, verb, "a5", "a6"),
    ]
    await results(tasks)

    assert verb.batches == [["a1", "a2"], ["a3"], ["a4"], ["a5"], ["a6"]]


async def test_the_same_request_waits_in_the_slow_lane_with_its_like() -> None:
    verb, gate = Verb(), Gate()
    verb.answers |= {"a1": BUSY, "a2": BUSY}

    found = await results([*submit(gate, verb, "a1", "a2", twin="x"), *submit(gate, verb, "a3")])

    assert found == ["<a1>", "<a2>", "<a3>"]


async def test_items_of_one_batch_request_are_not_refused_by_that_limit() -> None:
    verb, gate = Verb(), Gate()
    pendings = [gate.enqueue(verb, "a", f"a{n}", bounded=False) for n in range(100)]

    found = [await pending.future for pending in pendings]

    assert found == [f"<a{n}>" for n in range(100)]


async def test_what_waited_past_its_deadline_is_dropped_unsent() -> None:
    verb, gate = Verb(), Gate()
    late = gate.enqueue(verb, "a", "a1", wait_seconds_max=-1)
    in_time = gate.enqueue(verb, "a", "a2")
    alone = gate.enqueue(verb, "b", "b1", wait_seconds_max=-1)

    assert await in_time.future == "<a2>"
    for pending in (late, alone):
        with pytest.raises(Overloaded):
            await pending.future
    assert verb.batches == [["a2"]]
    assert await results(submit(gate, verb, "b2")) == ["<b2>"]  # the key may come again


async def test_whoever_leaves_before_the_batch_starts_is_not_sent() -> None:
    verb, gate = Verb(), Gate()
    gone = gate.enqueue(verb, "a", "a1")
    stays = gate.enqueue(verb, "a", "a2")
    gone.future.cancel()

    assert await stays.future == "<a2>"
    assert verb.batches == [["a2"]]


async def test_a_disconnect_does_not_cancel_a_batch_that_was_sent() -> None:
    verb, gate = Verb(), Gate()
    verb.open.clear()
    gone, stays = submit(gate, verb, "a", "b")
    await turns()
    gone.cancel()
    await turns()

    verb.open.set()
    assert await stays == "<b>"
    assert await results(submit(gate, verb, "a2")) == ["<a2>"]


async def test_drain_answers_everything_that_was_accepted() -> None:
    verb, gate = Verb(), Gate(lanes=1)
    verb.answers = {"b1": BUSY}
    pendings = [gate.enqueue(verb, c[0], c) for c in ("a1", "a2", "b1", "b2", "c1")]

    await gate.drain()

    answers = [pending.future.result() for pending in pendings]
    assert answers == ["<a1>", "<a2>", "<b1>", "<b2>", "<c1>"]


async def test_drain_of_an_idle_gate_returns_at_once() -> None:
    await asyncio.wait_for(Gate().drain(), timeout=1)
