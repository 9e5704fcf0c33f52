"""Puts the service together: the only file that opens the database and builds the application.

`create_app` answers an ASGI application that opens everything when its lifespan starts; `assemble`
is the part without a database. An application whose routes do not all declare a scope (or that they
are public) is refused.
"""

import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from litestar import Litestar
from litestar.events import BaseEventEmitterBackend
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Scope

from service.api.authentication import Keyring
from service.api.docs.build import build_pages
from service.api.edge import Edge
from service.api.pages import Pages
from service.api.reply import Reply
from service.api.route import PUBLIC, Route, RouteWithoutScope, as_litestar, asgi
from service.api.services import Services
from service.api.table import ROUTES
from service.domain.access.roles import SCOPES
from service.flows.build import build
from service.flows.keys.note_key_use import note_key_use
from service.flows.reads.keys import find_key
from service.flows.reads.staff import find_token
from service.infra.db import Database
from service.infra.settings import Settings, from_environment
from service.jobs.clock import Clock

Lifespan = Callable[[Litestar], contextlib.AbstractAsyncContextManager[None]]


def create_app_from_environment() -> Litestar:
    """For servers that take a factory: `service.app:create_app_from_environment`."""
    return create_app(from_environment())


def create_app(settings: Settings, *, jobs: bool = True) -> Litestar:
    """The application; it opens the database when its lifespan starts and drains when that ends.

    `jobs` False: what is due is left to somebody else.
    """
    pages = _pages(docs=settings.docs)

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        db = await _database(settings)
        built = build(db, settings)
        edge_of(app).services = Services(
            verbs=built.verbs,
            reads=built.reads,
            keyring=_keyring(db),
            pages=pages,
            ready=built.check,
        )
        clock = Clock(built.ctx)
        try:
            await built.start()
            if jobs:
                clock.start()
            yield
        finally:
            await clock.stop()
            await built.stop()

    return assemble(ROUTES, lifespan, verbose=settings.log_level == "debug")


@functools.cache
def _pages(*, docs: bool) -> Pages:
    """Of the code alone, so made once by a process that serves several databases, as tests do."""
    return build_pages(ROUTES, docs=docs)


def assemble(routes: Sequence[Route], lifespan: Lifespan, *, verbose: bool = False) -> Litestar:
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
    app.asgi_handler = Edge(app.asgi_router, direct, verbose=verbose)  # see edge.py
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


async def _database(settings: Settings) -> Database:
    """All connections at once: so no request waits, in its half second, for one to be made."""
    size = settings.pool_size_max
    return await Database.open(
        settings.database_url, size, size, wait_seconds=settings.pool_wait_seconds
    )


def _keyring(db: Database) -> Keyring:
    return Keyring(
        functools.partial(find_key, db),
        functools.partial(note_key_use, db),
        functools.partial(find_token, db),
    )
