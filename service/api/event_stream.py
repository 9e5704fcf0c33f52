"""Server-sent events (WHATWG HTML, 9.2): a member's events as text, in an answer that lasts.

As long as the listener reads, may listen, and half an hour at most (so that balancers and deploys
get rid of it); then it ends in order, and the listener comes again with the id of what it has.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar.types import Receive, Scope, Send

from service.api.call import Call
from service.api.problems import expected
from service.api.reply import Reply
from service.domain.events.told import SCOPES, Row
from service.flows.reads.streams import Beginning, Page, Streams, Subscription
from service.kernel.actor import Actor
from service.kernel.errors import Unavailable

EVENT_STREAM: Final = "text/event-stream"
RESET: Final = "regulars.stream.reset"
HEARTBEAT_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 45.0  # with a heartbeat in between the actor is looked at each minute
SEND_SECONDS_MAX: Final = 20.0  # for a listener to take what was sent
RETRY_MS: Final = 3000
SHORTEST: Final = 0.8  # of the longest life: those that begin together do not end together
# Nginx would keep events back until its buffer is full.
_HEADERS: Final = ((b"x-accel-buffering", b"no"),)

Again = Callable[[], Awaitable[Actor]]


class EventStream(Reply):
    """An answer that lasts. `again` asks who listens once more.

    From when it has begun it counts no more as a request that is at work.
    """

    __slots__ = ("_actor", "_again", "_beginning", "_streams")

    def __init__(
        self,
        streams: Streams,
        beginning: Beginning,
        actor: Actor,
        again: Again,
    ) -> None:
        super().__init__(200, b"", media=EVENT_STREAM.encode(), headers=_HEADERS)
        self._streams = streams
        self._beginning = beginning
        self._actor = actor
        self._again = again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until it is over or nobody listens; to HEAD the headers only."""
        call: Call = scope["call"]  # type: ignore[typeddict-item]  # set by edge.py
        if call.method == "HEAD":
            await send(self.start(call, scope, None))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        with self._streams.subscribed(self._beginning) as subscription:
            call.lasts = True
            call.services.limits.leave(call)  # it has a limit of its own
            await send(self.start(call, scope, None))
            telling = asyncio.create_task(self._tell(subscription, send))
            leaving = asyncio.create_task(_left(receive))
            try:
                await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                leaving.cancel()
                telling.cancel()
                await asyncio.gather(telling, leaving, return_exceptions=True)
            if not telling.cancelled():
                telling.result()

    async def _tell(self, subscription: Subscription, send: Send) -> None:
        """All of it, to its end in order. Who takes nothing is hung up on, and may come again."""
        clock = asyncio.get_running_loop().time
        longest = self._streams.limits.seconds_max
        ends_at = clock() + longest * random.uniform(SHORTEST, 1)  # noqa: S311  # no secret
        look_at = clock() + LOOK_SECONDS
        text, position = _opening(self._beginning), self._beginning.position
        while await _sent(send, text, more=True):
            # Nobody is sent away without all there was when they came, or some would never get on.
            left = ends_at - clock() if position >= self._beginning.newest else HEARTBEAT_SECONDS
            page = await subscription.take(min(HEARTBEAT_SECONDS, left)) if left > 0 else None
            if page is not None and clock() >= look_at:
                page = page if await self._is_still_accepted() else None
                look_at = clock() + LOOK_SECONDS
            if page is None or (not page.rows and left < HEARTBEAT_SECONDS):
                await _sent(send, b"", more=False)
                return
            text, position = self._text(page), page.position

    async def _is_still_accepted(self) -> bool:
        """Whether who listens may; while that cannot be found out, nothing can be told either."""
        try:
            self._actor = await self._again()
        except Exception as error:
            found = expected(error)
            if found is None:
                raise
            return isinstance(found, Unavailable)
        return True

    def _text(self, page: Page) -> bytes:
        """Events that the actor may know of; if there is none, a sign of life and the place."""
        told = [_event(row) for row in page.rows if self._actor.may(SCOPES[row.type])]
        holder_id = self._beginning.holder_id
        return b"".join(told) or f":\nid: {holder_id}-{page.position}\n\n".encode()


def _opening(beginning: Beginning) -> bytes:
    """How soon to come again, and the place: who is cut off at once has it already."""
    place = f"id: {beginning.holder_id}-{beginning.position}\n"
    if not beginning.is_reset:
        return f"retry: {RETRY_MS}\n{place}\n".encode()
    data = f'{{"member_id":"{beginning.holder_id}"}}'
    return f"retry: {RETRY_MS}\n{place}event: {RESET}\ndata: {data}\n\n".encode()


def _event(row: Row) -> bytes:
    """One event; JSON has no line ends of its own, but for what somebody wrote otherwise."""
    data = row.body.replace(b"\n", b"\ndata: ")
    return b"id: %s-%d\nevent: %s\ndata: %s\n\n" % (
        str(row.holder_id).encode(),
        row.version,
        row.type.encode(),
        data,
    )


async def _sent(send: Send, text: bytes, *, more: bool) -> bool:
    """Whether the listener took it in time."""
    message: Any = {"type": "http.response.body", "body": text, "more_body": more}
    try:
        async with asyncio.timeout(SEND_SECONDS_MAX):
            await send(message)
    except (TimeoutError, OSError):
        return False
    return True


async def _left(receive: Receive) -> None:
    """Until the caller hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
