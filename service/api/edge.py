"""The outermost layer of HTTP: request ids, limits, errors as problems, the log.

It stands where Litestar has its own exception layer and calls the router directly: one layer less,
and one place where an error becomes an answer, also for what the router itself refuses. Where an
address has nothing in it to be read it calls the route itself.
"""

import re
import time
import types
from collections.abc import Mapping
from typing import Final

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from service.api.body import ClientGone, pass_over
from service.api.call import Call
from service.api.errors import InternalError
from service.api.headers import refuse_abuse, request_id
from service.api.problems import expected, problem
from service.api.reply import Reply
from service.api.services import Services
from service.domain.staff.errors import SignInRefused
from service.infra.db import DatabaseUnavailable
from service.infra.meter import SILENT, Meter
from service.kernel.errors import Unauthenticated

SLOW_SECONDS: Final = 1.0
REFUSED: Final = 400
COUNTED: Final = (Unauthenticated, SignInRefused)  # against the address they came from
GONE: Final = 499  # the log's word for a caller that hung up; nobody is sent it

_NONE: Final[Mapping[tuple[str, str], ASGIApp]] = types.MappingProxyType({})
_HOST: Final = re.compile(rb"[0-9A-Za-z.:-]+")  # plain ones; the router judges all others

_log = structlog.get_logger("regulars.http")


class Edge:
    """`services` is set once the process has started; servers send no request before.

    `verbose`: log every request, not only those that were refused, failed or took long. `direct`:
    routes by (method, path), for which the router would find nothing else to do.
    """

    services: Services

    def __init__(
        self,
        router: ASGIApp,
        direct: Mapping[tuple[str, str], ASGIApp] = _NONE,
        *,
        verbose: bool = False,
    ) -> None:
        self._router = router
        self._direct = direct
        self._verbose = verbose
        self.meter: Meter = SILENT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        began = time.perf_counter()
        call = Call(scope, receive, self.services)
        call.request_id = request_id(call)
        scope["call"] = call  # type: ignore[typeddict-unknown-key]
        limits, is_in = self.services.limits, False
        try:
            limits.enter(call)
            is_in = True
            refuse_abuse(call)
            direct = self._direct.get((call.method, scope["path"]))
            if direct is None or scope.get("root_path") or not _is_host(call):
                await self._router(scope, receive, send)
            else:
                scope["path_template"] = scope["path"]
                await direct(scope, receive, send)
        except ClientGone:
            call.status = GONE
        except Exception as error:
            if call.status:  # the answer had begun: all that is left is to hang up
                raise
            if isinstance(error, COUNTED):
                error = await limits.count_refused(call, error)
            await pass_over(call)
            await _explain(call, error)(scope, receive, send)
        finally:
            limits.leave(call)
            seconds = time.perf_counter() - began
            if not call.lasts:
                self.meter.request(call.method, pattern(scope), call.status, seconds)
            is_slow = seconds > SLOW_SECONDS and not call.lasts
            if is_in and (call.status >= REFUSED or is_slow or self._verbose):
                _note(call, seconds)  # of those that are refused at the door one line tells
            del scope["call"]  # type: ignore[typeddict-item]  # the two name each other


def _is_host(call: Call) -> bool:
    """What the router lets through; it refuses the others."""
    host = call.headers.get(b"host")
    return host is None or _HOST.fullmatch(host) is not None


def _explain(call: Call, error: Exception) -> Reply:
    name = call.request_id.decode()
    found = expected(error)
    if found is None:
        _log.error("bug", request_id=name, exc_info=error)
        found = InternalError()
    elif isinstance(found, DatabaseUnavailable):
        # of each request: what failed is told, not where, which is the same for all of them
        why = type(error.__cause__ or error).__name__
        _log.warning("database_unavailable", request_id=name, why=why)
    return problem(found, name)


def pattern(scope: Scope) -> str:
    """Of the route; "" where there is none."""
    return scope.get("path_template", "")


def _note(call: Call, seconds: float) -> None:
    """The route is named by its pattern: an address holds ids."""
    _log.info(
        "request",
        request_id=call.request_id.decode(),
        method=call.method,
        route=pattern(call.scope),
        status=call.status,
        ms=round(seconds * 1000, 1),
    )
