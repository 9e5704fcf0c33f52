"""Redis: one client for a process, quick to say that Redis is away.

Redis may be lost at any moment, and may be away when the process starts: a client connects when it
is first asked, and again after an outage. Whoever asks catches LOST and does without.
"""

from typing import Final

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECT_SECONDS_MAX: Final = 1.0
ANSWER_SECONDS_MAX: Final = 1.0
CONNECTIONS_MAX: Final = 32  # of a process; who finds none free waits as for an answer
RETRIES: Final = 1  # at once: connections that Redis closed meanwhile look like an outage

# Redis is away, is not the one that may be written to (a fail-over), or is not ready yet.
LOST: Final = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.ClusterDownError,
    exceptions.MasterDownError,
    OSError,
    TimeoutError,
)


def open_redis(url: str) -> Redis:
    """A client of `redis://`, `rediss://` or `unix://`; it connects when asked first. ValueError.

    Whatever is sent may be sent twice: commands have to bear that.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS_MAX,
        timeout=ANSWER_SECONDS_MAX,
        socket_connect_timeout=CONNECT_SECONDS_MAX,
        socket_timeout=ANSWER_SECONDS_MAX,
        retry=Retry(NoBackoff(), RETRIES),
    )
    return Redis.from_pool(pool)


async def look(redis: Redis) -> str | None:
    """What is wrong with it, in words; None: it answers."""
    try:
        await redis.ping()
    except (*LOST, exceptions.RedisError):
        return "not reachable"
    return None
