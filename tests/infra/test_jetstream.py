"""A NATS that is there, away and back; and one whose library is not installed."""

import sys

import pytest

from service.infra.jetstream import JetStream
from service.infra.settings import SettingsError
from tests.nats_server import NatsServer


async def test_it_may_be_away_at_the_start_and_come_back(nats_server: NatsServer) -> None:
    nats_server.kill()
    jetstream = JetStream(nats_server.url)
    with pytest.raises(jetstream.lost):
        await jetstream.context()
    assert await jetstream.look() == "not reachable"

    nats_server.restart()
    assert await jetstream.look() is None
    await jetstream.close()
    assert await jetstream.look() is None  # it connects when it is asked
    await jetstream.close()


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(SettingsError, match=r"install '\.\[nats\]'"):
        JetStream("nats://127.0.0.1")
