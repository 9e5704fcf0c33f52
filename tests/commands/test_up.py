"""`regulars up` as a process: started, used, stopped, killed, and other commands beside it."""

import asyncio
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.test_metrics import figures
from tests.databases import open_folder
from tests.running import PROJECT, Running, bare, free_port, purchase, regulars

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy

PROGRAM = PROJECT / "service" / "programs" / "corner-coffee.yaml"


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    with open_folder() as found:
        yield found


@pytest.fixture
def service(folder: pathlib.Path) -> Iterator[Running]:
    """A service of the test's own, to be stopped or killed."""
    running = up(folder)
    yield running
    finish(running)


def up(folder: pathlib.Path, *words: str) -> Running:
    return Running(folder, "up", "--data", str(folder / "data"), "--workers", "2", *words)


def finish(running: Running) -> None:
    """Stop what a test left running, PostgreSQL that was orphaned too."""
    if running.process.poll() is None:
        running.stop()
    elif postmaster(running) is not None:
        up(running.folder).stop()


def postmaster(running: Running) -> int | None:
    path = running.folder / "data" / "postgres" / "postmaster.pid"
    return int(path.read_text().split()[0]) if path.exists() else None


def workers(running: Running) -> list[int]:
    path = pathlib.Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
    return [int(pid) for pid in path.read_text().split()]


async def sell(client: httpx.AsyncClient, recorded: dict[int, Any], numbers: range) -> None:
    """Record purchases one by one, noting each acknowledged one, until the server is gone."""
    with contextlib.suppress(httpx.TransportError):
        for number in numbers:
            answer = await client.post("/v1/purchases", json=purchase(number))
            assert answer.status_code == 201, answer.text
            recorded[number] = answer.json()


async def test_the_first_purchase_can_be_pasted(two_workers: Running) -> None:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("needs bash and curl")
    while "Ctrl-C stops everything" not in two_workers.out():
        await asyncio.sleep(0.05)
    lines = two_workers.out().partition("first purchase:")[2].partition("Ctrl-C")[0]
    done = subprocess.run(["bash", "-ec", lines], capture_output=True, text=True, check=True)
    decoder = json.JSONDecoder()
    member, end = decoder.raw_decode(done.stdout)
    receipt, _ = decoder.raw_decode(done.stdout, end)
    assert receipt["member_id"] == member["id"]
    assert receipt["total"] == 840
    # 1 bean a euro, whole euros: 8; other rules of the program depend on the hour.
    effects = {(e["rule"], e["wallet"]): e["amount"] for e in receipt["effects"]}
    assert effects["base-earn", "points"] == 8


async def test_a_folder_keeps_its_secrets_to_itself(service: Running) -> None:
    data = service.folder / "data"
    keys = (data / "keys.json").read_text()
    secret = (data / "secret").read_text()
    roles = ["admin", "app", "auditor", "checkout", "desk", "integrator", "monitor", "pos"]
    assert sorted(json.loads(keys)) == roles
    for name in ("keys.json", "secret"):
        assert (data / name).stat().st_mode & 0o777 == 0o600
    service.stop()
    again = up(service.folder)
    assert (data / "keys.json").read_text() == keys
    assert (data / "secret").read_text() == secret
    async with again.client("admin") as client:
        assert (await client.get("/v1/program")).json()["version"] == 1
    again.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_an_orderly_end_answers_what_was_received(
    how: signal.Signals, service: Running
) -> None:
    recorded: dict[int, Any] = {}
    async with service.client() as client, asyncio.TaskGroup() as group:
        for start in range(0, 80_000, 10_000):
            group.create_task(sell(client, recorded, range(start, start + 10_000)))
        while len(recorded) < 50:
            await asyncio.sleep(0.01)
        seconds = await asyncio.to_thread(service.stop, how)
    assert service.process.returncode == 0, service.err()
    assert seconds < 10
    assert postmaster(service) is None
    assert "Traceback" not in service.err()
    await assert_kept(up(service.folder), recorded)


async def test_kill_9_loses_nothing_that_was_answered(service: Running) -> None:
    recorded: dict[int, Any] = {}
    before = postmaster(service)
    async with service.client() as client, asyncio.TaskGroup() as group:
        for start in range(0, 80_000, 10_000):
            group.create_task(sell(client, recorded, range(start, start + 10_000)))
        while len(recorded) < 50:
            await asyncio.sleep(0.01)
        service.kill()
    assert postmaster(service) == before
    again = up(service.folder)
    assert postmaster(again) == before
    await assert_kept(again, recorded)


