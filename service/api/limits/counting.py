"""Whether one request more is within its quotas: Redis decides, or this process when it is away.

Redis is asked once a request, and has 50 ms. After a failure it is left alone for a second, so that
a Redis that is slow or gone makes nobody wait more than once; meanwhile each process counts by
itself, and so lets through as many as all of them did together. Whoever is refused is not counted
again before there is more quota: a flood asks nobody.
"""

import asyncio
import hashlib
import hmac
import math
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog
from redis.exceptions import RedisError

from service.api.limits.policies import Policy
from service.api.limits.standings import Standing, Windows

REDIS_SECONDS_MAX: Final = 0.05
LEFT_ALONE_SECONDS: Final = 1.0
REFUSED_MAX: Final = 10_000
_FAILURES: Final = (RedisError, OSError, TimeoutError)

_log = structlog.get_logger("regulars.limits")


class Store(Protocol):
    """Where all processes count."""

    async def take(self, subject: str, policies: Sequence[Policy]) -> list[Standing]:
        """One request of the subject under each policy."""


Standings = list[tuple[Policy, Standing]]


class Counting:
    """Counts requests. `secret` keys the names of subjects: no address leaves the process."""

    __slots__ = ("_alone_until", "_clock", "_own", "_refused", "_secret", "_shared")

    def __init__(
        self, secret: bytes, shared: Store | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._secret = secret
        self._shared = shared
        self._clock = clock
        self._own = Windows(clock)
        self._alone_until = -math.inf
        self._refused: dict[str, float] = {}  # until when

    async def take(self, subject: str, policies: Sequence[Policy]) -> Standings:
        """How the subject stands with each policy after this request.

        Of one that was refused a moment ago, only with the policies that refuse it still.
        """
        name = subject.encode()
        key = hmac.digest(self._secret, b"rate\x1f" + name, hashlib.sha256)[:16].hex()
        known = self._refused_still(key, policies)
        if known:
            return known
        standings = await self._ask(key, policies)
        for policy, one in zip(policies, standings, strict=True):
            if not one.is_allowed:
                self._remember(f"{policy.name}:{key}", self._clock() + one.seconds)
        return list(zip(policies, standings, strict=True))

    def _refused_still(self, key: str, policies: Sequence[Policy]) -> Standings:
        now = self._clock()
        until = [(one, self._refused.get(f"{one.name}:{key}", now)) for one in policies]
        return [(one, Standing(False, 0, end - now)) for one, end in until if end > now]  # noqa: FBT003

    def _remember(self, key: str, until: float) -> None:
        """The oldest go first when there are many: they are asked for again."""
        self._refused.pop(key, None)
        self._refused[key] = until
        if len(self._refused) > REFUSED_MAX:
            del self._refused[next(iter(self._refused))]

    async def _ask(self, key: str, policies: Sequence[Policy]) -> list[Standing]:
        if self._shared is not None and self._clock() >= self._alone_until:
            try:
                async with asyncio.timeout(REDIS_SECONDS_MAX):
                    return await self._shared.take(key, policies)
            except _FAILURES as failure:
                self._alone_until = self._clock() + LEFT_ALONE_SECONDS
                _log.warning("limits_counted_alone", why=type(failure).__name__)
        return [self._own.take(f"{one.name}:{key}", one.quota, one.seconds) for one in policies]
