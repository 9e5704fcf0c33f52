"""What a check has found."""

import enum

import msgspec


class Level(enum.Enum):
    """`wrong` makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line: what was looked at, how it is, and, unless it is well, what to do next."""

    check: str
    level: Level
    text: str
    todo: str = ""


def well(check: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(check=check, level=Level.OK, text=text)


def warning(check: str, text: str, todo: str) -> Finding:
    """To be done some day."""
    return Finding(check=check, level=Level.WARNING, text=text, todo=todo)


def wrong(check: str, text: str, todo: str) -> Finding:
    """To be done now."""
    return Finding(check=check, level=Level.WRONG, text=text, todo=todo)
