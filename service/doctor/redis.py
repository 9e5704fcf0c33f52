"""Redis, where it is used: there, forgetting nothing by itself, and writing down what it has.

It may be lost at any moment without a loss of data. What is lost is order and time: readers of
streams start again from the database, and limits count from 0.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from service.doctor.types import Finding, warning, well

ANSWER_SECONDS_MAX: Final = 3.0


async def look(url: str) -> list[Finding]:
    """Reachable, and how it is set."""
    client = Redis.from_url(
        url, socket_timeout=ANSWER_SECONDS_MAX, socket_connect_timeout=ANSWER_SECONDS_MAX
    )
    try:
        info = await client.info()
        try:
            config = await client.config_get("maxmemory-policy")
        except ResponseError:  # where it is somebody's service that may not be asked
            config = {}
    except (RedisError, OSError) as failure:
        todo = "Is it running there? The service goes on without it; look at REGULARS_REDIS_URL."
        return [warning("redis", f"not reachable: {failure}", todo)]
    finally:
        await client.aclose()
    return list(judge({str(name): value for name, value in (*info.items(), *config.items())}))


def judge(found: Mapping[str, object]) -> Iterator[Finding]:
    """`found`: INFO and the policy, by their names."""
    policy = str(found.get("maxmemory-policy") or found.get("maxmemory_policy") or "not told")
    if policy == "noeviction":
        yield well("redis", f"Redis {found.get('redis_version', '')}, and it evicts nothing")
    else:
        text = f"maxmemory-policy is {policy}: events and counts may vanish while it is full"
        yield warning("redis", text, "config set maxmemory-policy noeviction, and in redis.conf.")
    if str(found.get("aof_enabled")) == "1":
        yield well("redis", "its append-only file is on")
    else:
        text = "it keeps no append-only file: a restart forgets the streams"
        yield warning("redis", text, "config set appendonly yes, and in redis.conf.")
