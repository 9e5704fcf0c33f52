"""Streams: what happens to a member, told to whoever listens, within a second.

One hub per process looks at the versions of all holders that somebody listens to, twice a second
and in one statement, and reads the outbox rows of those that grew, by primary key. So a listener
costs an index look-up each half second whatever is sold meanwhile, and needs neither the sequencer
(a holder's version is its own order), nor Redis (which may be lost at any moment), nor LISTEN
(which a pooler or a distributed PostgreSQL does not have). Without listeners nothing is asked.

Nothing is left out: a version is given under the lock of the holder's row, in the transaction that
writes the event, so who sees version n sees all events up to n, and the next one after n only.

A listener who is behind is given a page, and the next one when that is taken: what waits for a slow
one is a page at most. A member who is gone (another one now, or erased) is told that, and it ends.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec
import structlog

from service.domain.events import told
from service.domain.events.errors import StreamsFull, TooManyStreams
from service.domain.events.told import Place, Row
from service.domain.holders import store as holders
from service.domain.holders.types import Found, Kind
from service.domain.members.errors import MemberNotFound
from service.flows.reads import telling
from service.flows.steps.context import Context
from service.flows.steps.gone import refuse_gone
from service.infra.outages import AGAIN, LOST
from service.kernel.errors import ExpectedError

T = TypeVar("T")

POLL_SECONDS: Final = 0.5
PAUSE_SECONDS: Final = 0.02  # between rounds of those who are behind
PER_MEMBER_MAX: Final = 5  # of one member in a process: phone, tablet, a few tabs
PAGE_MAX: Final = 32  # events that wait for a listener
HOLDERS_AT_ONCE: Final = 1000  # in a statement
PAGES_AT_ONCE: Final = 32
AGAIN_SECONDS: Final = 30  # when somebody who was refused may try again

log = structlog.get_logger("streams")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many streams a process has, and how long one lasts: then its listener comes again."""

    streams_max: int = 1000
    seconds_max: float = 1800.0


class Beginning(msgspec.Struct, frozen=True):
    """From after which version of whom; `newest`: the version there was then.

    `is_reset`: what the listener knows is something else.
    """

    holder_id: uuid.UUID
    position: int
    newest: int
    is_reset: bool = False


async def begin(ctx: Context, member_id: uuid.UUID, known: Place | None) -> Beginning:
    """Where a stream goes on after what is known, None: now; MemberNotFound and who is gone.

    What is known of another member (who is this one by now, or was), or of versions that there are
    not (a database that was restored), is no place here.
    """
    async with ctx.db.reading() as tx:
        found = (await holders.find(tx, [member_id])).get(member_id)
    if found is None or found.kind != Kind.MEMBER:
        raise MemberNotFound
    refuse_gone([found])
    if known is None:
        return Beginning(member_id, found.version, found.version)
    if known[0] != member_id or known[1] > found.version:
        return Beginning(member_id, found.version, found.version, is_reset=True)
    return Beginning(member_id, known[1], found.version)


class Page(NamedTuple):
    """Events that are to be told; with them everything up to the version `position` is."""

    rows: Sequence[Row]
    position: int


