"""A place in the file: the node there, its path, and the log that problems go to.

Reading never stops at a problem: it is logged once, where it is, and a value that is absent or
wrong reads as None, so that the rest of the file is checked in the same go.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from service.rules.check.problem import Log, short
from service.rules.source import Leaf, Mapping, Mark, Node, Sequence

ID_PATTERN: Final = "^[a-z0-9][a-z0-9_-]{0,63}$"
_PLAIN: Final = re.compile(r"[\w.-]{1,80}")


class Key(NamedTuple):
    """The key a value stands under."""

    text: str
    mark: Mark


@dataclasses.dataclass(frozen=True, slots=True)
class Cursor:
    """`node` None: there is nothing here, and whoever had to know has been told."""

    log: Log
    path: str = "$"
    node: Node | None = None
    key: Key | None = None
    about: str = ""

    def named(self, about: str) -> "Cursor":
        """The same place, its problems told as those of e.g. `rule 'base-earn'`."""
        return dataclasses.replace(self, about=about)

    def identified(self, what: str) -> "Cursor":
        """The same place, named by the `id` that stands in it, if it has one."""
        if isinstance(self.node, Mapping) and "id" in self.node.entries:
            name = self.node.entries["id"][1]
            if isinstance(name, Leaf) and re.fullmatch(ID_PATTERN[1:-1], name.text):
                return self.named(f"{what} '{name.text}'")
        return self

    def fail(self, message: str) -> None:
        """Log a problem with the value."""
        if self.node is not None:
            self.log.add(self.node.mark, self.path, message, self.about)

    def fail_key(self, message: str) -> None:
        """Log a problem with the key."""
        if self.key is not None:
            self.log.add(self.key.mark, self.path, message, self.about)

    def expected(self, what: str) -> None:
        """Log that the value is not what it should be."""
        self.fail(f"expected {what}, got {self.got()}")

    def got(self) -> str:
        """The value as a message shows it."""
        if isinstance(self.node, Leaf):
            text = self.node.text
            return short(text) if isinstance(self.node.value, str) else text or "nothing"
        return "a list" if isinstance(self.node, Sequence) else "a mapping"

    def unknown_key(self, what: str, names: Iterable[str]) -> None:
        """Log that the key is none of the names, and which one may be meant."""
        if self.key is not None:
            self.fail_key(self.log.unknown(what, self.key.text, names))

    def unknown_value(self, what: str, word: str, names: Iterable[str]) -> None:
        """Log that the value is none of the names."""
        self.fail(self.log.unknown(what, word, names, listed=what == "value"))

    def children(self, what: str = "a mapping") -> "Iterator[Cursor]":
        """The values of a mapping, each with its key."""
        if isinstance(self.node, Mapping):
            for text, (mark, node) in self.node.entries.items():
                path = f"{self.path}.{text if _PLAIN.fullmatch(text) else short(text)}"
                yield Cursor(self.log, path, node, Key(text, mark), self.about)
        else:
            self.expected(what)

    def fields(self, known: Iterable[str], later: Iterable[str] = ()) -> "Fields":
        """The mapping here with these keys; any other key is a problem, `later` a known gap."""
        names, gaps = tuple(known), tuple(later)
        found: dict[str, Cursor] = {}
        clean = True
        for child in self.children():
            word = child.key.text if child.key else ""
            if word in names:
                found[word] = child
                continue
            clean = False
            if word in gaps:
                child.fail_key(f"'{word}' is not supported yet")
            else:
                child.unknown_key("key", names)
        return Fields(self, found, clean=clean)

    def items(self, what: str, least: int = 0, most: int = 1000) -> "list[Cursor]":
        """The items of a list of that many."""
        if self.node is None:
            return []
        if not isinstance(self.node, Sequence):
            self.expected(what)
            return []
        count = len(self.node.items)
        if not least <= count <= most:
            bound = f"at least {least}" if count < least else f"at most {most}"
            self.fail(f"expected {bound} in the list, got {count}")
        return [
            Cursor(self.log, f"{self.path}[{number}]", node, None, self.about)
            for number, node in enumerate(self.node.items[:most])
        ]


@dataclasses.dataclass(frozen=True, slots=True)
class Fields:
    """The values of a mapping by key. `clean`: no other key stood there."""

    cursor: Cursor
    found: dict[str, Cursor]
    clean: bool

    def __contains__(self, key: str) -> bool:
        return key in self.found

    def __getitem__(self, key: str) -> Cursor:
        """The value, or a cursor on nothing."""
        absent = Cursor(self.cursor.log, f"{self.cursor.path}.{key}", about=self.cursor.about)
        return self.found.get(key, absent)

    def need(self, key: str) -> Cursor:
        """The value of a key that has to be there."""
        if key not in self.found and isinstance(self.cursor.node, Mapping):
            self.cursor.fail(f"needs '{key}'")
        return self[key]

    def only(self, keys: Iterable[str]) -> str | None:
        """Which of the keys is given; anything but exactly one of them is a problem."""
        names = tuple(keys)
        given = [key for key in names if key in self.found]
        if len(given) == 1:
            return given[0]
        if isinstance(self.cursor.node, Mapping) and (given or self.clean):
            self.cursor.fail(f"needs exactly one of {', '.join(names)}")
        return None
