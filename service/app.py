"""Puts the service together: the only file that opens the database and builds the application.

`create_app` answers an ASGI application that opens everything when its lifespan starts; `assemble`
is the part without a database. An application whose routes do not all declare a scope (or that they
are public) is refused.
"""

import contextlib
import datetime as dt
import functools
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any

from litestar import Litestar
from litestar.events import BaseEventEmitterBackend
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Scope

from service.api.authentication import Keyring
from service.api.docs.build import build_pages
from service.api.edge import Edge
from service.api.limits.concurrency import AtOnce
from service.api.limits.counting import Counting
from service.api.limits.entrance import Limits
from service.api.limits.load import Load
from service.api.limits.policies import Quotas, Rates
from service.api.limits.shared import Shared
from service.api.member_tokens import Freshness, MemberTokens
from service.api.pages import Pages
from service.api.reply import Reply
from service.api.route import PUBLIC, Route, RouteWithoutScope, as_litestar, asgi
from service.api.services import Services
from service.api.staff_oidc import StaffOidc
from service.api.table import ROUTES
from service.domain.access.roles import SCOPES
from service.flows.build import build
from service.flows.keys.note_key_use import note_key_use
from service.flows.reads.backlog import Backlog
from service.flows.reads.bearers import find_bearer
from service.flows.reads.keys import find_key
from service.flows.reads.staff import find_account_named, find_token
from service.flows.reads.units import Units
from service.flows.steps.context import Context
from service.infra.db import Database
from service.infra.jetstream import JetStream
from service.infra.jwks import Jwks
from service.infra.jwt import Tokens
from service.infra.meter import Meter
from service.infra.settings import Settings, SettingsError, from_environment
from service.infra.spans import Spans
from service.jobs.clock import Clock
from service.jobs.courier import Courier
from service.jobs.relay import Relays
from service.kernel.actor import StepUp

if TYPE_CHECKING:
    from service.infra.metrics import Metrics
    from service.infra.telemetry import Telemetry

AtTheEnd = Callable[[Callable[[], None]], None]
Lifespan = Callable[[Litestar], contextlib.AbstractAsyncContextManager[None]]


def create_app_from_environment() -> Litestar:
    """For servers that take a factory: `service.app:create_app_from_environment`."""
    return create_app(from_environment())


def create_app(
    settings: Settings, *, jobs: bool = True, at_the_end: AtTheEnd | None = None
) -> Litestar:
    """The application; it opens the database when its lifespan starts and drains when that ends.

    `jobs` False: what is due is left to somebody else. `at_the_end` is given what to call as
    soon as the process is told to stop: servers end the lifespan after the last request, which is
    too late for requests that last.
    """
    pages = _pages(docs=settings.docs)

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        metrics, telemetry = _metrics(), _telemetry(settings)
        db = await _database(settings, metrics, telemetry)
        built = build(db, settings, metrics, telemetry)
        if telemetry is not None:
            telemetry.start()
            edge_of(app).telemetry = telemetry  # type: ignore[attr-defined]  # a TracedEdge
        keyring = _keyring(built.ctx, settings)
        jetstream = None if settings.nats_url is None else JetStream(settings.nats_url)
        if jetstream is not None:
            built.also["nats"] = jetstream.look
        relays = Relays(built.ctx, jetstream, dt.timedelta(days=settings.redis_keep_days))
        backlog, units = Backlog(built.ctx, relays.sinks), Units(built.ctx)

        async def measured() -> bytes:
            return await metrics.text({**await backlog.figures(), **units.figures()})

        edge_of(app).services = Services(
            verbs=built.verbs,
            reads=built.reads,
            keyring=keyring,
            pages=pages,
            ready=built.check,
            limits=_limits(built.ctx, settings, metrics),
            proxies=settings.proxies(),
            metrics=measured,
        )
        edge_of(app).meter = metrics
        clock, courier = Clock(built.ctx, telemetry), Courier(built.ctx)
        try:
            if at_the_end is not None:
                at_the_end(built.reads.streams.end)
            await built.start()
            metrics.start()
            if jobs:
                clock.start()
                courier.start()
                relays.start()
            yield
        finally:
            built.reads.streams.end()
            await units.stop()
            await courier.stop()
            await relays.stop()
            await clock.stop()
            await keyring.close()
            await built.stop()
            await metrics.stop()
            if telemetry is not None:
                await telemetry.stop()

    edge = _edge(settings)
    return assemble(ROUTES, lifespan, verbose=settings.log_level == "debug", edge=edge)


@functools.cache
def _pages(*, docs: bool) -> Pages:
    """Of the code alone, so made once by a process that serves several databases, as tests do."""
    return build_pages(ROUTES, docs=docs)


