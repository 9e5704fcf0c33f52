"""The walls of the database as sql/schema.sql builds them: constraints, unique indexes, not null.

They are compared in a normal form: lower case, without white space, casts and round brackets, so
that what PostgreSQL prints of a definition is what the schema says.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

_COMMENT: Final = re.compile(r"--[^\n]*")
_TABLE: Final = re.compile(r"create table (\w+) \(")
_INDEX: Final = re.compile(r"create unique index (\w+) on (\w+) ([^;]+);")
_NAMED: Final = re.compile(r"constraint (\w+)\s+(.+)", re.DOTALL)
_KEY: Final = re.compile(r"primary key \(([^)]+)\)")
_REFERENCES: Final = re.compile(r"references (\w+)(?: \(([^)]+)\))?")
_FOREIGN: Final = re.compile(r"foreign key \(([^)]+)\) references (\w+)(?: \(([^)]+)\))?")
_BETWEEN: Final = re.compile(r"(\S+) between (\S+) and (\S+)")
_ONE_OF: Final = re.compile(r"(\S+) in \(([^)]*)\)")
_CAST: Final = re.compile(r"::\w+")
_NOISE: Final = re.compile(r"[\s()'\"]|public\.|using btree")


class Wall(msgspec.Struct, frozen=True):
    """A constraint or unique index: `says` in normal form; `check` the expression as written.

    `columns` of a foreign key, and `refers` to (table, columns).
    """

    table: str
    name: str
    says: str
    check: str | None = None
    columns: tuple[str, ...] = ()
    refers: tuple[str, tuple[str, ...]] | None = None


class Schema(msgspec.Struct, frozen=True):
    """All walls by (table, name); `keys` table -> primary key; `required` (table, column)."""

    walls: dict[tuple[str, str], Wall]
    keys: dict[str, tuple[str, ...]]
    required: frozenset[tuple[str, str]]


def normal(definition: str) -> str:
    """The normal form of a definition, as written or as PostgreSQL prints it."""
    text = _ONE_OF.sub(r"\1 = any array[\2]", definition.lower())
    text = _BETWEEN.sub(r"\1 >= \2 and \1 <= \3", text)
    return _NOISE.sub("", _CAST.sub("", text))


def read(text: str) -> Schema:
    """The walls of a schema in the style of sql/schema.sql."""
    text = _COMMENT.sub("", text)
    tables = {match[1]: list(_parts(text, match.end())) for match in _TABLE.finditer(text)}
    keys = {name: _key(parts) for name, parts in tables.items()}
    found = [wall for name, parts in tables.items() for wall in _walls(name, parts, keys)]
    found += [
        Wall(match[2], match[1], normal(f"create unique index {match[1]} on {match[2]} {match[3]}"))
        for match in _INDEX.finditer(text)
    ]
    return Schema(
        {(wall.table, wall.name): wall for wall in found},
        keys,
        frozenset(
            (name, column)
            for name, parts in tables.items()
            for column in (*_required(parts), *keys[name])
        ),
    )


def _parts(text: str, start: int) -> Iterator[str]:
    """What stands between the commas of a bracket that opened just before `start`."""
    depth, part = 0, start
    for n in range(start, len(text)):
        closing = text[n] == ")"
        if depth == 0 and (closing or text[n] == ","):
            yield text[part:n].strip()
            part = n + 1
            if closing:
                return
        depth += (text[n] == "(") - closing


def _columns(text: str) -> tuple[str, ...]:
    return tuple(column.strip() for column in text.split(","))


def _key(parts: list[str]) -> tuple[str, ...]:
    for part in parts:
        if match := _KEY.match(part):
            return _columns(match[1])
        if "primary key" in part:
            return (part.split()[0],)
    return ()


def _required(parts: list[str]) -> list[str]:
    return [part.split()[0] for part in parts if " not null" in part and not _NAMED.match(part)]


def _walls(table: str, parts: list[str], keys: dict[str, tuple[str, ...]]) -> Iterator[Wall]:
    if keys[table]:
        name = f"{table}_pkey"
        yield Wall(table, name, normal(f"primary key {','.join(keys[table])}"))
    for part in parts:
        if match := _NAMED.match(part):
            yield _named(table, match[1], match[2], keys)
        elif not _KEY.match(part):
            yield from _of_column(table, part, keys)


def _named(table: str, name: str, says: str, keys: dict[str, tuple[str, ...]]) -> Wall:
    if match := _FOREIGN.match(says):
        return _foreign(table, name, match[1], match[2], match[3], keys)
    return Wall(table, name, normal(says), check=_expression(says))


def _of_column(table: str, part: str, keys: dict[str, tuple[str, ...]]) -> Iterator[Wall]:
    column = part.split(maxsplit=1)[0]
    if match := _REFERENCES.search(part):
        yield _foreign(table, f"{table}_{column}_fkey", column, match[1], match[2], keys)
    check = part.find("check (")
    if check >= 0:
        says = f"check ({next(_parts(part, check + len('check (')))})"
        yield Wall(table, f"{table}_{column}_check", normal(says), check=_expression(says))


def _expression(says: str) -> str | None:
    return says.removeprefix("check ") if says.startswith("check ") else None


def _foreign(
    table: str,
    name: str,
    columns: str,
    other: str,
    given: str | None,
    keys: dict[str, tuple[str, ...]],
) -> Wall:
    theirs = _columns(given) if given else keys[other]
    says = f"foreign key {columns} references {other} {','.join(theirs)}"
    return Wall(table, name, normal(says), columns=_columns(columns), refers=(other, theirs))
