"""What a relay sends, and what a sink is."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Protocol

import msgspec


class Placed(msgspec.Struct, frozen=True):
    """An event with its place in its shard; `body` is the CloudEvent."""

    pub_seq: int
    event_id: uuid.UUID
    type: str
    body: bytes


class Standing(msgspec.Struct, frozen=True):
    """Where a shard is: what was sent up to `position`, of what has a place up to `last_seq`."""

    shard: int
    position: int
    last_seq: int


class Lag(msgspec.Struct, frozen=True):
    """What a sink was not sent yet; `oldest`: since when, None: there is nothing."""

    sink: str
    events: int
    oldest: dt.datetime | None


class Top(msgspec.Struct, frozen=True):
    """The last event a sink has of a shard; `place` 0: none. `event_id` None: it cannot tell.

    `refusal`: why it did not take all that it was given, in its words.
    """

    place: int
    event_id: str | None = None
    refusal: str | None = None


class Sink(Protocol):
    """Where events go. Whatever it raises of `lost` means that it is away."""

    @property
    def name(self) -> str:
        """A short one: positions and metrics have it."""

    @property
    def lost(self) -> tuple[type[Exception], ...]:
        """What is raised while the sink is away."""

    async def send(self, shard: int, after: int, events: Sequence[Placed]) -> Top:
        """Add the events, in order up to the first that is refused; the last there is now.

        Nothing is added unless the last one there is that of place `after`.
        """
