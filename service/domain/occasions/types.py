"""Rows about occasions."""

import datetime as dt
import uuid

import msgspec

from service.kernel.ids import derived_id
from service.rules.decision import Decision
from service.rules.facts import Facts
from service.rules.triggers import Occasion

Key = tuple[uuid.UUID, str, str]  # holder, key of the trigger, ref


def key_of(holder_id: uuid.UUID, occasion: Occasion) -> Key:
    """By what an occasion is one."""
    return (holder_id, occasion.key(), occasion.ref)


def run_id(key: Key) -> uuid.UUID:
    """The operation by which an occasion gives: always the same one."""
    return derived_id(*key, "occasion")


class TriggerRun(msgspec.Struct, frozen=True, kw_only=True):
    """An occasion as it was decided. `cause`: the purchase or other operation it came of."""

    holder_id: uuid.UUID
    trigger: str
    ref: str
    op_id: uuid.UUID
    program_version: int
    engine: int
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    cause: uuid.UUID | None
    facts: Facts
    decision: Decision


class Scheduled(msgspec.Struct, frozen=True):
    """Of all days up to `done_on` everybody is done; of the next one those up to `done_to`."""

    done_on: dt.date
    done_to: uuid.UUID | None
