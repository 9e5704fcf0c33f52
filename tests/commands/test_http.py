"""Before the first worker starts; tests/commands/test_up.py and test_serve.py have the rest."""

import resource
import signal
import socket
from collections.abc import Iterator

import click
import pytest

from service.commands.http import (
    FILES_SPARE,
    _allow_files,
    _end_at_once,
    _refuse_taken,
    connections_max,
    serve,
)
from service.infra.settings import Settings
from tests.flows.shop import SECRET
from tests.running import free_port


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["4", "6"])
def taken(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    """An address that somebody listens on who would share it."""
    family, host = request.param
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            listening.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        listening.listen()
        yield host, listening.getsockname()[1]


def test_an_address_that_somebody_shares_is_taken_all_the_same(taken: tuple[str, int]) -> None:
    host, port = taken

    with pytest.raises(click.ClickException) as raised:
        _refuse_taken(host, port)

    assert raised.value.message == (
        f"cannot listen on {host}:{port}: Address already in use (choose another --port)"
    )


def test_a_free_address_stays_free() -> None:
    port = free_port()

    _refuse_taken("127.0.0.1", port)

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_address_of_another_machine_is_refused_in_a_sentence() -> None:
    with pytest.raises(click.ClickException, match=r"^cannot listen on 192\.0\.2\.1:8000: "):
        _refuse_taken("192.0.2.1", 8000)


def test_nothing_is_started_when_the_address_is_taken(taken: tuple[str, int]) -> None:
    host, port = taken
    settings = Settings(database_url="postgresql://x", secret=SECRET, host=host, port=port)
    started: list[None] = []

    with pytest.raises(click.ClickException, match="cannot listen"):
        serve(settings, lambda: started.append(None))

    assert started == []


def test_a_new_worker_ends_at_a_signal_until_it_has_handlers_of_its_own() -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        _end_at_once()
        assert {signal.getsignal(one) for one in before} == {signal.SIG_DFL}
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def test_a_worker_has_room_for_the_connections_of_what_it_refuses() -> None:
    """Or who is too much would wait to be accepted, and be told nothing."""
    settings = Settings(
        database_url="postgresql://x", secret=SECRET, workers=8, requests_max=40, streams_max=5
    )

    assert connections_max(settings) == 85


def test_as_many_files_may_be_open_as_there_may_be_connections() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
        _allow_files(300)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300 + FILES_SPARE, before[1])
        _allow_files(10)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 300 + FILES_SPARE
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
