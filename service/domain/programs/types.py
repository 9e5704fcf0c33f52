"""Requests and answers about the program."""

import datetime as dt
from typing import Annotated

import msgspec

from service.kernel.text import Instant, Text

SOURCE_BYTES_MAX = 256 * 1024
Source = Annotated[str, msgspec.Meta(min_length=1, max_length=SOURCE_BYTES_MAX)]


class ProgramSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program file as text (YAML)."""

    source: Source


class Publish(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A new version. `effective_from` absent: as soon as every worker has it (a few seconds)."""

    source: Source
    note: Text = ""
    effective_from: Instant | None = None


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A published version, without its text."""

    version: int
    id: str
    effective_from: dt.datetime
    published_at: dt.datetime
    author: str
    note: str
    in_force: bool


class VersionDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A published version with the text as it was published."""

    version: VersionView
    source: str


class ProblemView(msgspec.Struct, frozen=True, kw_only=True):
    """One problem of a program file: where it is and what to do."""

    line: int
    column: int
    path: str
    message: str


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """All problems of a program file; none: it may be published."""

    ok: bool
    problems: tuple[ProblemView, ...]


class SegmentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A segment that is new or changed: how many `members` would belong to it, and how many do.

    `members_now` null: it is new. `sample`: of so many members it was worked out, and counted up to
    all; null: of everybody.
    """

    id: str
    members: int
    members_now: int | None
    sample: int | None


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing would change, in words; `members_moving` per changed ladder.

    `segments`: the new and the changed ones, with the members they would have.
    """

    changes: tuple[str, ...]
    members_moving: dict[str, int] = {}
    segments: tuple[SegmentPlan, ...] = ()


class StoredVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The row of a version."""

    version: int
    effective_from: dt.datetime
    published_at: dt.datetime
    actor_kind: int
    actor_id: str
    note: str
    source: str
    canonical: bytes
    engine: int
