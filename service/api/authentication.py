"""Who asks: API keys as bearer tokens, looked up once and then remembered for a short while.

What is remembered is found by the SHA-256 of the header, so no secret stays in memory, and how long
a look-up takes says nothing about a secret. Keys that were refused are remembered apart (and
shorter), so that a flood of wrong ones cannot push out the right ones; requests with the same key
share one look-up, and look-ups use two connections at most.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog

from service.domain.access import codes
from service.domain.access.errors import KeyMissing, KeyNotAccepted
from service.domain.access.types import KeyRow
from service.kernel.actor import Actor, ActorKind

KNOWN_SECONDS: Final = 30.0
REFUSED_SECONDS: Final = 5.0
REMEMBERED_MAX: Final = 4096
LOOKUPS_MAX: Final = 2
HEADER_LENGTH_MAX: Final = 256
_NOBODY: Final = bytes(32)

Find = Callable[[str], Awaitable[KeyRow | None]]
Note = Callable[[KeyRow], Awaitable[None]]

_log = structlog.get_logger("regulars.access")


class Known(msgspec.Struct, frozen=True):
    """An answer that is still good before `until` (monotonic seconds)."""

    actor: Actor | None
    until: float


class Keyring:
    """`find` reads a key by its kid; `note` writes down that it was used."""

    def __init__(self, find: Find, note: Note, clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._note = note
        self._clock = clock
        self._known: dict[bytes, Known] = {}
        self._refused: dict[bytes, Known] = {}
        self._asked: dict[bytes, asyncio.Task[Actor | None]] = {}
        self._lookups = asyncio.Semaphore(LOOKUPS_MAX)

    def remembered(self, header: bytes | None) -> Actor | None:
        """The actor, when this very header was accepted a moment ago; the normal case."""
        if header is None:
            return None
        known = self._known.get(hashlib.sha256(header).digest())
        return known.actor if known is not None and self._clock() < known.until else None

    async def actor(self, header: bytes | None) -> Actor:
        """The actor of an Authorization header; raises KeyMissing or KeyNotAccepted."""
        code = _code(header)
        digest = hashlib.sha256(header or b"").digest()
        for memory in (self._known, self._refused):
            known = memory.get(digest)
            if known is not None and self._clock() < known.until:
                return _accepted(known.actor)
        task = self._asked.get(digest)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._look_up(code, digest))
            self._asked[digest] = task
            task.add_done_callback(lambda done: self._forget_task(digest, done))
        return _accepted(await asyncio.shield(task))

    async def _look_up(self, code: codes.Code, digest: bytes) -> Actor | None:
        async with self._lookups:
            row = await self._find(code.kid)
            stored = _NOBODY if row is None else row.secret_sha256
            same = hmac.compare_digest(stored, code.secret_sha256)
            if row is None or not same or not row.is_live():
                _remember(self._refused, digest, Known(None, self._clock() + REFUSED_SECONDS))
                return None
            seconds = min(KNOWN_SECONDS, (row.expires_at - row.read_at).total_seconds())
            actor = _actor(row)
            _remember(self._known, digest, Known(actor, self._clock() + seconds))
            await self._note_use(row)
            return actor

    async def _note_use(self, row: KeyRow) -> None:
        try:
            await self._note(row)
        except Exception:  # noqa: BLE001  # a key is good even while nothing can be written
            _log.warning("key_use_not_noted", kid=row.kid, exc_info=True)

    def _forget_task(self, digest: bytes, task: asyncio.Task[Actor | None]) -> None:
        del self._asked[digest]
        if not task.cancelled():
            task.exception()  # marks it as seen: whoever waited has it, and all may have left


def _code(header: bytes | None) -> codes.Code:
    if header is None:
        raise KeyMissing
    kind, _, token = header[:HEADER_LENGTH_MAX].partition(b" ")
    if kind.lower() != b"bearer":
        raise KeyMissing
    code = codes.read(token.decode("latin-1"))
    if code is None:
        raise KeyNotAccepted
    return code


def _accepted(actor: Actor | None) -> Actor:
    if actor is None:
        raise KeyNotAccepted
    return actor


def _actor(row: KeyRow) -> Actor:
    return Actor(
        kind=ActorKind.PARTNER,
        id=row.name,
        client_id=row.client_id,
        scopes=row.scopes,
        store=row.store,
    )


def _remember(memory: dict[bytes, Known], digest: bytes, known: Known) -> None:
    """The newest last; when there are too many, the oldest goes."""
    memory.pop(digest, None)
    memory[digest] = known
    if len(memory) > REMEMBERED_MAX:
        del memory[next(iter(memory))]
