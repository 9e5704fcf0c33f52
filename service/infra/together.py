"""Statements that go to the server together: one round trip instead of one each.

A purchase alone spends most of its time on the way to PostgreSQL and back. The statements stay
apart in their files and stores; only what is sent is put together. Reads become the columns of one
row, each an array of records. Writes become the parts of one `with`: no part sees what another
writes, so those of one table must not go together (see Tx.later); foreign keys are checked after
all of them. A server that refuses such statements gets them one by one: `ask_all` and `flush` of
Tx are the only places that put them together.
"""

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from service.infra.sql import Statement

T = TypeVar("T")

_NUMBER: Final = re.compile(r"\$(\d+)")
_WRITTEN: Final = re.compile(r"\b(?:insert\s+into|update|delete\s+from)\s+([a-z_]+)")


class Ask(Generic[T]):
    """A question to the database: what `read` makes of its rows is `answer`, once it was asked.

    Rows are read by position: asked together they have no names.
    """

    __slots__ = ("answer", "given", "read", "statement")

    answer: T

    def __init__(
        self, statement: Statement, read: Callable[[Sequence[Any]], T], **given: Any
    ) -> None:
        self.statement = statement
        self.given = given
        self.read = read


class Write:
    """A statement that waits. `rows` it must touch, or else `broken`; None: any number."""

    __slots__ = ("broken", "given", "rows", "statement")

    def __init__(
        self, statement: Statement, rows: int | None, broken: str, given: list[Any]
    ) -> None:
        self.statement = statement
        self.rows = rows
        self.broken = broken
        self.given = given


@functools.cache
def table_of(statement: Statement) -> str:
    """The table a statement writes to."""
    found = _WRITTEN.search(statement.text)
    if found is None:
        raise ValueError(f"{statement.name} writes to no table")
    return found[1]


@functools.cache
def reads(statements: tuple[Statement, ...]) -> str:
    """One statement with the rows of all, an array of records each."""
    parts = ",\n".join(
        f"array(select row(q.*) from (\n{text}\n) q)" for text in _renumbered(statements)
    )
    return f"/* {_names(statements)} */ select {parts}"


@functools.cache
def writes(statements: tuple[Statement, ...]) -> str:
    """One statement that does what all of them do and answers how many rows each touched."""
    texts = _renumbered(statements)
    parts = ",\n".join(f"w{n} as (\n{text}\nreturning 1)" for n, text in enumerate(texts))
    counts = ", ".join(f"(select count(*) from w{n})" for n in range(len(texts)))
    return f"/* {_names(statements)} */ with {parts} select {counts}"


def _names(statements: Sequence[Statement]) -> str:
    return " + ".join(one.name for one in statements)


def _renumbered(statements: Sequence[Statement]) -> list[str]:
    """The texts with their parameters counted through."""
    texts, before = [], 0
    for one in statements:
        texts.append(_NUMBER.sub(functools.partial(_shifted, before), one.text))
        before += len(one.parameters)
    return texts


def _shifted(by: int, match: re.Match[str]) -> str:
    return f"${int(match[1]) + by}"
