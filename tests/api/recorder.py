"""The entrance alone: verbs and reads are things that count calls and answer what they are told."""

import contextlib
import datetime as dt
import functools
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

from litestar import Litestar

from service.api.authentication import Keyring
from service.api.docs.build import build_pages
from service.api.limits.concurrency import AtOnce
from service.api.limits.counting import Counting
from service.api.limits.entrance import Limits
from service.api.limits.load import Load
from service.api.limits.policies import Quotas, Rates
from service.api.pages import Pages
from service.api.route import Route
from service.api.services import Services
from service.api.table import ROUTES
from service.app import assemble, edge_of
from service.domain.access import codes
from service.domain.access.types import KeyRow
from service.flows.readiness import Standing

NOW: Final = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
CLIENT_ID: Final = uuid.UUID("11111111-1111-4111-8111-111111111111")


def unlimited() -> Limits:
    """Limits that nothing reaches."""
    no_rates = Quotas(Rates(members=0, spends=0, admins=0, addresses=0))
    return Limits(Counting(b"", None), no_rates, Load(10_000), AtOnce(10_000))


class Recorder:
    """Any method: remembers its arguments, then answers or raises what `answers` says."""

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        self.answers = answers or {}
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*given: Any, **named: Any) -> Any:
            self.calls.append((name, given, named))
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class Alone:
    """An entrance with recorders behind it, and a key that may do what it was asked to."""

    def __init__(self, application: Litestar, verbs: Recorder, reads: Recorder, key: str) -> None:
        self.application = application
        self.verbs = verbs
        self.reads = reads
        self.key = key
        self.reasons: dict[str, str] = {}
        self.warnings: dict[str, str] = {}

    def untouched(self) -> bool:
        """True while nothing has passed the entrance."""
        return not self.verbs.calls and not self.reads.calls

    async def ready(self) -> Standing:
        """Whether it is ready."""
        return Standing(self.reasons, self.warnings)

    async def metrics(self) -> bytes:
        """Figures."""
        return b"regulars_figure 1.0\n"


def row_of(code: codes.Code, scopes: Iterable[str], store: str | None = None) -> KeyRow:
    """A live key as the database has it."""
    return KeyRow(
        kid=code.kid,
        client_id=CLIENT_ID,
        name="tests",
        secret_sha256=code.secret_sha256,
        scopes=frozenset(scopes),
        store=store,
        expires_at=NOW + dt.timedelta(days=1),
        revoked_at=None,
        last_used_at=None,
        read_at=NOW,
    )


@functools.cache
def _pages(*, docs: bool) -> Pages:
    return build_pages(ROUTES, docs=docs)


async def note_nothing(_key: KeyRow) -> None:
    """Uses of a key are not written down here."""


async def find_nobody(_kid: str) -> None:
    """Nobody is signed in."""


@contextlib.asynccontextmanager
async def alone(
    *,
    verbs: dict[str, Any] | None = None,
    reads: dict[str, Any] | None = None,
    scopes: Iterable[str] = ("admin:*",),
    store: str | None = None,
    routes: Sequence[Route] = ROUTES,
    docs: bool = True,
    limits: Limits | None = None,
) -> AsyncIterator[Alone]:
    """An entrance without a database."""
    key, code = codes.issue(codes.Mode.TEST)
    row = row_of(code, scopes, store)

    async def find(kid: str) -> KeyRow | None:
        return row if kid == code.kid else None

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        edge_of(app).services = Services(
            verbs=one.verbs,  # type: ignore[arg-type]
            reads=one.reads,  # type: ignore[arg-type]
            keyring=Keyring(find, note_nothing, find_nobody),
            pages=_pages(docs=docs),
            ready=one.ready,
            limits=limits or unlimited(),
            metrics=one.metrics,
        )
        yield

    one = Alone(assemble(routes, lifespan), Recorder(verbs), Recorder(reads), key)
    async with one.application.lifespan():
        yield one
