"""What a receiver of OTLP is sent, by service/infra/spans.py and service/api/traced.py too."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from service.app import create_app
from service.infra.batch import Gate
from service.infra.settings import Settings, SettingsError
from service.infra.spans import Carried
from service.infra.telemetry import Telemetry
from tests.api.bodies import enrolment, purchase
from tests.api.client import SECRET, serving
from tests.databases import Fresh
from tests.running import free_port
from tests.waiting import SECONDS_MAX

CALLERS: Final = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector:
    """A receiver of OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.services: set[str] = set()
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        for one in sent.resource_spans:
            self.services |= {
                a.value.string_value for a in one.resource.attributes if a.key == "service.name"
            }
            self.spans += [span for scope in one.scope_spans for span in scope.spans]
        return web.Response(body=b"")

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    found = Collector()
    application = web.Application()
    application.router.add_post("/v1/traces", found.take)
    async with TestServer(application, host="127.0.0.1") as server:
        found.url = f"http://127.0.0.1:{server.port}"
        yield found


async def written(database: Fresh, member: str) -> list[dict[str, str]]:
    """The events of a member."""
    connection = await asyncpg.connect(database.url)
    rows = await connection.fetch(
        "select body from outbox where holder_id = $1::text::uuid", member
    )
    await connection.close()
    return [json.loads(row[0]) for row in rows]


async def test_a_request_its_batch_and_its_statements_are_one_trace(
    database: Fresh, collector: Collector
) -> None:
    async with serving(database.url, jobs=False, otlp_endpoint=collector.url) as service:
        await service.checkout.post("/v1/members", json=enrolment())
        body, headers = purchase("traced"), {"traceparent": CALLERS}
        sold = await service.checkout.post("/v1/purchases", json=body, headers=headers)
        assert sold.status_code == 201, sold.text
        await service.checkout.get(f"/v1/purchases/{sold.json()['id']}")

    (request,) = collector.named("POST /v1/purchases")
    assert request.trace_id.hex() == CALLERS.split("-")[1]
    assert request.parent_span_id.hex() == CALLERS.split("-")[2]
    mine = [span for span in collector.spans if span.trace_id == request.trace_id]
    (batch,) = [span for span in mine if span.name == "batch"]
    assert batch.parent_span_id == request.span_id
    statements = [span for span in mine if span.parent_span_id == batch.span_id]
    names = " ".join(span.name for span in statements)
    assert "purchases.insert_purchases" in names
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in statements)
    assert collector.named("GET /v1/purchases/{purchase_id}")
    assert collector.services == {"regulars"}
    sent = str([(span.name, span.attributes) for span in collector.spans])
    assert sold.json()["id"] not in sent
    assert "traced" not in sent


async def test_events_carry_the_trace_that_wrote_them(
    database: Fresh, collector: Collector
) -> None:
    async with serving(database.url, jobs=False, otlp_endpoint=collector.url) as service:
        headers = {"traceparent": CALLERS}
        made = await service.checkout.post("/v1/members", json=enrolment(), headers=headers)
        rows = await written(database, made.json()["id"])

    (batch,) = [
        span for span in collector.named("batch") if span.trace_id.hex() == CALLERS.split("-")[1]
    ]
    assert [row["traceparent"] for row in rows] == [
        f"00-{batch.trace_id.hex()}-{batch.span_id.hex()}-01"
    ]


