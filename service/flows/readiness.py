"""Whether a worker may take requests: what is in the way, and what is only to be looked at."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
import msgspec

from service.infra.db import Database
from service.infra.migrate import compare, is_replica
from service.kernel.errors import ExpectedError

ANSWER_SECONDS_MAX: Final = 1.0  # load balancers do not wait for long

_AWAY: Final = (ExpectedError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

Look = Callable[[], Awaitable[str | None]]  # what is wrong, in words


class Standing(msgspec.Struct, frozen=True):
    """`reasons`: why this worker takes no requests; none: it does. `warnings` keep nobody out."""

    reasons: dict[str, str]
    warnings: dict[str, str] = {}


async def look(db: Database, reasons: dict[str, str], others: dict[str, Look]) -> Standing:
    """What the process says of itself, what the database says, and what may be lost at any moment.

    A database ahead of the code is a warning: while a new version is rolled out the old workers go
    on. One that lacks a migration is a reason.
    """
    reasons, warnings = dict(reasons), {}
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX), db.reading() as tx:
            missing, unknown = await compare(tx)
            follows = await is_replica(tx)
    except TimeoutError:
        reasons["database"] = f"did not answer within {ANSWER_SECONDS_MAX:g} s"
    except _AWAY:
        reasons["database"] = "not reachable"
    else:
        if follows:
            reasons["database"] = "a replica, which takes no writes"
        if missing:
            names = ", ".join(missing)
            reasons["migrations"] = f"the database lacks {names}; run `regulars migrate`"
        if unknown:
            warnings["migrations"] = f"the database is ahead of this code: {', '.join(unknown)}"
    for name, ask in others.items():
        if (wrong := await _asked(ask)) is not None:
            warnings[name] = wrong
    return Standing(reasons, warnings)


async def _asked(ask: Look) -> str | None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await ask()
    except TimeoutError:
        return f"did not answer within {ANSWER_SECONDS_MAX:g} s"
