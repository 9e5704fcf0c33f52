"""What every verb works with: the database, the program versions, the key of the hashes."""

import datetime as dt
import uuid
from typing import Final

import msgspec
from redis.asyncio import Redis

from service.domain.coupons.guesses import Locked
from service.domain.programs.live import Programs
from service.infra.db import Database
from service.infra.egress import Egress
from service.infra.meter import SILENT, Meter
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id

SETTLEMENT: Final = Actor(
    kind=ActorKind.JOB, id="settlement", client_id=derived_id("job", "settlement")
)
IN_THE_FUTURE_MAX: Final = dt.timedelta(minutes=5)  # tills' clocks run ahead
EARLIEST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Context(msgspec.Struct, frozen=True):
    """Built once per process by `app.py`, the commands and the tests."""

    db: Database
    programs: Programs
    secret: bytes
    locked: Locked = msgspec.field(default_factory=Locked)  # who may try no codes for a while
    egress: Egress = msgspec.field(default_factory=Egress)
    meter: Meter = SILENT
    redis: Redis | None = None  # may be away at any moment: infra/redis.py says how


def member_key(member_id: uuid.UUID) -> tuple[str, str]:
    """The gate's key of a member."""
    return ("holder", str(member_id))