def assemble(
    routes: Sequence[Route],
    lifespan: Lifespan,
    *,
    verbose: bool = False,
    edge: type[Edge] = Edge,
) -> Litestar:
    """An application of these routes; `lifespan` sets the services of its edge."""
    paths = {route.path: [r.method for r in routes if r.path == route.path] for route in routes}
    app = Litestar(
        [
            *(_options(path, methods) for path, methods in paths.items()),  # or Litestar adds some
            *(as_litestar(route) for route in routes),
        ],
        lifespan=[lifespan],
        event_emitter_backend=_NoEvents,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    refuse_undeclared(app)
    direct = {(route.method, route.path): asgi(route) for route in routes if "{" not in route.path}
    app.asgi_handler = edge(app.asgi_router, direct, verbose=verbose)  # see edge.py
    return app


class _NoEvents(BaseEventEmitterBackend):
    """Litestar's own events are not used; their task group would wrap what fails at the start."""

    def emit(self, event_id: str, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 its protocol
        """Nobody emits any."""
        raise RuntimeError(f"{event_id}: Litestar's own events are not used")

    async def __aexit__(self, *failure: object) -> None:
        """Nothing was opened."""


def edge_of(app: Litestar) -> Edge:
    """The outermost layer of an application of ours."""
    edge = app.asgi_handler
    assert isinstance(edge, Edge)  # noqa: S101  # for the type checker
    return edge


def refuse_undeclared(app: Litestar) -> None:
    """Raise RouteWithoutScope when somebody could reach a handler nobody thought about."""
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
        for handler in handlers:
            scope = handler.opt.get("scope")
            if scope not in SCOPES and scope != PUBLIC:
                raise RouteWithoutScope(f"{route.path}: {handler.handler_name}")


def _options(path: str, methods: list[str]) -> HTTPRouteHandler:
    """OPTIONS says which methods an address takes; there is no CORS."""
    heads = ["HEAD"] if "GET" in methods else []
    allow = ", ".join(sorted([*methods, *heads, "OPTIONS"])).encode()
    answer = Reply(204, b"", media=None, headers=((b"allow", allow),))

    async def run(scope: Scope) -> ASGIApp:
        del scope
        return answer

    return HTTPRouteHandler(
        path.replace("}", ":str}"),
        http_method=["OPTIONS"],
        opt={"scope": PUBLIC},
        include_in_schema=False,
    )(run)


def _metrics() -> "Metrics":
    """Imported here: the library looks at its environment once, and workers are forked."""
    from service.infra.metrics import Metrics  # noqa: PLC0415

    return Metrics()


def _telemetry(settings: Settings) -> "Telemetry | None":
    """Imported here: without it nothing of the library is loaded."""
    if settings.otlp_endpoint is None:
        return None
    from service.infra.telemetry import Telemetry  # noqa: PLC0415

    return Telemetry.to(settings.otlp_endpoint)


def _edge(settings: Settings) -> type[Edge]:
    """As `_telemetry`; SettingsError when the extra is not installed."""
    if settings.otlp_endpoint is None:
        return Edge
    try:
        from service.api.traced import TracedEdge  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        message = "REGULARS_OTLP_ENDPOINT needs an extra: pip install 'regulars[telemetry]'"
        raise SettingsError(message) from missing
    return TracedEdge


async def _database(settings: Settings, meter: Meter, spans: Spans | None) -> Database:
    """All connections at once: so no request waits, in its half second, for one to be made."""
    size = settings.pool_size_max
    return await Database.open(
        settings.database_url,
        size,
        size,
        wait_seconds=settings.pool_wait_seconds,
        is_watched=True,
        meter=meter,
        spans=spans,
    )


def _limits(ctx: Context, settings: Settings, meter: Meter) -> Limits:
    load = Load(settings.requests_max)
    meter.sample("http_requests_at_work", lambda: load.at_work)
    quotas = Quotas(
        Rates(
            members=settings.rate_members,
            spends=settings.rate_spends,
            admins=settings.rate_admins,
            addresses=settings.rate_addresses,
        )
    )
    shared = None if ctx.redis is None else Shared(ctx.redis)
    return Limits(
        Counting(ctx.secret, shared),
        quotas,
        load,
        AtOnce(settings.client_requests_max),
    )


def _keyring(ctx: Context, settings: Settings) -> Keyring:
    return Keyring(
        functools.partial(find_key, ctx.db),
        functools.partial(note_key_use, ctx.db),
        functools.partial(find_token, ctx.db),
        members=_member_tokens(ctx, settings),
        oidc=_staff_oidc(ctx, settings),
    )


def _staff_oidc(ctx: Context, settings: Settings) -> StaffOidc | None:
    """None: staff sign in here only."""
    issuer, audience = settings.staff_oidc_issuer, settings.staff_oidc_audience
    if issuer is None or audience is None:
        return None
    return StaffOidc(
        Tokens(issuer, audience, Jwks(issuer=issuer)),
        functools.partial(find_account_named, ctx.db),
        settings.staff_oidc_login_claim,
    )


def _member_tokens(ctx: Context, settings: Settings) -> MemberTokens | None:
    """None: no issuer of tokens for members is set."""
    issuer, audience = settings.member_token_issuer, settings.member_token_audience
    if issuer is None or audience is None:
        return None
    seconds = settings.step_up_minutes * 60
    return MemberTokens(
        Tokens(issuer, audience, Jwks(settings.member_token_jwks_url)),
        functools.partial(find_bearer, ctx, kind=settings.member_token_subject),
        Freshness(StepUp(settings.step_up_units, seconds), settings.step_up_levels()),
    )
