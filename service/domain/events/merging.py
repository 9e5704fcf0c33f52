"""Events of members who turn out to be one person, or not to be: both of them have each.

Units that pass are told by `points.transferred` of both, with the same operation.
"""

import uuid
from typing import Any, Final

import msgspec


class MemberMerged(msgspec.Struct, frozen=True, kw_only=True):
    """A member is another one from now on: everything of it is there, its id stands for that one.

    `filled`: what was empty in the profile of the other and came from this one, by name.
    """

    operation_id: uuid.UUID
    member_id: uuid.UUID
    into_id: uuid.UUID
    filled: tuple[str, ...] = ()


class MemberUnmerged(msgspec.Struct, frozen=True, kw_only=True):
    """A member is itself again; `undoes`: the merge.

    `emptied`: what the merge had filled in the profile of the other and is not there any more.
    """

    operation_id: uuid.UUID
    undoes: uuid.UUID
    member_id: uuid.UUID
    from_id: uuid.UUID
    emptied: tuple[str, ...] = ()


MergingEvent = MemberMerged | MemberUnmerged

MERGING_TYPES: Final[dict[type[Any], str]] = {
    MemberMerged: "regulars.member.merged.v1",
    MemberUnmerged: "regulars.member.unmerged.v1",
}
