"""Requests of the last minute, counted in Redis for all processes together.

The moving window of the library `limits`: its scripts, by which it counts and then says how many
there were, go in one pipeline, for all policies of a request. That is one way there and back where
the library's own strategy makes two (measured on one machine: 219 and 245 us, 66 for a ping).

Its scripts take the time from whoever calls them. So workers' clocks matter as much as they differ:
by that much a window is longer or shorter.
"""

import time
from collections.abc import Sequence
from typing import Any, Final

from limits.aio.storage import RedisStorage
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from service.api.limits.policies import Policy
from service.api.limits.standings import Standing

PREFIX: Final = "regulars:rate"


class Shared:
    """`redis`: a client of the process; its connections are used."""

    __slots__ = ("_look", "_redis", "_take")

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        connections: Any = redis.connection_pool  # not among the types the library names
        scripts: Any = RedisStorage(
            "async+redis://", implementation="redispy", connection_pool=connections
        ).bridge
        self._take = scripts.lua_acquire_moving_window
        self._look = scripts.lua_moving_window

    async def take(self, subject: str, policies: Sequence[Policy]) -> list[Standing]:
        """One request of the subject under each policy; whatever Redis raises."""
        try:
            return await self._ask(subject, policies)
        except NoScriptError:  # a Redis that has just been started knows none
            for one in (self._look, self._take):  # or others would take and not be told
                await self._redis.script_load(one.script)
            return await self._ask(subject, policies)

    async def _ask(self, subject: str, policies: Sequence[Policy]) -> list[Standing]:
        now = time.time()  # noqa: TID251 - one clock for all processes; it decides no more than this
        pipe = self._redis.pipeline(transaction=False)
        for one in policies:
            key, quota, seconds = f"{PREFIX}:{one.name}:{subject}", one.quota, one.seconds
            pipe.evalsha(self._take.sha, 1, key, now, quota, seconds, 1)
            pipe.evalsha(self._look.sha, 1, key, now - seconds, quota)
        answers = await pipe.execute()
        return [
            _standing(one, taken, seen, now)
            for one, taken, seen in zip(policies, answers[::2], answers[1::2], strict=True)
        ]


def _standing(policy: Policy, taken: Any, seen: Any, now: float) -> Standing:
    """`seen`: when the first request in the window came, and how many did."""
    first, count = (float(seen[0]), int(seen[1])) if seen else (now, 0)
    seconds = min(max(0.0, first + policy.seconds - now), policy.seconds)  # it comes back rounded
    return Standing(bool(taken), max(0, policy.quota - count), seconds)
