"""Segments of a member who is merged into another one: that one is looked at instead."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("segments")


async def keep_rules(tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, at: dt.datetime) -> None:
    """Rules of clubs that were seen to be true of the one were seen to be of the other too."""
    await tx.run(SQL["insert_kept_rules"], holder=holder_id, to=to, at=at)


async def begin_again(tx: Tx, holder_ids: Sequence[uuid.UUID], at: dt.datetime) -> None:
    """They are looked at from then on: not with what is known now as of before."""
    await tx.run(SQL["insert_checks_again"], holders=list(holder_ids), at=at)
