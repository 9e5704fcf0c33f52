import asyncio
from collections.abc import Sequence

import pytest

from service.infra.coalesce import KEYS_MAX, Coalescer


class Table:
    """What is read: `calls` are the keys of each statement, `open` set while they may return.

    A statement sees what is there when it starts.
    """

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.calls: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.failure: Exception | None = None

    async def fetch(self, keys: Sequence[int]) -> dict[int, str]:
        self.calls.append(list(keys))
        found = {key: self.rows[key] for key in keys if key in self.rows}
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        return found


async def turns(count: int = 5) -> None:
    """Let the loop go round: whatever is ready happens, and no time passes."""
    for _ in range(count):
        await asyncio.sleep(0)


def read(coalescer: Coalescer[int, str], *keys: int) -> list[asyncio.Task[str | None]]:
    return [asyncio.get_running_loop().create_task(coalescer.get(key)) for key in keys]


async def test_reads_that_arrive_together_are_one_statement() -> None:
    table = Table()
    table.rows = {1: "one", 2: "two"}

    found = await asyncio.gather(*read(Coalescer(table.fetch), 1, 2, 1, 3))

    assert found == ["one", "two", "one", None]
    assert table.calls == [[1, 2, 3]]


async def test_a_statement_goes_without_a_timer() -> None:
    table = Table()
    tasks = read(Coalescer(table.fetch), 1)

    await turns(3)  # get, pump, fetch

    assert table.calls == [[1]]
    assert await tasks[0] is None


async def test_a_read_joins_a_statement_not_yet_sent_and_never_one_in_flight() -> None:
    table = Table()
    table.rows = {1: "before"}
    coalescer = Coalescer(table.fetch, slots=1)
    table.open.clear()
    (in_flight,) = read(coalescer, 1)
    await turns()

    table.rows[1] = "after"  # a write was answered
    later = read(coalescer, 1, 1)
    await turns()
    assert table.calls == [[1]]

    table.open.set()
    assert await in_flight == "before"
    assert await asyncio.gather(*later) == ["after", "after"]
    assert table.calls == [[1], [1]]


async def test_a_read_of_a_key_in_flight_takes_a_free_slot_at_once() -> None:
    table = Table()
    table.rows = {1: "before"}
    coalescer = Coalescer(table.fetch, slots=2)
    table.open.clear()
    (in_flight,) = read(coalescer, 1)
    await turns()

    table.rows[1] = "after"
    (later,) = read(coalescer, 1)
    await turns()
    assert table.calls == [[1], [1]]

    table.open.set()
    assert (await in_flight, await later) == ("before", "after")


async def test_no_more_statements_are_in_flight_than_there_are_slots() -> None:
    table = Table()
    coalescer = Coalescer(table.fetch, slots=2)
    table.open.clear()
    tasks = []
    for key in range(5):
        tasks += read(coalescer, key)
        await turns()

    assert table.calls == [[0], [1]]

    table.open.set()
    await asyncio.gather(*tasks)
    assert table.calls == [[0], [1], [2, 3, 4]]


async def test_a_statement_asks_for_at_most_256_keys() -> None:
    table = Table()
    table.rows = {key: str(key) for key in range(600)}

    found = await asyncio.gather(*read(Coalescer(table.fetch, slots=1), *range(600)))

    assert KEYS_MAX == 256
    assert [len(keys) for keys in table.calls] == [256, 256, 88]
    assert found == [str(key) for key in range(600)]


async def test_a_failure_reaches_each_reader_and_the_next_statement_is_asked_anew() -> None:
    table = Table()
    table.rows = {1: "one"}
    table.failure = ConnectionError("gone")
    coalescer = Coalescer(table.fetch)

    found = await asyncio.gather(*read(coalescer, 1, 1, 2), return_exceptions=True)
    assert found == [table.failure] * 3

    table.failure = None
    assert await coalescer.get(1) == "one"


async def test_a_reader_who_leaves_takes_nobody_along() -> None:
    table = Table()
    table.rows = {1: "one"}
    coalescer = Coalescer(table.fetch)
    table.open.clear()
    gone, stays = read(coalescer, 1, 1)
    await turns()

    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    table.open.set()

    assert await stays == "one"
