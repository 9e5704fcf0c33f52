"""Which facts the conditions of a program read, wherever they stand: the rest may be forgotten."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from service.rules.conditions.fact import ACTIVITY, MEMBER, Fact
from service.rules.document import Document
from service.rules.facts import Facts, MemberFacts
from service.rules.triggers import On


def facts_read(document: Document) -> frozenset[str]:
    """The names under which conditions ask for facts: `member.shop`, `activity.stars`."""
    return frozenset(_facts(document))


def _facts(part: Any) -> Iterator[str]:
    if isinstance(part, Fact):
        yield part.fact
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _facts(getattr(part, name))
    elif isinstance(part, Mapping):
        for one in part.values():
            yield from _facts(one)
    elif isinstance(part, tuple | list):
        for one in part:
            yield from _facts(one)


def without_unread(facts: Facts, read: frozenset[str]) -> Facts:
    """The facts less the member's fields and the activity's attributes that no condition reads.

    They decide the same. All else in facts is no person's: figures, ids, tiers, clubs.
    """
    return msgspec.structs.replace(
        facts, member=_member(facts.member, read), occasion=_occasion(facts, read)
    )


def _member(member: MemberFacts | None, read: frozenset[str]) -> MemberFacts | None:
    if member is None:
        return None
    fields = {n: value for n, value in member.fields.items() if f"{MEMBER}{n}" in read}
    return msgspec.structs.replace(member, fields=fields)


def _occasion(facts: Facts, read: frozenset[str]) -> Any:
    """What a tier or a wallet says of itself when it changes are words of the program."""
    one = facts.occasion
    if one is None or one.on is not On.ACTIVITY:
        return one
    kept = {n: value for n, value in one.attributes.items() if f"{ACTIVITY}{n}" in read}
    return msgspec.structs.replace(one, attributes=kept)
