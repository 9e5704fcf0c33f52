"""Holders of what is recorded of nobody who is known: made when it is locked, or not at all.

They are made in the transaction that records, after those that are there already are locked and
before anything else is: a refusal rolls them back, and who has to wait for a lock makes none.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members import store as members
from service.domain.members.identifiers import BEGINNING
from service.flows.steps.match import NEW, Match, MatchAgain
from service.infra.db import Tx


async def make(tx: Tx, matches: Sequence[Match], now: dt.datetime) -> dict[uuid.UUID, Holder]:
    """The holders of those matches that are new, by id; nobody else can lock them yet.

    MatchAgain when somebody else made one of them this moment.
    """
    new = [one for one in matches if one.is_new]
    if not new:
        return {}
    ids = sorted(one.holder_id for one in new)
    made = await holders.insert_missing(tx, ids, Kind.UNCLAIMED, BEGINNING, now)
    claims = sorted((one.claim for one in new if one.claim is not None), key=lambda c: c[:2])
    free = await members.insert_identifiers(tx, claims, now) if claims else set()
    lost = {one for one in ids if one not in made}
    lost |= {holder_id for digest, _, _, holder_id, _ in claims if digest not in free}
    if lost:
        raise MatchAgain(frozenset(lost))
    return {one: Holder(one, Kind.UNCLAIMED, None, NEW, None, BEGINNING, now) for one in ids}
