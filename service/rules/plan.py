"""What a new version of a program changes, in words, for whoever reviews it."""

from collections.abc import Iterator
from typing import Any, Final

from service.rules.conditions.belonging import Belonging
from service.rules.conditions.logic import Condition, leaves
from service.rules.document import Document, Ladder
from service.rules.needs import Groups
from service.rules.things import Hidden, Thing, placeless, things

LISTED_MAX: Final = 20  # things of one kind added or removed that are listed one by one


def plan(old: Document | None, new: Document) -> list[str]:
    """One line a change, in the order of the sections; empty when nothing changes.

    The order of campaigns, rules or stores, places in the file and numbers are no changes.
    """
    before = _by_kind(old)
    after = _by_kind(new)
    lines: list[str] = []
    for kind in dict.fromkeys((*after, *before)):
        lines.extend(_kind(kind, before.get(kind, {}), after.get(kind, {})))
    return lines


def ladders_changed(old: Document | None, new: Document) -> tuple[str, ...]:
    """Ids of ladders on which members may move: new ones, and those that count differently."""
    before = {ladder.id: _counts(ladder) for ladder in old.ladders} if old else {}
    return tuple(one.id for one in new.ladders if before.get(one.id) != _counts(one))


def _counts(of: Ladder) -> Any:
    """All of the ladder that decides who stands where."""
    tiers = tuple((tier.id, tier.threshold) for tier in of.tiers)
    return (of.qualify, of.downgrade, tiers)


def segments_changed(old: Document | None, new: Document) -> tuple[str, ...]:
    """Ids of segments that are new, or to which others belong now by what conditions say.

    Also by those of the segments and clubs they ask for.
    """
    before = _meanings(old) if old else {}
    after = _meanings(new)
    return tuple(name for name, meaning in after.items() if before.get(name) != meaning)


def _meanings(of: Document) -> dict[str, dict[str, Any]]:
    """For each segment all conditions that decide who belongs to it, by what has them."""
    ways = {club.id: rule.when for club in of.clubs if (rule := club.by_rule()) is not None}
    groups = Groups(ways, {one.id: one.when for one in of.segments})
    return {one.id: _meaning(one.when, groups) for one in of.segments}


def _meaning(when: Condition, groups: Groups) -> dict[str, Any]:
    found: dict[str, Any] = {"": placeless(when)}
    left = [when]
    for condition in left:  # it grows
        for test in leaves(condition):
            if not isinstance(test, Belonging):
                continue
            for name, behind in groups.named(test).items():
                if name not in found:
                    found[name] = placeless(behind)
                    left.append(behind)
    return found


def _by_kind(of: Document | None) -> dict[str, dict[str, Thing]]:
    found: dict[str, dict[str, Thing]] = {}
    for thing in things(of) if of else ():
        found.setdefault(thing.kind, {})[thing.name] = thing
    return found


def _kind(kind: str, before: dict[str, Thing], after: dict[str, Thing]) -> Iterator[str]:
    yield from _several(kind, "removed", [before[n] for n in before if n not in after])
    yield from _several(kind, "added", [after[n] for n in after if n not in before])
    for name, thing in after.items():
        if name in before:
            changes = _parts(before[name].parts, thing.parts)
            yield from (f"{_label(thing)}: {change}" for change in changes)


def _label(thing: Thing) -> str:
    return f"{thing.kind} '{thing.name}'" if thing.name else thing.kind


def _several(kind: str, verb: str, found: list[Thing]) -> Iterator[str]:
    if len(found) > LISTED_MAX:
        yield f"{len(found)} {kind}s {verb}"
        return
    for thing in found:
        parts = [f"{n} {t}" for n, t in thing.parts.items() if not isinstance(t, Hidden)]
        told = f": {', '.join(parts)}" if parts and verb == "added" else ""
        yield f"{_label(thing)} {verb}{told}"


def _parts(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*after, *before)):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        if isinstance(old or new, Hidden):
            verb = "changed" if old and new else "added" if new else "removed"
            yield f"{name} {verb}"
        else:
            yield f"{name} {old or 'none'} -> {new or 'none'}"
