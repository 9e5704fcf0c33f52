"""The text of a program file to values that know their line and column.

The tree is built from parser events, never composed or constructed: PyYAML's composer overflows
the C stack on deep nesting, its constructor follows YAML 1.1 (`on` is true, `11:00` is 660, the
last of two equal keys wins). Here depth and size are bounded first, anchors, aliases, tags and
duplicate keys are refused, and only true, false, null and plain decimal numbers are not text.
JSON is read as the YAML it is.
"""

import dataclasses
import re
from fractions import Fraction
from typing import Final, NamedTuple

import yaml

from service.rules.units import number

SIZE_MAX: Final = 256 * 1024  # bytes
DEPTH_MAX: Final = 32  # lists and mappings inside each other
FLAWS_MAX: Final = 50

_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "": None}
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
)
_Value = str | int | bool | Fraction | None


class Mark(NamedTuple):
    """Where something starts in the file; both count from 1."""

    line: int
    col: int


class Flaw(NamedTuple):
    """What is wrong with the text as such."""

    mark: Mark
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: `value` is its meaning, `text` what is written. A number with a point is exact."""

    mark: Mark
    text: str
    value: _Value


@dataclasses.dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    mark: Mark
    items: "list[Node]"


@dataclasses.dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping in the order of the file; a key is always text, with its own place."""

    mark: Mark
    entries: "dict[str, tuple[Mark, Node]]"


Node = Leaf | Sequence | Mapping


class Source(NamedTuple):
    """`root` is None when the text could not be read to its end or names values by alias."""

    root: Node | None
    flaws: tuple[Flaw, ...]


class _Unusable(Exception):
    """Reading stops here."""

    def __init__(self, mark: Mark, message: str) -> None:
        super().__init__(message)
        self.flaw = Flaw(mark, message)


def parse(text: str | bytes) -> Source:
    """Read YAML or JSON. Never raises: `flaws` has all that is wrong, as far as it was read."""
    builder = _Builder()
    try:
        for event in yaml.parse(_decoded(text), Loader=yaml.CSafeLoader):
            builder.take(event)
    except _Unusable as error:
        return Source(None, (*builder.flaws, error.flaw))
    except yaml.YAMLError as error:
        return Source(None, (*builder.flaws, _syntax(error)))
    if builder.root is None and not builder.flaws:
        return Source(None, (Flaw(Mark(1, 1), "the file is empty"),))
    return Source(None if builder.aliased else builder.root, tuple(builder.flaws))


def _decoded(text: str | bytes) -> str:
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    if len(raw) > SIZE_MAX:
        raise _Unusable(Mark(1, 1), f"the file has {len(raw)} bytes, at most {SIZE_MAX} are read")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(errors="replace")
        raise _Unusable(_mark_after(before), "the file is not valid UTF-8") from error
    text = text.removeprefix("\ufeff")
    if found := _UNPRINTABLE.search(text):
        mark = _mark_after(text[: found.start()])
        raise _Unusable(mark, f"the character U+{ord(found.group()):04X} is not allowed")
    return text


def _mark_after(text: str) -> Mark:
    lines = re.split("\r\n|\r|\n", text)
    return Mark(len(lines), len(lines[-1]) + 1)


def _syntax(error: yaml.YAMLError) -> Flaw:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = Mark(error.problem_mark.line + 1, error.problem_mark.column + 1)
        doing = f" {error.context}" if error.context else ""
        return Flaw(mark, f"not valid YAML{doing}: {error.problem}")
    return Flaw(Mark(1, 1), f"not valid YAML: {error}")


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return Mark(1, 1) if mark is None else Mark(mark.line + 1, mark.column + 1)


class _Builder:
    """Puts the tree together; `root` is there after the last event."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.flaws: list[Flaw] = []
        self.aliased = False
        self._open: list[Sequence | Mapping] = []
        self._keys: list[tuple[str, Mark] | None] = []  # of each open mapping, awaiting its value
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        mark = _mark(event)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _Unusable(mark, "expected one document, found another")
        elif isinstance(event, yaml.AliasEvent):
            self._flaw(mark, f"aliases are not allowed: write '*{event.anchor}' out")
            self.aliased = True
            self._put(Leaf(mark, f"*{event.anchor}", None))
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, mark)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._open.pop()
            self._keys.pop()

    def _node(self, event: yaml.NodeEvent, mark: Mark) -> None:
        if event.anchor is not None:
            self._flaw(mark, f"anchors are not allowed: leave out '&{event.anchor}'")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, mark)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._tag(event.tag, mark)
            self._start(event, mark)

    def _start(self, event: yaml.CollectionStartEvent, mark: Mark) -> None:
        node: Sequence | Mapping
        is_list = isinstance(event, yaml.SequenceStartEvent)
        node = Sequence(mark, []) if is_list else Mapping(mark, {})
        self._put(node)
        self._open.append(node)
        self._keys.append(None)
        if len(self._open) > DEPTH_MAX:
            raise _Unusable(mark, f"more than {DEPTH_MAX} lists and mappings inside each other")

    def _scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        self._tag(event.tag, mark)
        if found := _UNPRINTABLE.search(event.value):
            self._flaw(mark, f"the character U+{ord(found.group()):04X} is not allowed")
        if self._awaits_key():
            self._keys[-1] = (event.value, mark)
        else:
            self._put(Leaf(mark, event.value, _resolved(event)))

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], Mapping) and self._keys[-1] is None

    def _put(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        into = self._open[-1]
        if isinstance(into, Sequence):
            into.items.append(node)
            return
        pending, self._keys[-1] = self._keys[-1], None
        if pending is None:
            raise _Unusable(node.mark, "expected a key of plain text")
        key, mark = pending
        if key in into.entries:
            first = into.entries[key][0]
            self._flaw(mark, f"duplicate key {key[:64]!r}, first at {first.line}:{first.col}")
        else:
            into.entries[key] = (mark, node)

    def _tag(self, tag: str | None, mark: Mark) -> None:
        if tag is not None:
            self._flaw(mark, f"tags are not allowed: leave out {tag[:64]!r}")

    def _flaw(self, mark: Mark, message: str) -> None:
        self.flaws.append(Flaw(mark, message))
        if len(self.flaws) >= FLAWS_MAX:
            raise _Unusable(mark, "too many such problems: reading stops here")


def _resolved(event: yaml.ScalarEvent) -> _Value:
    if event.style:  # quoted, or a block of text
        return event.value
    if event.value in _WORDS:
        return _WORDS[event.value]
    value = number(event.value)
    return event.value if value is None else value
