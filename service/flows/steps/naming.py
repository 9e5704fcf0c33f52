"""Another member, named by id or by identifiers: who it is, before the lock and under it."""

import datetime as dt
import uuid

from service.domain.members.errors import MemberErased
from service.domain.transfers.errors import RecipientNotFound
from service.flows.steps.context import Context
from service.flows.steps.match import Look, Match, Who, check_kinds
from service.infra.db import Tx
from service.kernel.values import OtherMember, Recipient


async def find(tx: Tx, ctx: Context, named: Recipient, now: dt.datetime, pointer: str) -> uuid.UUID:
    """The holder that is named; MemberErased, RecipientNotFound, UnknownIdentifierKind.

    That it is a member's is known of the locked holder alone.
    """
    if isinstance(named, OtherMember):
        who = Who((), named.id, now)
    else:
        check_kinds(named, ctx.programs.at(now).document.identifiers, pointer)
        who = Who(named, None, now)
    look = Look(ctx, [who])
    await tx.ask_all(look.questions)
    found = look.of(who, now)
    if isinstance(found, MemberErased):
        raise found
    if not isinstance(found, Match):
        raise RecipientNotFound(pointer=pointer)
    return found.holder_id
