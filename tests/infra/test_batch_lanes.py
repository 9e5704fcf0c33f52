"""How many batches of the gate are away at once, and when a second one starts."""

from service.infra.batch import Gate
from tests.infra.test_batch import Verb, results, submit, turns


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
