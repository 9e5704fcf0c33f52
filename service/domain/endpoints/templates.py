"""Texts with places for what an event says. Pure.

A place is `{{data.purchase_id}}`: a path into the event (`id type time source subject sequence
data`) or into what is added of the member (`member.id`, `member.email` ...). There is nothing else
in it, no condition, no loop, no call: whoever writes a template can do no more than name values. A
text that is one place alone becomes the value with its JSON type, and what is not there is left
out; in a longer text values stand as text. In a path they are percent-encoded, so that no value
leads to another address. `|unix` makes seconds of an instant, `|date` its day, `|text` a text.
"""

import datetime as dt
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from service.kernel.text import SAFE_INT_MAX

DEPTH_MAX: Final = 16
LENGTH_MAX: Final = 32_768  # of a template as JSON
_PLACE: Final = re.compile(r"\{\{\s*([a-z][A-Za-z0-9_.-]*)\s*(?:\|\s*([a-z]+)\s*)?\}\}")
_ROOTS: Final = frozenset({"id", "type", "time", "source", "subject", "sequence", "data", "member"})
_MISSING: Final = object()


class TemplateWrong(Exception):
    """What is wrong with a template, in words; `pointer` says where."""

    def __init__(self, why: str, pointer: str) -> None:
        super().__init__(why)
        self.why = why
        self.pointer = pointer


def check(template: Any, pointer: str, personal: frozenset[str]) -> None:
    """TemplateWrong unless every place can be filled; `personal`: what there is of a member."""
    texts = list(_texts(template, pointer, 0))
    if len(json.dumps(template)) > LENGTH_MAX:
        raise TemplateWrong(f"it is longer than {LENGTH_MAX} characters", pointer)
    for text, where in texts:
        for path, kind in _PLACE.findall(text):
            root, _, rest = path.partition(".")
            if root not in _ROOTS:
                raise TemplateWrong(f"{path}: there is no {root}", where)
            if root == "member" and rest not in personal | {"id"}:
                raise TemplateWrong(f"{path}: name {rest or 'the field'} in `personal`", where)
            if kind and kind not in _KINDS:
                raise TemplateWrong(f"|{kind}: there are {', '.join(_KINDS)}", where)
        if "{{" in _PLACE.sub("", text):
            raise TemplateWrong("a place is written {{path}} or {{path|kind}}", where)


def fill(template: Any, facts: Mapping[str, Any]) -> Any:
    """The JSON value with everything in place; what is not there is left out of it."""
    found = _fill(template, facts)
    return None if found is _MISSING else found


def fill_path(template: str, facts: Mapping[str, Any]) -> str:
    """A path with its values percent-encoded; one of dots alone, which means another, is a dash."""
    return _filled_text(template, facts, _encoded)


def _encoded(text: str) -> str:
    return urllib.parse.quote(text, safe="") if text.strip(".") or not text else "-"


def look_up(value: Any, path: str) -> Any:
    """What stands at a path of a JSON value; None: nothing does."""
    found = _look_up(value, path)
    return None if found is _MISSING else found


def _texts(value: Any, pointer: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEPTH_MAX:
        raise TemplateWrong(f"it is nested deeper than {DEPTH_MAX}", pointer)
    if isinstance(value, int) and abs(value) > SAFE_INT_MAX:
        raise TemplateWrong("no JSON reader can hold that number exactly", pointer)
    if isinstance(value, str):
        yield value, pointer
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{pointer}/{name}", depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{pointer}/{place}", depth + 1)


def _fill(template: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        alone = _PLACE.fullmatch(template)
        if alone is not None:
            return _value(facts, alone[1], alone[2])
        return _filled_text(template, facts, lambda text: text)
    if isinstance(template, Mapping):
        filled = ((name, _fill(inner, facts)) for name, inner in template.items())
        return {name: value for name, value in filled if value is not _MISSING}
    if isinstance(template, list):
        items = (_fill(inner, facts) for inner in template)
        return [value for value in items if value is not _MISSING]
    return template


def _filled_text(text: str, facts: Mapping[str, Any], safe: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda place: safe(_as_text(_value(facts, place[1], place[2]))), text)


def _value(facts: Mapping[str, Any], path: str, kind: str | None) -> Any:
    found = _look_up(facts, path)
    return found if found is _MISSING or not kind else _KINDS[kind](found)


def _look_up(value: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return _MISSING
        value = value[name]
    return value


def _as_text(value: Any) -> str:
    if value is _MISSING or value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unix(value: Any) -> Any:
    at = _instant(value)
    return _MISSING if at is None else int(at.timestamp())


def _date(value: Any) -> Any:
    at = _instant(value)
    try:
        return _MISSING if at is None else at.astimezone(dt.UTC).date().isoformat()
    except OverflowError:  # in another zone it is no day of the calendar any more
        return _MISSING


def _instant(value: Any) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


_KINDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "unix": _unix,
    "date": _date,
    "text": _as_text,
}
