"""Who belongs to a club has a ground and, where seats are counted, a seat; purchases knew it."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from service.domain.clubs import membership
from service.domain.clubs.membership import BAN, Ended, Span
from service.domain.clubs.types import Ground
from service.domain.purchases.stored import Flag
from service.infra.sql import load
from service.rules.facts import Facts
from service.verify.look import Look, of_purchase
from service.verify.report import Check

SQL: Final = load("verify_clubs")
_APART: Final = int(Flag.CLAIMED)  # decided later than they were told
_facts: Final = msgspec.msgpack.Decoder(Facts)

Key = tuple[uuid.UUID, int]  # holder, club


async def look_at_range(look: Look) -> None:
    """Members of a range: their grounds, seats, payments, places, and what purchases knew."""
    homed = await _spans(look)
    theirs: defaultdict[Key, list[Span]] = defaultdict(list)
    for (holder_id, club, _), spans in homed.items():
        theirs[holder_id, club] += spans
    look.tally.count(Check.CLUBS, sum(len(spans) for spans in theirs.values()))
    for key, spans in sorted(homed.items(), key=str):
        for text in wrong_spans(spans):
            look.tally.differ(Check.CLUBS, _place(key[:2]), text)
    await _look_at_seats(look, theirs)
    await look.wrong(Check.CLUBS, SQL["list_wrong_payments"])
    await look.wrong(Check.CLUBS, SQL["list_wrong_places"])
    await look.wrong(Check.CLUBS, SQL["list_wrong_code_uses"])
    await look.wrong(Check.CLUBS, SQL["list_wrong_pool_moves"])
    await _look_at_purchases(look, theirs)


def _place(key: Key) -> str:
    return f"holder {key[0]}, club {key[1]}"


Homed = tuple[uuid.UUID, int, uuid.UUID | None]  # holder, club, whose it is when nobody is merged


async def _spans(look: Look) -> dict[Homed, list[Span]]:
    found: defaultdict[Homed, list[Span]] = defaultdict(list)
    for *row, home in await look.rows(SQL["list_clubbed_spans"]):
        span = Span(**dict(zip(Span.__struct_fields__, row, strict=True)))
        found[span.holder_id, span.club, home].append(span)
    return found


def wrong_spans(spans: Sequence[Span]) -> list[str]:
    """What cannot be of a member's spans in one club, the oldest first."""
    real = [one for one in spans if one.until_at is None or one.until_at > one.from_at]
    grounds = [one for one in real if one.is_ground]
    found = [
        f"paid terms {one.span_id} and {other.span_id} lie over one another"
        for one, other in pairwise([one for one in grounds if _counts(one)])
        if one.until_at is None or one.until_at > other.from_at
    ]
    found += [
        f"ground {one.span_id} lies in ban {ban.span_id}"
        for ban in real
        if ban.kind == BAN
        for one in grounds
        if _meet(one, ban)
    ]
    return found


def _counts(one: Span) -> bool:
    return one.kind == Ground.PAID and one.ended_why in {None, Ended.LAPSED}


def _meet(one: Span, other: Span) -> bool:
    return (one.until_at is None or other.from_at < one.until_at) and (
        other.until_at is None or one.from_at < other.until_at
    )


# ---------------------------------------------------------------- seats


async def _look_at_seats(look: Look, theirs: Mapping[Key, Sequence[Span]]) -> None:
    """A seat for each member and each offer that keeps one, due as they end, and no other."""
    seats = {
        (row["holder_id"], row["club"]): row for row in await look.rows(SQL["list_club_seats"])
    }
    offers = {
        (row["holder_id"], row["club"]): row["due_at"]
        for row in await look.rows(SQL["list_seated_offers"])
    }
    last = {row[0]: row[1] for row in await look.tx.rows(SQL["list_last_steps"])}
    counted, now = _counted(look), await look.now()
    for key in sorted({*theirs, *seats, *offers}):
        at = last.get(key[1])
        if at is None or key[1] not in counted:
            continue
        text = wrong_seat(theirs.get(key, ()), offers.get(key), seats.get(key), at, now)
        if text is not None:
            look.tally.differ(Check.CLUBS, _place(key), text)


def _counted(look: Look) -> set[int]:
    """Clubs whose seats were counted in every version that has them."""
    versions = [program.clubs_by_number for program in look.programs.compiled]
    numbers = {number for clubs in versions for number in clubs}
    return {
        number
        for number in numbers
        if all(clubs[number].club.seats is not None for clubs in versions if number in clubs)
    }


def wrong_seat(
    spans: Sequence[Span],
    offer: dt.datetime | None,
    seat: Any,
    at: dt.datetime,
    now: dt.datetime,
) -> str | None:
    """What is wrong at an instant; `offer`: until when the open one keeps a seat. None: nothing.

    A seat that is due by `now` may have been swept, which is no step of the club's history.
    """
    is_in = bool(spans) and membership.has_ground(spans, spans[0].club, at)
    if is_in:
        wanted = membership.ends_at(spans, spans[0].club, at)
    elif offer is not None and offer > at:
        wanted = offer
    else:
        stands = seat is not None and (seat["due_at"] is None or seat["due_at"] > at)
        return f"seat {seat['seat']} is taken for nothing" if stands else None
    if seat is None:
        return None if wanted is not None and wanted <= now else "no seat is taken"
    if seat["due_at"] != wanted:
        return f"seat {seat['seat']} is due {seat['due_at']}, not {wanted}"
    return None


# ---------------------------------------------------------------- purchases


async def _look_at_purchases(look: Look, theirs: Mapping[Key, Sequence[Span]]) -> None:
    """Each decision that asked about clubs knew what was known of them when it was made."""
    of_member: defaultdict[uuid.UUID, list[Span]] = defaultdict(list)
    for (holder_id, _), spans in theirs.items():
        of_member[holder_id] += spans
    reads = {one.version: one for one in look.programs.compiled if one.reads_clubs}
    for row in await look.rows(SQL["list_purchases_in_clubs"], apart=_APART):
        facts = _facts.decode(row["facts"])
        program = reads.get(row["program_version"])
        if program is None or facts.member is None:
            continue
        known = _known(of_member[row["holder_id"]], row["recorded_at"])
        sure, conditional = membership.clubs_at(known, row["occurred_at"])
        wanted = [
            tuple(sorted(one.id for one in program.clubs.values() if one.number in numbers))
            for numbers in (sure, conditional)
        ]
        said = [facts.member.clubs, facts.member.clubs_while]
        if said != wanted:
            text = f"it was decided for clubs {said[0]} {said[1]}, not {wanted[0]} {wanted[1]}"
            look.tally.differ(Check.CLUBS, of_purchase(row), text)


def _known(theirs: Sequence[Span], at: dt.datetime) -> list[Span]:
    """The spans as they were known then: what was told to end since, or with it, went on.

    Only a rule that is not true any more ends something in the past, and it has no term of its own;
    what ended before anybody told was over by itself.
    """
    return [
        msgspec.structs.replace(one, until_at=None) if _was_cut_since(one, at) else one
        for one in theirs
        if one.recorded_at < at
    ]


def _was_cut_since(one: Span, at: dt.datetime) -> bool:
    if one.ended_at is None or one.ended_at < at or one.ended_why == Ended.LAPSED:
        return False
    return one.conditional or one.until_at is None or one.until_at >= one.ended_at
