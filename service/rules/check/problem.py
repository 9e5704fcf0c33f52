"""What is wrong with a program file, where, and what was probably meant."""

import difflib
from collections.abc import Iterable
from typing import Final

import msgspec

from service.rules.source import Mark

PROBLEMS_MAX: Final = 200  # listed; the rest is counted
NAMES_MAX: Final = 12  # listed after "one of"
EFFORT_MAX: Final = 5_000_000  # of all suggestions: characters of words times those of names
MESSAGE_MAX: Final = 1000  # characters
_WORD_MAX: Final = 64


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One problem. `line` and `col` count from 1; `about` names the rule, wallet, … it is in.

    `str` gives the line to print: `program.yaml:5:7: rule 'r' at $.campaigns[0]…: message`.
    """

    file: str
    line: int
    col: int
    path: str
    message: str
    about: str = ""

    def __str__(self) -> str:
        where = f"{self.about} at {self.path}" if self.about else self.path
        place = "" if where == "$" else f"{where}: "
        return f"{self.file}:{self.line}:{self.col}: {place}{self.message}"


class Log:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[Problem] = []
        self._left_out = 0
        self._effort = 0

    def unknown(self, what: str, word: str, names: Iterable[str], *, listed: bool = False) -> str:
        """The message for a word that is none of the names; the nearest one while it is cheap."""
        if len(self._found) >= PROBLEMS_MAX:
            return ""  # nobody reads it
        known = list(names)
        self._effort += len(word[:_WORD_MAX]) * sum(len(name) for name in known)
        meant = suggestion(word, known) if self._effort <= EFFORT_MAX else ""
        choice = one_of(known) if listed or not meant else ""
        return f"unknown {what} {short(word)}{meant}{choice}"

    def add(self, mark: Mark, path: str, message: str, about: str = "") -> None:
        """Report one problem."""
        if len(self._found) >= PROBLEMS_MAX:
            self._left_out += 1
        else:
            words = (_printable(text) for text in (path, message, about))
            self._found.append(Problem(self._file, mark.line, mark.col, *words))

    def problems(self) -> tuple[Problem, ...]:
        """All of them in the order of the file; one more at the end stands for those left out."""
        found = sorted(self._found, key=lambda problem: (problem.line, problem.col))
        if self._left_out:
            last = found[-1]
            message = f"{self._left_out} more problems are not shown"
            found.append(Problem(self._file, last.line, last.col, "$", message))
        return tuple(found)


def suggestion(word: str, names: Iterable[str]) -> str:
    """`, did you mean 'x'?` for the name most like the word, else nothing."""
    near = difflib.get_close_matches(word[:_WORD_MAX], list(names), n=1)
    return f", did you mean '{near[0]}'?" if near else ""


def one_of(names: Iterable[str]) -> str:
    """`; one of a, b` when there are few enough to read."""
    listed = list(names)
    return f"; one of {', '.join(listed)}" if 0 < len(listed) <= NAMES_MAX else ""


def short(text: str) -> str:
    """The text in quotes, on one line and not endless."""
    return repr(text if len(text) <= _WORD_MAX else f"{text[: _WORD_MAX - 1]}…")


def _printable(text: str) -> str:
    """The text on one line and not endless, whatever a key of the file holds."""
    text = text if len(text) <= MESSAGE_MAX else f"{text[: MESSAGE_MAX - 1]}…"
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