async def test_who_does_not_trace_writes_no_trace_and_loads_nothing_for_it(
    database: Fresh,
) -> None:
    async with serving(database.url, jobs=False) as service:
        headers = {"traceparent": CALLERS}
        made = await service.checkout.post("/v1/members", json=enrolment(), headers=headers)
        rows = await written(database, made.json()["id"])

    assert ["traceparent" in row for row in rows] == [False]
    assert Carried.now is None
    settings = f"Settings(database_url='postgresql:///x', secret={SECRET!r})"
    code = (
        "import sys; from service.app import create_app; "
        f"from service.infra.settings import Settings; create_app({settings}); "
        "print({'service.infra.telemetry', 'service.api.traced'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


async def test_commands_that_go_together_are_linked(collector: Collector) -> None:
    telemetry = Telemetry.to(collector.url)
    gate = Gate(spans=telemetry)

    async def run(commands: Sequence[Any], wait: bool) -> Sequence[Any]:
        return commands

    async def ask(number: int) -> None:
        with telemetry.request("POST", {}) as span:
            assert await gate.submit(run, number, number) == number
        telemetry.answered(span, "POST", f"/{number}", 500)

    await asyncio.gather(*(ask(number) for number in range(3)))
    await telemetry.stop()

    (batch,) = collector.named("batch")
    first, *others = sorted(collector.named("POST"), key=lambda span: span.start_time_unix_nano)
    assert batch.parent_span_id == first.span_id
    assert [link.span_id for link in batch.links] == [span.span_id for span in others]


async def test_a_receiver_that_is_away_stops_nobody(database: Fresh) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    async with serving(database.url, jobs=False, otlp_endpoint=away) as service:
        answer = await service.checkout.post("/v1/members", json=enrolment())

    assert answer.status_code == 201


def test_without_the_extra_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.startswith("opentelemetry")]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("service.infra.telemetry", "service.api.traced"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    settings = Settings(
        database_url="postgresql:///x", secret=SECRET, otlp_endpoint="http://127.0.0.1:4318"
    )

    with pytest.raises(SettingsError, match=r"needs an extra: pip install 'regulars\[telemetry\]'"):
        create_app(settings)


async def test_the_text_of_what_fails_is_not_told(collector: Collector) -> None:
    telemetry = Telemetry.to(collector.url)
    gate = Gate(spans=telemetry)

    async def run(commands: Sequence[Any], wait: bool) -> Sequence[Any]:
        raise asyncpg.UniqueViolationError("Key (card)=(4012001) already exists.")

    with telemetry.request("POST", {}), pytest.raises(asyncpg.UniqueViolationError):
        await gate.submit(run, 1, 1)
    await telemetry.stop()

    assert collector.named("batch")
    assert "4012001" not in str(collector.spans)
    assert [one for span in collector.spans for one in span.events] == []


async def test_rounds_of_jobs_that_found_work_are_told(collector: Collector) -> None:
    telemetry = Telemetry.to(collector.url)
    telemetry.start()

    async def works() -> int:
        assert Carried.now is not None
        traces.append(Carried.now())
        return 3

    async def finds_nothing() -> int:
        return 0

    async def fails() -> int:
        raise KeyError("4012001")

    traces: list[str | None] = []
    assert await telemetry.job("settle", works()) == 3
    assert await telemetry.job("place_events", finds_nothing()) == 0
    with pytest.raises(KeyError):
        await telemetry.job("advance_clubs", fails())
    await telemetry.stop()

    (worked,), (failed,) = collector.named("job settle"), collector.named("job advance_clubs")
    (trace,) = traces
    assert trace is not None
    assert trace.split("-")[1:3] == [worked.trace_id.hex(), worked.span_id.hex()]
    assert {a.key: a.value.int_value for a in worked.attributes}["regulars.job.done"] == 3
    assert failed.status.message == "KeyError"
    assert collector.named("job place_events") == []
    assert "4012001" not in str(collector.spans)


async def test_jobs_of_a_service_are_traced(database: Fresh, collector: Collector) -> None:
    async with serving(database.url, otlp_endpoint=collector.url) as service:
        await service.checkout.post("/v1/members", json=enrolment())
        connection = await asyncpg.connect(database.url)
        async with asyncio.timeout(SECONDS_MAX):
            while not await connection.fetchval("select count(pub_seq) from outbox"):
                await asyncio.sleep(0.05)
        await connection.close()

    names = {span.name for span in collector.spans}
    (placed, *_) = collector.named("job place_events")
    assert not any(span.parent_span_id == placed.span_id for span in collector.spans)
    assert "job refresh_programs" not in names  # it never finds work
