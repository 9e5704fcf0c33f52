"""Redis Streams as a sink: `regulars:ev:{shard}`, an event's place as `<place>-0`.

The braces keep a key's shard in a cluster. Scripts add and trim, so nothing comes in between.
"""

import importlib.resources
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.domain.relays.types import Placed, Top
from service.infra.redis import LOST

NAME: Final = "redis"
_FOLDER: Final = importlib.resources.files(__package__)


def key_of(shard: int) -> str:
    """The stream of a shard."""
    return f"regulars:ev:{{{shard}}}"


class Streams:
    """`redis`: the client of the process."""

    name = NAME
    lost: tuple[type[Exception], ...] = (*LOST, RedisError)

    def __init__(self, redis: Redis) -> None:
        self._append: Any = redis.register_script((_FOLDER / "append.lua").read_text())
        self._trim: Any = redis.register_script((_FOLDER / "trim.lua").read_text())

    async def send(self, shard: int, after: int, events: Sequence[Placed]) -> Top:
        """As the protocol says."""
        given: list[int | str | bytes] = [after]
        for one in events:
            given += (one.pub_seq, str(one.event_id), one.type, one.body)
        place, event_id, refusal = await self._append(keys=[key_of(shard)], args=given)
        return Top(int(place), event_id.decode() or None, refusal.decode() or None)

    async def trim(self, shard: int, first: int) -> int:
        """Drop what all groups have acknowledged; answers how many events.

        Without a group: what lies before the place `first`.
        """
        return int(await self._trim(keys=[key_of(shard)], args=[first]))
