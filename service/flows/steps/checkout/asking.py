"""What no basket may get wrong, and whom it names: the same for quotes, holds and purchases."""

import datetime as dt
import uuid

from service.domain.purchases.basket import Basket, MemberRef
from service.domain.purchases.errors import (
    BackdateTooFar,
    CurrencyMismatch,
    InTheFuture,
    UnknownChannel,
    UnknownStore,
)
from service.flows.steps.checkout import redeeming
from service.flows.steps.context import EARLIEST, IN_THE_FUTURE_MAX
from service.flows.steps.match import Who, check_kinds
from service.kernel.calendar import shift
from service.kernel.values import Identifier
from service.rules.compile import Program


def instant(
    body: Basket, at: dt.datetime | None, now: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """(when it says it took place, when it counts).

    A clock may run ahead, but nothing is effective in the future.
    """
    said = (body.occurred_at or at or now).astimezone(dt.UTC)
    return said, min(said, now)


def check(
    program: Program, body: Basket, said: dt.datetime, now: dt.datetime, *, importing: bool = False
) -> None:
    """What a basket may not get wrong, whatever its mode; the error names the field."""
    document = program.document
    if body.currency != document.program.currency:
        raise CurrencyMismatch(expected=document.program.currency)
    if body.channel not in document.channels:
        raise UnknownChannel(channel=body.channel, allowed=document.channels)
    if body.store is not None and document.stores and body.store not in document.stores:
        raise UnknownStore(store=body.store)
    if isinstance(body.member, tuple):
        check_kinds(body.member, document.identifiers, "/member")
    if body.coupons or body.redeem or body.gift_cards:
        redeeming.check(program, body)
    if said == now:
        return
    if said > now + IN_THE_FUTURE_MAX:
        raise InTheFuture(now=now)
    earliest = EARLIEST if importing else shift(now, document.program.backdate_max, program.tz, -1)
    if said < earliest:
        raise BackdateTooFar(earliest=earliest)


def named(member: tuple[Identifier, ...] | MemberRef, at: dt.datetime | None) -> Who:
    """A member named by identifiers or id."""
    if isinstance(member, MemberRef):
        return Who((), member.id, at)
    return Who(member, None, at)


def who(
    body: Basket,
    at: dt.datetime | None,
    holder_id: uuid.UUID | None = None,
    *,
    has_happened: bool = False,
) -> Who:
    """Whom the basket names; `holder_id`: whose hold it stands on.

    `has_happened`: a purchase that a till kept while it was offline may name somebody who was
    erased since. It is never refused for that, but recorded as of nobody known.
    """
    member = body.member
    if member is None or isinstance(member, tuple):
        return Who(member or (), None, at, None if member else holder_id)
    return Who((), member.id, at, holder_id, has_happened)


def gate_key(body: Basket, *otherwise: str) -> tuple[str, ...]:
    """What the gate may run one of at a time: the member as far as the request names one."""
    if isinstance(body.member, MemberRef):
        return ("holder", str(body.member.id))
    if body.member:
        return ("identifier", body.member[0].kind, body.member[0].value)
    return otherwise
