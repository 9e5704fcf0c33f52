"""Codes that are shown to get into a club, or to apply to it: which are good, and who guesses.

A code that is no good, whatever the reason, is answered like a club that does not exist, after the
same questions to the database. It counts as one guess, wherever and however often it is shown.
"""

import uuid
from typing import Any, Protocol

from service.domain.clubs import codes, membership, spans
from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.types import CodeLets, CodeRow
from service.domain.coupons.guesses import Subject, subjects, tried
from service.flows.steps import alarming, guessing
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.values import Client
from service.rules.clubs import Club


class Shows(Protocol):
    """A request of a member who may show a code."""

    @property
    def member(self) -> uuid.UUID:
        """Who shows it."""

    @property
    def code(self) -> str | None:
        """What is shown."""

    @property
    def client(self) -> Client | None:
        """Where from."""


async def refuse_if_locked(tx: Tx, ctx: Context, body: Shows) -> None:
    """TooManyCodes, when a code is shown by somebody who has guessed; `tx.now` is set."""
    await guessing.refuse_if_locked(tx, ctx, _subjects(ctx, body))


async def count_wrong(ctx: Context, actor: Actor, club_id: str, body: Shows, result: Any) -> None:
    """After the transaction: a code that led to no club was a guess."""
    if body.code is not None and isinstance(result, ClubNotFound):
        wrong = tried(ctx.secret, f"club {club_id}", body.code, body.member)
        await guessing.count_tried(ctx, _subjects(ctx, body), [wrong])
        await alarming.notice(ctx, actor.client_id, [wrong])


def _subjects(ctx: Context, body: Shows) -> tuple[Subject, ...]:
    """Who guesses, when a code was shown; else nobody does."""
    return () if body.code is None else subjects(ctx.secret, body.member, body.client)


async def shown(
    tx: Tx, ctx: Context, circle: Circle, body: Shows, lets: CodeLets
) -> CodeRow | None:
    """The code that is shown, locked, if it is good for this now.

    That of a member who has left the club is not, nor is one that was made for something else.
    """
    if body.code is None:
        return None
    row = await codes.lock(tx, circle.number, codes.digest(ctx.secret, body.code))
    inviters = [] if row is None or row.inviter is None else [row.inviter]
    found = await tx.ask(spans.ask_spans(inviters))
    at = circle.work.at
    if row is None or row.lets is not lets or not row.stands(at):
        return None
    if row.inviter is not None and not (
        row.inviter == circle.owner_id
        or membership.belongs(found.get(row.inviter, []), circle.number, at)
    ):
        return None
    return row


def known(circle: Circle, code: CodeRow | None, actor: Actor | None = None) -> Club:
    """ClubNotFound, unless the member or the actor knows the club or the code is good."""
    if circle.club is not None and code is not None and not circle.is_banned:
        return circle.club
    return circle.known(actor)
