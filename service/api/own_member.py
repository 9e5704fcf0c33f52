"""What the token of a member may be used for: routes that say so, and what is the member's own.

A route names where it takes its member (`own`): in the path, in the query, in the body. Whatever
stands there has to be one of the token's own ids; where nothing need stand there, the own id is put
in. Another member is answered like one that does not exist, before anything is looked up. A route
that names no such place is for members who are nobody in particular (`own=()`); one that says
nothing is not for members at all.
"""

import functools
import typing
import uuid
from typing import Any, Final, TypeVar

import msgspec

from service.api.call import Call
from service.api.parameters import member_id
from service.domain.access.errors import NotForMembers
from service.domain.members.errors import MemberNotFound
from service.kernel.actor import Actor, ActorKind
from service.kernel.errors import NotFound

T = TypeVar("T")

PATH: Final = "{member_id}"
_NAMED: Final = ".id"  # `member.id`: the member is named by `{"id": …}`


def refuse_others(call: Call, own: tuple[str, ...] | None) -> None:
    """NotForMembers when the route is not for members; MemberNotFound for another one's path."""
    if call.actor.kind is not ActorKind.MEMBER:
        return
    if own is None:
        raise NotForMembers
    if PATH in own and member_id(call) not in call.actor.members:
        raise MemberNotFound


def as_own(actor: Actor, own: tuple[str, ...] | None, given: T) -> T:
    """What was asked, with the own id where the member stands; MemberNotFound for another one."""
    if actor.kind is not ActorKind.MEMBER or own is None:
        return given
    places = [place for place in own if place != PATH]
    found: Any = given
    if not places:
        return given
    new: T = msgspec.structs.replace(
        found, **{place.removesuffix(_NAMED): _own(actor, found, place) for place in places}
    )
    return new


def is_own(actor: Actor, *member_ids: uuid.UUID | None) -> bool:
    """Whether the actor may see what is of one of these members: a member only their own."""
    return actor.kind is not ActorKind.MEMBER or not actor.members.isdisjoint(member_ids)


def refuse_foreign(actor: Actor, missing: type[NotFound], *member_ids: uuid.UUID | None) -> None:
    """Raise `missing` to a member who is none of these: as if there were no such thing."""
    if not is_own(actor, *member_ids):
        raise missing


def _own(actor: Actor, given: Any, place: str) -> Any:
    named = getattr(given, place.removesuffix(_NAMED))
    if named is None or named is msgspec.UNSET:
        mine = uuid.UUID(actor.id)
        kind: Any = type(given)
        return _by_id(kind, place)(id=mine) if place.endswith(_NAMED) else mine
    found = getattr(named, "id", None) if place.endswith(_NAMED) else named
    if not isinstance(found, uuid.UUID) or found not in actor.members:
        raise MemberNotFound
    return named


@functools.cache
def _by_id(given: Any, place: str) -> Any:
    """The type in which the field takes a member by id, among the others it takes."""
    name = place.removesuffix(_NAMED)
    (field,) = (one for one in msgspec.structs.fields(given) if one.name == name)
    return next(one for one in typing.get_args(field.type) if hasattr(one, "id"))
