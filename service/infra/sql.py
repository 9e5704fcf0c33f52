"""Statements by name, from `sql/queries/<noun>.sql`.

A file holds statements under `-- name: lock_holders`, with `:named` parameters as psql has them.
The loader turns them into `$n`, remembers their order, and puts the name in front as a comment, so
that logs and `pg_stat_activity` tell which statement runs. `::type` casts, string literals and
comments are left alone.
"""

import functools
import importlib.resources
import pathlib
import re
from collections.abc import Mapping
from typing import Any, Final

_NAME: Final = re.compile(r"^-- name: ([a-z][a-z0-9_]*)$")
_TOKEN: Final = re.compile(
    r"(?P<skip>--[^\n]*|'(?:[^']|'')*'|::)|:(?P<name>[a-z][a-z0-9_]*)", re.MULTILINE
)


class Statement:
    """One statement: `text` for the server, `parameters` in the order of `$1, $2, …`."""

    __slots__ = ("comment", "name", "parameters", "text")

    def __init__(self, name: str, source: str, comment: str) -> None:
        order: dict[str, int] = {}

        def number(match: re.Match[str]) -> str:
            if match["skip"] is not None:
                return match["skip"]
            return f"${order.setdefault(match['name'], len(order) + 1)}"

        body = _TOKEN.sub(number, source).strip().rstrip(";")
        self.name = name
        self.comment = comment
        self.text = f"/* {name} */ {body}"
        self.parameters = tuple(order)

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """The values in order; a missing or a spare one is a bug and raises TypeError."""
        if len(given) != len(self.parameters):
            raise TypeError(f"{self.name}: takes {self.parameters}, got {tuple(given)}")
        try:
            return [given[name] for name in self.parameters]
        except KeyError as missing:
            raise TypeError(f"{self.name}: {missing} is missing") from None


def parse(noun: str, text: str) -> dict[str, Statement]:
    """All statements of one file, by name; names are unique, comments directly below the name."""
    found: dict[str, Statement] = {}
    name = ""
    comment: list[str] = []
    body: list[str] = []

    def close() -> None:
        if name:
            if name in found:
                raise ValueError(f"{noun}.sql: two statements are named {name}")
            found[name] = Statement(f"{noun}.{name}", "\n".join(body), "\n".join(comment))

    for line in text.splitlines():
        match = _NAME.match(line)
        if match:
            close()
            name, comment, body = match[1], [], []
        elif name and not body and line.startswith("--"):
            comment.append(line.removeprefix("--").strip())
        elif name:
            body.append(line)
    close()
    return found


def root() -> pathlib.Path:
    """Where `sql/` lies: beside the package in a checkout, inside it in an installed wheel."""
    package = pathlib.Path(str(importlib.resources.files("service")))
    inside = package / "sql"
    return inside if inside.is_dir() else package.parent / "sql"


@functools.cache
def load(noun: str) -> dict[str, Statement]:
    """The statements of `sql/queries/<noun>.sql`."""
    return parse(noun, (root() / "queries" / f"{noun}.sql").read_text(encoding="utf-8"))