async def assert_kept(again: Running, recorded: dict[int, Any]) -> None:
    """Each acknowledged purchase is there as it was answered; sending it again changes nothing."""
    async with again.client() as client:
        for number, receipt in recorded.items():
            found = await client.get(f"/v1/purchases/{receipt['id']}")
            assert found.status_code == 200, found.text
            replay = await client.post("/v1/purchases", json=purchase(number))
            assert replay.status_code == 200
            assert replay.headers["Idempotency-Replayed"] == "true"
            assert replay.json()["id"] == receipt["id"]
    await asyncio.to_thread(again.stop)
    assert again.process.returncode == 0


async def test_workers_end_with_a_killed_parent(service: Running) -> None:
    children = workers(service)
    assert len(children) == 2
    service.kill()
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(service.url.rpartition(":")[2]))) != 0:
                break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("a worker still listens")


async def test_a_killed_worker_is_replaced(service: Running) -> None:
    before = workers(service)
    os.kill(before[0], signal.SIGKILL)
    async with asyncio.timeout(20):
        while len(set(workers(service)) - set(before)) < 1 or before[0] in workers(service):
            await asyncio.sleep(0.05)
    async with service.client() as client:
        await listening(client)  # on a busy machine the other worker may only be starting
        for number in range(20):
            answer = await client.post("/v1/purchases", json=purchase(number))
            assert answer.status_code in {200, 201}


async def listening(client: httpx.AsyncClient) -> None:
    """Wait until somebody answers."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(httpx.ConnectError):
                await client.get("/health/live")
                return
            await asyncio.sleep(0.05)


async def test_a_port_in_use_is_said_so(folder: pathlib.Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = regulars("up", "--data", str(folder / "data"), "--port", port)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert not (folder / "data" / "postgres" / "postmaster.pid").exists()


async def test_commands_work_on_the_folder_of_a_running_service(two_workers: Running) -> None:
    data = ("--data", str(two_workers.folder / "data"))
    made = regulars("keys", "create", "--role", "admin", "--name", "audit", *data)
    assert made.returncode == 0, made.stderr
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    async with httpx.AsyncClient(base_url=two_workers.url, headers=headers) as client:
        assert (await client.get("/v1/program/versions")).status_code == 200
    changed = two_workers.folder / "changed.yaml"
    changed.write_text(PROGRAM.read_text().replace("fixed: 300", "fixed: 250"))
    planned = regulars("program", "plan", str(changed), *data)
    assert planned.returncode == 0, planned.stderr
    assert "big-spender" in planned.stdout
    applied = regulars("program", "apply", str(changed), "--note", "less", *data)
    assert applied.stdout.startswith("version 2 of corner-coffee, effective ")
    assert postmaster(two_workers) is not None
    async with two_workers.client("admin") as client, asyncio.timeout(20):
        while (await client.get("/v1/program")).json()["version"] != 2:
            await asyncio.sleep(0.2)


async def test_any_worker_tells_what_both_have_counted(two_workers: Running) -> None:
    count = (
        "regulars_http_request_duration_seconds_count"
        "{method=GET,route=/v1/program/versions,status=2xx}"
    )
    told: set[float] = set()
    async with (
        asyncio.timeout(20),
        two_workers.client("monitor") as monitor,
        two_workers.client("admin") as admin,
    ):
        before = figures((await monitor.get("/metrics")).text).get(count, 0)
        for _ in range(20):  # on connections of their own, so that both workers have some
            async with two_workers.client("admin") as client:
                assert (await client.get("/v1/program/versions")).status_code == 200
        while figures((await monitor.get("/metrics")).text)[count] < before + 20:
            await asyncio.sleep(0.05)  # each worker writes what it counted once a second
        for _ in range(20):
            async with two_workers.client("monitor") as client:
                told.add(figures((await client.get("/metrics")).text)[count])
        assert (await admin.get("/metrics")).status_code == 200
    assert told == {before + 20}


async def test_a_head_that_is_too_long_is_refused(two_workers: Running) -> None:
    async with httpx.AsyncClient(base_url=two_workers.url) as client:
        answer = await client.get("/health/live", headers={"X-Long": "x" * 20_000})
    assert answer.status_code == 431


def test_an_interrupted_start_stops_postgres(folder: pathlib.Path) -> None:
    pid_file = folder / "data" / "postgres" / "postmaster.pid"
    words = ["up", "--data", str(folder / "data"), "--port", str(free_port())]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", *words], cwd=PROJECT, env=bare(None), stderr=log
        )
        while not pid_file.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert not pid_file.exists()
    assert "Traceback" not in (folder / "log").read_text()
