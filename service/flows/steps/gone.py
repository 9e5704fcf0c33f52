"""Members who are gone: erased, or another one now.

Of who was erased nothing is done any more: every verb that has locked its members asks here. Not
those that write down what has happened anyhow: goods that come back, and what falls due.

An id of somebody who was merged stands for the other one for ever. Nothing is asked before the lock
for that: who finds such a holder raises MergedAway, and the faces (`Gated._submit`, `followed`) ask
again for the other one. So nobody else pays for it.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from service.domain.holders.types import Found, Holder
from service.domain.members.errors import MemberErased, MergedAway

T = TypeVar("T")
FOLLOWED_MAX = 5  # merges of one member during a request


def refuse_erased(holders: Iterable[Holder]) -> None:
    """Raise MemberErased when the person of one of them was forgotten."""
    if any(one.is_erased for one in holders):
        raise MemberErased


def refuse_gone(holders: Iterable[Holder | Found]) -> None:
    """Raise MemberErased, or MergedAway for the first who is another one now."""
    for one in holders:
        if one.is_erased:
            raise MemberErased
        if one.merged_into is not None:
            raise MergedAway(member_id=one.holder_id, into=one.merged_into)


async def followed(read: Callable[[uuid.UUID], Awaitable[T]], member_id: uuid.UUID) -> T:
    """What a read answers of a member, or of who the member is now."""
    for _ in range(FOLLOWED_MAX):
        try:
            return await read(member_id)
        except MergedAway as other:
            member_id = other.into
    return await read(member_id)


def renamed(value: T, names: dict[uuid.UUID, uuid.UUID]) -> T:
    """A command with other ids in place of some, wherever they stand in it."""
    new: Any = value
    if isinstance(value, uuid.UUID):
        new = names.get(value, value)
    elif isinstance(value, tuple):
        new = tuple(renamed(one, names) for one in value)
    elif isinstance(value, msgspec.Struct):
        given = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {
            name: other for name, one in given.items() if (other := renamed(one, names)) is not one
        }
        new = msgspec.structs.replace(value, **changed) if changed else value
    return new  # type: ignore[no-any-return]


def named(value: Any) -> Iterator[uuid.UUID]:
    """All ids that stand in a command."""
    if isinstance(value, uuid.UUID):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from named(one)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from named(getattr(value, name))
