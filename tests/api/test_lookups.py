"""What stands behind a secret: looked up once, remembered for a while, forgotten when asked to."""

import asyncio

from service.api.lookups import REFUSED_SECONDS, Found, Lookups, is_same
from service.domain.access.codes import Code

CODE = Code("0123456789", bytes(range(32)))


class Shelf:
    """Look-ups of one thing, counted, by a clock that stands still."""

    def __init__(self, found: Found[str] | None) -> None:
        self.found = found
        self.now = 100.0
        self.takes = 0.0
        self.asked = 0
        self.lookups = Lookups(self.look, lambda: self.now)

    async def look(self, code: Code) -> Found[str] | None:
        assert code == CODE
        self.asked += 1
        self.now += self.takes
        await asyncio.sleep(0)
        return self.found


async def test_what_is_known_is_asked_for_once() -> None:
    shelf = Shelf(Found("it", 60))
    assert shelf.lookups.remembered(b"header") is None

    assert [await shelf.lookups.get(b"header", CODE) for _ in range(3)] == ["it"] * 3

    assert shelf.lookups.remembered(b"header") == "it"
    assert shelf.lookups.remembered(b"another") is None
    assert shelf.asked == 1


async def test_nothing_is_remembered_too_and_shorter() -> None:
    shelf = Shelf(None)
    for _ in range(2):
        assert await shelf.lookups.get(b"header", CODE) is None
    shelf.found = Found("it", 60)

    shelf.now += REFUSED_SECONDS

    assert await shelf.lookups.get(b"header", CODE) == "it"
    assert shelf.asked == 2


async def test_what_is_forgotten_is_looked_up_again() -> None:
    shelf = Shelf(Found("it", 60))
    await shelf.lookups.get(b"header", CODE)

    shelf.lookups.forget(b"header")
    shelf.lookups.forget(b"never seen")

    assert shelf.lookups.remembered(b"header") is None
    assert await shelf.lookups.get(b"header", CODE) == "it"
    assert shelf.asked == 2


async def test_the_time_of_the_look_up_counts() -> None:
    """What was good for two seconds when it was read is no longer so one second after it came."""
    shelf = Shelf(Found("it", 2))
    shelf.takes = 1

    await shelf.lookups.get(b"header", CODE)
    shelf.now += 0.9
    assert shelf.lookups.remembered(b"header") == "it"
    shelf.now += 0.1

    assert shelf.lookups.remembered(b"header") is None


def test_no_hash_is_that_of_what_is_not_there() -> None:
    assert is_same(bytes(32), bytes(32))
    assert not is_same(None, bytes(32))
    assert not is_same(bytes(32), b"\x01" * 32)
