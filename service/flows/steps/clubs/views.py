"""Offers, codes and standings of clubs as answers show them."""

import datetime as dt

import msgspec

from service.domain.clubs import codes, membership, spans, waiting
from service.domain.clubs.types import (
    ClubCodeView,
    ClubEntry,
    ClubOfferView,
    CodeRow,
    Entered,
    Offer,
)
from service.flows.steps.clubs.knowing import Circle
from service.infra.db import Tx
from service.kernel.codes import shown
from service.rules.clubs import Club


def offer(club: Club, one: Offer, at: dt.datetime) -> ClubOfferView:
    """An offer as it counts at the instant."""
    return ClubOfferView(
        id=one.offer_id,
        club=club.id,
        member_id=one.holder_id,
        kind=one.kind.name.lower(),
        state=one.state_at(at).name.lower(),
        made_at=one.made_at,
        until=one.due_at,
        inviter_id=one.inviter,
        seat_kept=one.has_seat or club.seats is None,
    )


def code(club: Club, one: CodeRow) -> ClubCodeView:
    """A code without the code."""
    return ClubCodeView(
        id=one.code_id,
        club=club.id,
        lets=one.lets,
        shown=f"…{one.tail}",
        uses_max=one.uses_max,
        used=one.used,
        made_at=one.made_at,
        until=one.due_at,
        inviter_id=one.inviter,
        voided_at=one.voided_at,
    )


def with_code(secret: bytes, view: ClubCodeView) -> ClubCodeView:
    """The same for whoever made it: with the code as it is printed."""
    return msgspec.structs.replace(view, code=shown(codes.derive(secret, view.id)))


async def entry(tx: Tx, circle: Circle, club: Club) -> ClubEntry:
    """How the member stands with the club after what the transaction has written."""
    at, number, member = circle.work.at, club.number, circle.member_id
    of_spans = spans.ask_spans([member])
    places = waiting.ask_open([member], [number])
    await tx.ask_all([of_spans, places])
    theirs, place = of_spans.answer.get(member, []), places.answer.get((member, number))
    if membership.belongs(theirs, number, at):
        until = membership.ends_at(theirs, number, at)
        return ClubEntry(club=club.id, member_id=member, state=Entered.MEMBER, until=until)
    if place is not None:
        ahead = await waiting.ahead(tx, number, place.place)
        return ClubEntry(club=club.id, member_id=member, state=Entered.WAITING, ahead=ahead)
    return ClubEntry(club=club.id, member_id=member, state=Entered.OUTSIDE)
