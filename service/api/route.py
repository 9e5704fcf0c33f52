"""A route: everything about one operation in one place, for Litestar and for the documentation.

`@route(…)` turns a handler into a `Route`; `table.py` lists them. What a route takes is read by the
runner before the handler is called, so nothing is documented that is not checked, and nothing gets
in that is not documented. The name of the handler is the operationId and the name of the verb.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from service.api import deadline
from service.api.body import Body, pass_over
from service.api.call import Call
from service.api.deadline import within
from service.api.errors import TookTooLong
from service.api.own_member import as_own, refuse_others
from service.api.query import Query, refuse_query
from service.api.reply import Reply
from service.api.seeing import seen
from service.domain.access.errors import NetworkNotAllowed, ScopeMissing
from service.domain.access.roles import SCOPES
from service.domain.audit.acts import Act
from service.domain.members.errors import MemberErased, MemberNotFound
from service.domain.transfers.errors import RecipientNotFound
from service.infra.addresses import is_within
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError

T = TypeVar("T")

PUBLIC: Final = "public"
Handler = Callable[[Call, Any], Awaitable[Reply]]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation answers under one status: a type or, where it is not ours, a schema."""

    what: str
    body: Any = None  # a Struct type; None: no body
    schema: Mapping[str, Any] | None = None
    media: str = "application/json"
    page: bool = False  # also as text/html, for those who ask for it
    headers: tuple[str, ...] = ()


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `scope` is one of roles.SCOPES or PUBLIC; `path` in the form of OpenAPI.

    `refuses`: errors of the verb, besides those every route of its kind can answer.
    `key`: "optional" or "required" when it takes an Idempotency-Key. `tagged`: answers an ETag.
    """

    method: str
    path: str
    scope: str
    tag: str
    handler: Handler
    takes: Body[Any] | Query[Any] | None = None
    answers: Mapping[int, Answer]
    refuses: tuple[type[ExpectedError], ...] = ()
    key: str | None = None
    tagged: bool = False
    languages: bool = False  # Accept-Language picks the texts
    is_long: bool = False  # works in parts: all of them take longer than other work may
    spends: bool = False  # takes units out of a wallet, or keeps them
    acts: tuple[Act, ...] = ()  # of administration: each is written down (seeing.py)
    own: tuple[str, ...] | None = None  # where members' tokens name theirs: own_member.py

    @property
    def operation_id(self) -> str:
        """The name of the handler, which is that of the verb."""
        return self.handler.__name__

    @property
    def description(self) -> str:
        """What the handler promises."""
        return inspect.getdoc(self.handler) or ""


class RouteWithoutScope(Exception):
    """A route declares neither a scope nor that it is public; the service does not start."""


def route(
    method: str,
    path: str,
    *,
    scope: str,
    tag: str,
    answers: Mapping[int, Answer],
    takes: Body[T] | Query[T] | None = None,
    refuses: tuple[type[ExpectedError], ...] = (),
    **more: Any,
) -> Callable[[Callable[[Call, T], Awaitable[Reply]]], Route]:
    """Declare the handler below as an operation; `more` are the other fields of Route.

    Where a member may be unknown, one may have been erased too.
    """
    if scope not in SCOPES and scope != PUBLIC:
        raise RouteWithoutScope(f"{method} {path}: '{scope}' is no scope")
    unknown = MemberNotFound in refuses or RecipientNotFound in refuses
    gone = (MemberErased,) if unknown and MemberErased not in refuses else ()

    def declare(handler: Callable[[Call, T], Awaitable[Reply]]) -> Route:
        return Route(
            method=method,
            path=path,
            scope=scope,
            tag=tag,
            handler=handler,
            takes=takes,
            answers=answers,
            refuses=(*refuses, *gone),
            **more,
        )

    return declare


def as_litestar(given: Route) -> HTTPRouteHandler:
    """The route for Litestar's router; its parameters are parsed by us, so it sees text only.

    What answers is a middleware that calls nothing further: from there to a handler function
    Litestar makes a request object, an exit stack, keyword arguments and a response handler, which
    is half of the time of a request and nothing to us.
    """
    answer = asgi(given)

    def instead(app: ASGIApp) -> ASGIApp:
        del app
        return answer

    async def handler() -> None:
        """Never called."""

    methods = ["GET", "HEAD"] if given.method == "GET" else [given.method]
    return HTTPRouteHandler(
        given.path.replace("}", ":str}"),
        http_method=methods,  # type: ignore[arg-type]  # its Literal
        name=given.operation_id,
        opt={"scope": given.scope},
        middleware=[instead],
        include_in_schema=False,
        status_code=204,
    )(handler)


def asgi(route_: Route) -> ASGIApp:
    """The route as an ASGI application behind the edge: authorise, read, handle, send."""
    takes, handler, needed = route_.takes, route_.handler, route_.scope
    spends, own, acts = route_.spends, route_.own, route_.acts
    is_long = route_.is_long

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        call: Call = scope["call"]  # type: ignore[typeddict-item]  # set by edge.py
        if needed != PUBLIC:
            call.actor = await authorised(call, needed)
            await call.services.limits.count(call, spends=spends)
            refuse_others(call, own)
            if acts:
                call.actor = seen(call)
        if not isinstance(takes, Query):
            refuse_query(call)
        given = None if takes is None else await takes.read(call)
        await pass_over(call)
        if needed != PUBLIC:
            given = as_own(call.actor, own, given)
        seconds = deadline.LONG_SECONDS_MAX if is_long else deadline.HANDLER_SECONDS_MAX
        reply = await within(seconds, handler(call, given), TookTooLong)
        await reply(scope, receive, send)

    return run


async def authorised(call: Call, needed: str) -> Actor:
    """Who asks; asked again while an answer lasts. The errors of keys, tokens and scopes."""
    header, staff = call.headers.get(b"authorization"), call.headers.get(b"regulars-staff")
    keyring = call.services.keyring
    actor = keyring.remembered(header, staff) or await keyring.actor(header, staff)
    if needed not in actor.scopes and "admin:*" not in actor.scopes:
        raise ScopeMissing(scope=needed)
    if actor.networks:
        _refuse_network(call, actor)
    return actor


def _refuse_network(call: Call, actor: Actor) -> None:
    address = call.address
    if address is None or not is_within(address, actor.networks):
        raise NetworkNotAllowed