class Subscription:
    """One listener. All events up to the version `position` are in the page, or were before it."""

    __slots__ = ("_is_full", "_is_over", "_page", "_ready", "_wake", "holder_id", "position")

    def __init__(self, beginning: Beginning, wake: asyncio.Event) -> None:
        self.holder_id = beginning.holder_id
        self.position = beginning.position
        self._wake = wake
        self._page: Sequence[Row] = ()
        self._is_full = False
        self._is_over = False
        self._ready = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """The last page was taken."""
        return not self._page and not self._is_over

    def give(self, page: Sequence[Row], position: int, *, is_full: bool) -> None:
        """Events that are to be told, up to a version; full: there may be more."""
        self._page, self.position, self._is_full = page, position, is_full
        if page:
            self._ready.set()
        elif is_full:
            self._wake.set()

    def end(self) -> None:
        """Nothing comes after the page."""
        self._is_over = True
        self._ready.set()

    async def take(self, seconds: float) -> Page | None:
        """The next page; without rows when none came in so many seconds, None when it is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        page, self._page = Page(self._page, self.position), ()
        if not self._is_over:
            self._ready.clear()
            if page.rows and self._is_full:
                self._wake.set()
        return None if self._is_over and not page.rows else page


class Streams:
    """The hub: all listeners of a process."""

    def __init__(self, ctx: Context, limits: Limits) -> None:
        self._ctx = ctx
        self.limits = limits
        self._listening: dict[uuid.UUID, set[Subscription]] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_ending = False

    @property
    def count(self) -> int:
        """How many listen."""
        return sum(map(len, self._listening.values()))

    @contextlib.contextmanager
    def subscribed(self, beginning: Beginning) -> Iterator[Subscription]:
        """Listens; StreamsFull, TooManyStreams."""
        self._refuse_more(beginning.holder_id)
        one = Subscription(beginning, self._wake)
        self._listening.setdefault(one.holder_id, set()).add(one)
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="streams")
        try:
            yield one
        finally:
            self._listening[one.holder_id].discard(one)
            if not self._listening[one.holder_id]:
                del self._listening[one.holder_id]
            self._wake.set()

    def _refuse_more(self, holder_id: uuid.UUID) -> None:
        if self._is_ending or self.count >= self.limits.streams_max:
            raise StreamsFull(retry_after_seconds=AGAIN_SECONDS)
        if len(self._listening.get(holder_id, ())) >= PER_MEMBER_MAX:
            raise TooManyStreams(streams_max=PER_MEMBER_MAX, retry_after_seconds=AGAIN_SECONDS)

    def end(self) -> None:
        """The process stops: all streams end now, no other begins."""
        self._is_ending = True
        for one in [one for those in self._listening.values() for one in those]:
            one.end()

    async def stop(self) -> None:
        """The same, and nothing is asked of the database any more."""
        self.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._listening:
            self._wake.clear()
            try:
                await self._round()
            except (*AGAIN, *LOST, ExpectedError) as failure:
                log.warning("streams_behind", failure=type(failure).__name__)
                await asyncio.sleep(POLL_SECONDS)
            except Exception:  # a mistake of ours must not end the streams of everybody
                log.exception("streams_behind")
                await asyncio.sleep(POLL_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS - PAUSE_SECONDS):
                    await self._wake.wait()

    async def _round(self) -> None:
        async with self._ctx.db.reading() as tx:
            for some in _parts(list(self._listening), HOLDERS_AT_ONCE):
                found = await holders.find(tx, some)
                for places in _parts(self._behind(found), PAGES_AT_ONCE):
                    pages = await told.after(tx, places, PAGE_MAX)
                    shown = await telling.shown(tx, self._ctx, pages)
                    for place, rows in pages.items():
                        self._give(place, rows, shown[place], found[place[0]].version)
                self._end_gone(some, found)

    def _behind(self, found: Mapping[uuid.UUID, Found]) -> list[Place]:
        """Where those stand who can be told more."""
        places = {
            (holder_id, one.position)
            for holder_id, holder in found.items()
            for one in self._listening.get(holder_id, ())
            if one.has_room and one.position < holder.version
        }
        return sorted(places)

    def _give(self, place: Place, rows: Sequence[Row], shown: Sequence[Row], seen: int) -> None:
        is_full = len(rows) == PAGE_MAX
        last = rows[-1].version if rows else seen
        for one in self._listening.get(place[0], ()):
            if one.has_room and one.position == place[1]:
                one.give(shown, last if is_full else max(last, seen), is_full=is_full)

    def _end_gone(self, asked: Sequence[uuid.UUID], found: Mapping[uuid.UUID, Found]) -> None:
        for holder_id in asked:
            holder = found.get(holder_id)
            if holder is not None and holder.merged_into is None and not holder.is_erased:
                continue
            for one in self._listening.get(holder_id, ()):
                if holder is None or one.position >= holder.version:
                    one.end()


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
