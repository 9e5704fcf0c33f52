"""What may be told of members to an endpoint now: the fields it asked for, under its consent.

Who was merged into somebody is an id like all others from then on: what they say now, they say as
who they are now.
"""

import uuid
from collections.abc import Collection
from typing import Any, Final

import msgspec

from service.domain.consents import store as consents
from service.domain.endpoints.types import Endpoint
from service.domain.holders import store as holders
from service.domain.members import store as members
from service.domain.members.store import MemberRow
from service.flows.steps.delivering.attempt import Person
from service.infra.db import Tx

_IDENTIFIERS: Final = frozenset({"email", "phone"})


async def people_of(
    tx: Tx, endpoint: Endpoint, concerned: Collection[uuid.UUID]
) -> dict[str, Person]:
    """By id, those of whom something may be told; nobody else is there."""
    if not endpoint.personal or endpoint.consent is None or not concerned:
        return {}
    found = await holders.find(tx, set(concerned))
    ids = sorted(key for key, one in found.items() if one.merged_into is None)
    if not ids:
        return {}
    said = await consents.words(tx, ids)
    willing = [
        one for one in ids if (word := said.get(one, {}).get(endpoint.consent)) and word.is_given
    ]
    rows = await members.members(tx, willing)
    return {str(one): _told(row, endpoint.personal) for one, row in rows.items()}


def _told(row: MemberRow, personal: Collection[str]) -> dict[str, Any]:
    """The first identifier of a kind is the one that is told."""
    profile = msgspec.to_builtins(row.profile)
    found: dict[str, Any] = {
        name: profile[name] for name in personal if profile.get(name) is not None
    }
    for one in row.identifiers:
        if one.kind in _IDENTIFIERS and one.kind in personal:
            found.setdefault(one.kind, one.value)
    return found
