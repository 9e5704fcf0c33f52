"""`segments`: groups of members that are computed from what is known of them."""

import dataclasses
from collections.abc import Mapping
from typing import Final

from service.rules.check import described, leaves
from service.rules.check.conditions import condition
from service.rules.check.cursor import Cursor
from service.rules.check.scope import Scope
from service.rules.conditions import All
from service.rules.segments import Segment
from service.rules.source import Mapping as Entries

KEYS: Final = (*described.KEYS, "when")
SEGMENTS_MAX: Final = 500


def segments(at: Cursor, scope: Scope, numbers: Mapping[str, int]) -> tuple[Segment, ...]:
    """All segments in the order of the file; `numbers` by `segment:<id>`."""
    if at.node is None:
        return ()
    children = list(at.children("a mapping of segments"))
    if len(children) > SEGMENTS_MAX:
        at.fail(f"{len(children)} segments, at most {SEGMENTS_MAX} are allowed")
    lasting = dataclasses.replace(scope, without_purchase=True, at_any_time=True)
    return tuple(_segment(child, lasting, numbers) for child in children[:SEGMENTS_MAX])


def _segment(at: Cursor, scope: Scope, numbers: Mapping[str, int]) -> Segment:
    """Its condition itself, or a mapping with `when` and what people are told."""
    name = leaves.ident_key(at)
    at = at.named(f"segment '{name}'")
    number = numbers.get(f"segment:{name}", 0)
    if not (isinstance(at.node, Entries) and set(at.node.entries) & set(KEYS)):
        when = condition(at, scope)
        return Segment(at=at.path, id=name, number=number, when=when or All(at.path, ()))
    fields = at.fields(KEYS)
    when = condition(fields.need("when"), scope)
    segment = Segment(at=at.path, id=name, number=number, when=when or All(at.path, ()))
    return described.described(segment, fields)
