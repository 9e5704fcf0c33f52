"""The application put together: it starts, it drains, two of them agree."""

import asyncio
import os
import signal
import time
from typing import Any

import pytest
from litestar import Litestar

from service.app import create_app, create_app_from_environment, edge_of
from service.infra.db import DatabaseUnavailable
from service.infra.settings import Settings
from service.jobs.clock import JOBS
from tests.api.bodies import enrolment, purchase
from tests.api.client import SECRET, serving
from tests.databases import Fresh, Server
from tests.infra.test_pulse import stopped
from tests.waiting import SECONDS_MAX


async def test_an_application_from_the_environment_serves(
    database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_DATABASE_URL", database.url)
    monkeypatch.setenv("REGULARS_SECRET", SECRET)

    app = create_app_from_environment()

    assert isinstance(app, Litestar)
    async with app.lifespan():
        assert set((await edge_of(app).services.ready()).reasons) == {"program"}  # no program yet


@pytest.mark.parametrize("jobs", [True, False])
async def test_jobs_may_be_left_to_somebody_else(database: Fresh, jobs: bool) -> None:
    before = asyncio.all_tasks()
    app = create_app(Settings(database_url=database.url, secret=SECRET), jobs=jobs)
    async with app.lifespan():
        running = {task.get_name() for task in asyncio.all_tasks() - before}
        assert (JOBS.keys() <= running) is jobs
        assert (JOBS.keys() & running != set()) is jobs


async def test_without_a_database_the_start_fails_in_plain_words(database: Fresh) -> None:
    url = database.url.replace(database.name, "nothing_here")
    app = create_app(Settings(database_url=url, secret=SECRET))

    with pytest.raises(DatabaseUnavailable):
        async with app.lifespan():
            pytest.fail("it started")


async def test_what_was_accepted_is_answered_when_the_service_stops(database: Fresh) -> None:
    tasks: list[asyncio.Task[Any]] = []
    async with serving(database.url) as service:
        await service.checkout.post("/v1/members", json=enrolment())
        late = service.client(service.keys["checkout"])
        for number in range(20):
            sent = late.post("/v1/purchases", json=purchase(f"order-{number}"))
            tasks.append(asyncio.create_task(sent))
        gate = edge_of(service.application).services.verbs.gate
        while not gate._running:
            await asyncio.sleep(0)
    answers = await asyncio.gather(*tasks)
    await late.aclose()

    # what had not reached the gate yet is told to come again; nothing is left unanswered
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert made
    assert {answer.status_code for answer in answers} <= {201, 503}
    async with serving(database.url, program="", keys=service.keys) as again:
        for found in made:
            assert (await again.checkout.get(f"/v1/purchases/{found}")).status_code == 200


async def test_no_request_waits_for_a_connection_to_be_made(
    server: Server, database: Fresh
) -> None:
    postmaster = int((server.embedded.cluster / "postmaster.pid").read_text().split()[0])
    async with serving(database.url, jobs=False, pool_wait_seconds=0.5) as service:
        member = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
        path = f"/v1/members/{member}"
        os.kill(postmaster, signal.SIGSTOP)  # who is connected goes on, nobody else gets in
        try:
            answers = await asyncio.gather(*(service.app.get(path) for _ in range(50)))
        finally:
            os.kill(postmaster, signal.SIGCONT)

    assert {answer.status_code for answer in answers} == {200}


async def test_a_database_that_hangs_is_503_within_a_second_and_all_is_well_again_after_it(
    server: Server, database: Fresh
) -> None:
    async with serving(database.url, pool_wait_seconds=0.5) as service:
        member = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
        path = f"/v1/members/{member}"
        with stopped(server):
            began = time.perf_counter()
            reads = [service.app.get(path) for _ in range(20)]
            writes = [service.checkout.post("/v1/purchases", json=purchase(f"o-{n}")) for n in "ab"]
            live, ready, *answers = await asyncio.gather(
                service.public.get("/health/live"),
                service.public.get("/health/ready"),
                *reads,
                *writes,
            )
            seconds = time.perf_counter() - began

        async with asyncio.timeout(SECONDS_MAX):
            while (await service.public.get("/health/ready")).status_code != 200:
                await asyncio.sleep(0.01)
        again = [
            await service.app.get(path),
            await service.checkout.post("/v1/purchases", json=purchase("o-a")),
        ]

    assert (live.status_code, ready.status_code) == (200, 503)
    assert "database" in ready.json()["reasons"]
    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    assert seconds < 3  # 0.85 s on a machine that does nothing else; 30 s without the pulse
    assert [answer.status_code for answer in again] == [200, 201]


async def test_a_key_works_at_every_worker_and_a_write_at_one_shows_at_the_other(
    database: Fresh,
) -> None:
    async with (
        serving(database.url) as first,
        serving(database.url, keys=first.keys) as second,
    ):
        member = (await first.checkout.post("/v1/members", json=enrolment())).json()["id"]
        for number in range(10):
            sold = await first.checkout.post("/v1/purchases", json=purchase(f"order-{number}"))
            shown = await second.app.get(f"/v1/members/{member}/wallets")

            pending = shown.json()["wallets"]["points"]["balance"]["pending"]
            assert pending == sold.json()["wallets"]["points"]["pending"]


async def test_documentation_can_be_switched_off(database: Fresh) -> None:
    async with serving(database.url, program="", docs=False) as service:
        page = await service.public.get("/docs")

    assert page.status_code == 404
