"""Of which member something is read: one who is there, and is nobody else by now."""

import uuid
from collections.abc import Mapping

from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members.errors import MemberNotFound
from service.flows.steps.gone import refuse_gone
from service.infra.db import Tx


async def check_member(tx: Tx, member_id: uuid.UUID) -> None:
    """MemberNotFound, MemberErased, MergedAway."""
    found = (await holders.find(tx, [member_id])).get(member_id)
    if found is None or found.kind != Kind.MEMBER:
        raise MemberNotFound
    refuse_gone([found])


def member_of(states: Mapping[uuid.UUID, Holder], member_id: uuid.UUID) -> Holder:
    """The member's row; MemberNotFound, MemberErased, MergedAway."""
    holder = states.get(member_id)
    if holder is None or holder.kind is not Kind.MEMBER:
        raise MemberNotFound
    refuse_gone([holder])
    return holder
