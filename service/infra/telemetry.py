"""Traces over OTLP, with the extra `telemetry`: request -> batch -> statements, jobs, and events.

A batch has the trace of its oldest command, and links to the others: alone, which is the normal
case, a request and all it did are one trace. Statements are told by asyncpg when they are done, by
their names (the comment in front), never with their parameters. Events carry `traceparent`, the
batch that wrote them.

Imported by app.py when REGULARS_OTLP_ENDPOINT is set. Spans are sent by a thread; those of a
receiver that is away are dropped. The library's own variables hold too: OTEL_TRACES_SAMPLER,
OTEL_EXPORTER_OTLP_HEADERS, OTEL_RESOURCE_ATTRIBUTES.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import Any, Final

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, StatusCode

from service.infra.spans import Carried

FAILED: Final = 500
_PATH: Final = "v1/traces"
_NAME: Final = re.compile(r"/\* (.+?) \*/")
_NS: Final = 1_000_000_000
_JOB: Final = "regulars.job"
# The library would tell the text of a failure, and what stands in it of rows and parameters.
_UNTOLD: Final[Any] = {"record_exception": False, "set_status_on_exception": False}


class Telemetry:
    """The tracer of a process, with a provider of its own beside the library's global one."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("regulars")
        self._statements = provider.get_tracer("regulars.sql")

    @classmethod
    def to(cls, endpoint: str) -> "Telemetry":
        """Spans are sent to `<endpoint>/v1/traces`."""
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/{_PATH}")
        provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "regulars"}))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        return cls(provider)

    def start(self) -> None:
        """From now on events carry their trace."""
        Carried.now = _traceparent

    async def stop(self) -> None:
        """Send what is left."""
        Carried.now = None
        await asyncio.to_thread(self._provider.shutdown)

    @contextlib.contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """The span of a request, within the caller's trace if it names one (W3C)."""
        with self._tracer.start_as_current_span(
            method,
            propagate.extract(headers),
            SpanKind.SERVER,
            {"http.request.method": method},
            **_UNTOLD,
        ) as span:
            yield span

    def answered(self, span: Span, method: str, route: str, status: int) -> None:
        """What became of it; `route` is the pattern, so that no id gets into a name."""
        span.update_name(f"{method} {route}" if route else method)
        span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= FAILED:
            span.set_status(StatusCode.ERROR)

    def here(self) -> Span:
        """The span this is called in."""
        return trace.get_current_span()

    @contextlib.contextmanager
    def batch(self, came_from: Sequence[Span]) -> Iterator[None]:
        """A batch; of spans that are none it belongs to none."""
        oldest, *others = came_from
        with self._tracer.start_as_current_span(
            "batch",
            trace.set_span_in_context(oldest),
            attributes={"regulars.batch.commands": len(came_from)},
            links=[Link(one.get_span_context()) for one in others],
            **_UNTOLD,
        ) as span:
            try:
                yield
            except Exception as failure:
                _fail(span, failure)
                raise

    async def job(self, name: str, work: Awaitable[int]) -> int:
        """A span that is not ended is not sent."""
        span = self._tracer.start_span(f"job {name}", attributes={_JOB: name})
        try:
            with trace.use_span(span, **_UNTOLD):
                done = await work
        except Exception as failure:
            _fail(span, failure)
            span.end()
            raise
        if done:
            span.set_attribute("regulars.job.done", done)
            span.end()
        return done

    async def connection(self, connection: Any) -> None:
        """For the pool, with each new connection."""
        connection.add_query_logger(self._statement)

    def _statement(self, record: Any) -> None:
        """asyncpg calls it after each statement, in the context it was sent from."""
        around = trace.get_current_span()
        if not around.get_span_context().is_valid or _JOB in getattr(around, "attributes", ()):
            return  # of a job, which asks all the time, or of the driver itself
        ended = time.time_ns()
        found = _NAME.match(record.query)
        name = "statement" if found is None else found[1]
        span = self._statements.start_span(
            name,
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", "db.query.summary": name},
            start_time=ended - int(record.elapsed * _NS),
        )
        if record.exception is not None:
            _fail(span, record.exception)
        span.end(ended)


def _fail(span: Span, failure: BaseException) -> None:
    """By its type: its text may hold what it failed with."""
    span.set_status(StatusCode.ERROR, type(failure).__name__)


def _traceparent() -> str | None:
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")
