"""The fuzzer asks, and tells what is wrong; it runs for long by itself (`python -m tests.fuzz`)."""

import time
from typing import Any

import pytest

from tests.api import contract
from tests.api.test_schemathesis import CHANGED
from tests.databases import Server
from tests.fuzz.known import Asking, Tally
from tests.fuzz.place import opened
from tests.redis_server import RedisServer

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy


def test_some_seconds_of_it_find_nothing_and_what_is_wrong_is_told_once(
    server: Server, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in CHANGED:  # put back at the end
        monkeypatch.setattr(module, name, getattr(module, name))
    said: list[str] = []
    with opened(server, redis_server) as place:
        tally = Tally()
        Asking(place, tally, 1, said.append).until(time.monotonic() + 6)
        assert tally.failures == {}
        assert tally.requests > 0
        assert tally.requests == sum(tally.statuses.values()) == sum(tally.callers.values())
        assert place.bugs() == []

        def refuse(_: Any) -> None:
            raise AssertionError("it is not as documented")

        monkeypatch.setattr(contract, "check", refuse)
        wrong = Tally()
        Asking(place, wrong, 1, said.append).until(time.monotonic() + 2)

    assert wrong.failures
    told = [words for words in said if words.startswith("FAILURE")]
    assert len(told) == len(wrong.failures) < wrong.requests
    assert all("it is not as documented" in words for words in told)
