"""Which faults, when: drawn from a seed, each kind about as often."""

import enum
import random
from typing import Final

import msgspec


class Kind(enum.StrEnum):
    """What is broken; the value is how a report says it."""

    KILL_WORKER = "kill -9 of a worker"
    KILL_SERVICE = "kill -9 of the whole service"
    KILL_RELAY = "kill -9 between a stream's answer and its note"
    STALL_WORKER = "a worker stands still"
    RESTART_POSTGRES = "PostgreSQL restarted at once"
    STOP_BACKENDS = "backends stand still"
    CUT_ANSWERED = "connection cut after a commit was done"
    CUT_SENT = "connection cut when a commit was sent"
    CUT_BEFORE = "connection cut before a commit"
    SILENCE = "nothing passes to PostgreSQL and back"
    LOSE_REDIS = "Redis killed and emptied"
    FLUSH_REDIS = "FLUSHALL"
    RESTORE_REDIS = "Redis restored from an old copy"
    CLOCK = "clocks of the services jump"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`faults` with pauses between them so that all take `seconds` or more.

    `kinds`: the first ones; more are drawn. `only`: of which to draw. `whole`: at the end wait for
    every delivery, which takes a minute when a sender was killed, and more when one had failed.
    """

    faults: int
    seconds: float
    seed: int
    callers: int = 16
    whole: bool = True
    kinds: tuple[Kind, ...] = ()
    only: tuple[Kind, ...] = tuple(Kind)


class Step(msgspec.Struct, frozen=True):
    """Wait, then break it; `lasts` seconds where that means something."""

    pause: float
    kind: Kind
    lasts: float


SETTLE_SECONDS: Final = 1.0  # before the first and after the last
_LASTS: Final = (0.5, 4.5)
_SPREAD: Final = (0.5, 1.5)
SHORT: Final = (
    Kind.CUT_ANSWERED,
    Kind.LOSE_REDIS,
    Kind.RESTART_POSTGRES,
    Kind.CUT_SENT,
    Kind.KILL_SERVICE,  # the last: relays that begin look at what Redis has
)


def draw(plan: Plan) -> list[Step]:
    """The steps of a plan; the same for the same seed."""
    random_ = random.Random(plan.seed)
    kinds: list[Kind] = list(plan.kinds)
    while len(kinds) < plan.faults:
        round_ = [*plan.only]
        random_.shuffle(round_)
        kinds += round_
    pause = plan.seconds / max(1, plan.faults)
    return [
        Step(pause * random_.uniform(*_SPREAD), kind, random_.uniform(*_LASTS))
        for kind in kinds[: plan.faults]
    ]
