"""NATS JetStream as a sink: subjects `regulars.ev.<shard>` of the stream REGULARS_EVENTS.

A message says which one of its subject it follows, so NATS refuses one of a relay that was stalled,
or that lost an answer, rather than have it in the wrong place.
"""

from collections.abc import Sequence
from typing import Any, Final

from service.domain.relays.types import Placed, Top
from service.infra.jetstream import JetStream

NAME: Final = "nats"
STREAM: Final = "REGULARS_EVENTS"
_NO_STREAM: Final = 10059  # and not: no message of the subject
_FOLLOWS: Final = "Nats-Expected-Last-Subject-Sequence"
_MESSAGE_ID: Final = "Nats-Msg-Id"
_PLACE: Final = "Regulars-Place"
_ID: Final = "Ce-Id"
_TYPE: Final = "Ce-Type"


def subject_of(shard: int) -> str:
    """The subject of a shard."""
    return f"regulars.ev.{shard}"


class Subjects:
    """`jetstream`: the connection of the process."""

    name = NAME

    def __init__(self, jetstream: JetStream) -> None:
        self._jetstream = jetstream
        self.lost = jetstream.lost

    async def send(self, shard: int, after: int, events: Sequence[Placed]) -> Top:
        """As the protocol says."""
        from nats.errors import MaxPayloadError  # noqa: PLC0415 an extra
        from nats.js.errors import APIError  # noqa: PLC0415

        context = await self._jetstream.context()
        top, sequence = await self._top(context, shard)
        if top.place != after:
            return top
        for one in events:
            headers = {
                _FOLLOWS: str(sequence),
                _MESSAGE_ID: f"{shard}-{one.pub_seq}-{one.event_id}",
                _PLACE: str(one.pub_seq),
                _ID: str(one.event_id),
                _TYPE: one.type,
            }
            try:
                answer = await context.publish(subject_of(shard), one.body, headers=headers)
            except APIError as refused:
                return Top(top.place, top.event_id, refused.description or "refused")
            except MaxPayloadError:
                return Top(top.place, top.event_id, "larger than this server's max_payload")
            top, sequence = Top(one.pub_seq, str(one.event_id)), answer.seq
        return top

    async def _top(self, context: Any, shard: int) -> tuple[Top, int]:
        """The last message of a subject, and its number in the stream; makes the stream."""
        from nats.js.errors import NotFoundError  # noqa: PLC0415

        try:
            last = await context.get_last_msg(STREAM, subject_of(shard))
        except NotFoundError as missing:
            if missing.err_code == _NO_STREAM:
                await context.add_stream(name=STREAM, subjects=["regulars.ev.*"])
            return Top(0), 0
        headers = last.headers or {}
        return Top(int(headers.get(_PLACE, 0)), headers.get(_ID)), last.seq
