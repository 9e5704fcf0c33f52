"""From what a request says of the member to the holder it belongs to, before the lock.

What nobody holds yet belongs to a holder that is only made when it is locked (unclaimed.py).
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Found, Kind
from service.domain.members import store as members
from service.domain.members.errors import (
    MemberErased,
    MemberNotFound,
    UnknownIdentifierKind,
)
from service.domain.members.identifiers import Ownership, digest, gap
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.infra.together import Ask
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Identifier

NEW: Final = 0  # version of a holder that is to be made


class Match(msgspec.Struct, frozen=True):
    """The holder a purchase belongs to, with the version it was read at.

    `merged`: that is the version of another holder, which was merged into this one: `home`, whose
    the purchase is when they are merged no more. `is_new`: the holder is to be made, with the
    identifier of `claim` (None: it is known by none).
    """

    holder_id: uuid.UUID
    version: int
    conflict: bool = False
    merged: bool = False
    home: uuid.UUID | None = None
    is_new: bool = False
    claim: members.Claim | None = None


class Who(msgspec.Struct, frozen=True):
    """What a purchase says of its member."""

    identifiers: tuple[Identifier, ...]
    member_id: uuid.UUID | None
    at: dt.datetime | None  # None: now
    holder_id: uuid.UUID | None = None  # of its hold or checkout, when nobody else is named
    has_happened: bool = False  # so that nothing is refused: who was erased is nobody known


def check_kinds(identifiers: Sequence[Identifier], allowed: tuple[str, ...], pointer: str) -> None:
    """UnknownIdentifierKind when the program does not declare one of them."""
    for n, identifier in enumerate(identifiers):
        if identifier.kind not in allowed:
            raise UnknownIdentifierKind(
                kind=identifier.kind, allowed=allowed, pointer=f"{pointer}/{n}/kind"
            )


class Look:
    """What is known of those whom purchases name: `questions` to be asked, then who each is."""

    __slots__ = ("_by_id", "_digests", "_owned", "questions")

    def __init__(self, ctx: Context, asked: Iterable[Who]) -> None:
        everybody = list(asked)
        self._digests = {i: digest(ctx.secret, i) for who in everybody for i in who.identifiers}
        self._owned = members.ask_ownerships(set(self._digests.values()))
        named = {
            one for who in everybody for one in (who.member_id, who.holder_id) if one is not None
        }
        self._by_id = holders.ask_found(named)
        self.questions: list[Ask[Any]] = []
        if self._digests:
            self.questions.append(self._owned)
        if named:
            self.questions.append(self._by_id)

    def digests(self, who: Who) -> list[bytes]:
        """What the identifiers are known by."""
        return [self._digests[identifier] for identifier in who.identifiers]

    def owned(self, value: bytes) -> list[Ownership]:
        """All who ever held it, oldest first."""
        return self._owned.answer[value]

    def of(self, who: Who, now: dt.datetime) -> Match | ExpectedError | None:
        """The purchase's holder as it is known; None: nobody holds it yet."""
        if who.member_id is not None:
            row = self._by_id.answer.get(who.member_id)
            return None if who.has_happened and _is_erased(row) else _by_id(row)
        if who.holder_id is not None:
            row = self._by_id.answer.get(who.holder_id)
            return None if row is None or _is_erased(row) else _of_row(row)
        return _first([self.owned(value) for value in self.digests(who)], who.at or now)

    def own_id(self, who: Who) -> uuid.UUID:
        """The id of the holder to be made for nobody known: the checkout's own, if it has one."""
        if who.holder_id is None or _is_erased(self._by_id.answer.get(who.holder_id)):
            return new_id()
        return who.holder_id


async def match(
    tx: Tx, ctx: Context, asked: Sequence[Who], now: dt.datetime
) -> list[Match | ExpectedError]:
    """Each purchase's holder, as `known_or_new`."""
    look = Look(ctx, asked)
    await tx.ask_all(look.questions)
    return known_or_new(look, asked, now)


def known_or_new(look: Look, asked: Sequence[Who], now: dt.datetime) -> list[Match | ExpectedError]:
    """Each purchase's holder; what nobody holds yet gets an unclaimed one, which is not made here.

    One for each unknown identifier (the first named), or for the purchase alone.
    """
    new: dict[bytes, Match] = {}
    return [
        found if (found := look.of(who, now)) is not None else _new(look, who, now, new)
        for who in asked
    ]


def _new(look: Look, who: Who, now: dt.datetime, new: dict[bytes, Match]) -> Match:
    of_one = look.digests(who)
    if not of_one:
        return Match(look.own_id(who), NEW, is_new=True)
    first = of_one[0]
    if first not in new:
        holder_id = new_id()
        since, until = gap(look.owned(first), who.at or now)
        claim = (first, since, until, holder_id, who.identifiers[0].kind)
        new[first] = Match(holder_id, NEW, is_new=True, claim=claim)
    return new[first]


async def held_by(
    tx: Tx, ctx: Context, asked: Sequence[Who], now: dt.datetime
) -> list[uuid.UUID | None]:
    """Who holds what was asked now that the holders are locked; None: nobody."""
    look = Look(ctx, asked)
    await tx.ask_all(look.questions)
    found = [look.of(who, now) for who in asked]
    return [one.holder_id if isinstance(one, Match) else None for one in found]


def _is_erased(row: Found | None) -> bool:
    return row is not None and row.is_erased


def _by_id(row: Found | None) -> Match | ExpectedError:
    if row is None or row.kind != Kind.MEMBER:
        return MemberNotFound()
    return MemberErased() if row.is_erased else _of_row(row)


def _of_row(row: Found) -> Match:
    if row.merged_into is None:
        return Match(row.holder_id, row.version)
    return Match(row.merged_into, row.version, merged=True, home=row.holder_id)


def _first(owned: Sequence[list[Ownership]], at: dt.datetime) -> Match | None:
    """The first identifier held by a member wins, else the first known unclaimed one."""
    held = [o for of_one in owned for o in of_one if o.covers(at)]
    members_ = [o for o in held if o.kind == Kind.MEMBER]
    chosen = (members_ or held)[:1]
    if not chosen:
        return None
    first = chosen[0]
    holder_id = first.merged_into or first.holder_id
    conflict = any((o.merged_into or o.holder_id) != holder_id for o in members_)
    if first.merged_into is None:
        return Match(holder_id, first.version, conflict)
    return Match(holder_id, first.version, conflict, merged=True, home=first.holder_id)


class MatchAgain(Exception):
    """A holder was made between reading and writing; the transaction is rolled back."""

    def __init__(self, lost: frozenset[uuid.UUID]) -> None:
        super().__init__(f"{len(lost)} holders made meanwhile")
        self.lost = lost
