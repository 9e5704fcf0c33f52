"""What the edge and the routes call: may this request come in, and may it count as one more.

The order: how much is at work (before anything is looked at), who asks, how much of that client's
is at work, its quota. Whoever's credentials are missing or not accepted counts against the address,
after they were judged: so what others do from an address stops nobody who has good ones. Callers
who are not known are told no quota: it may be somebody else's.
"""

import uuid
from collections.abc import Sequence
from typing import Any, Final, Protocol

import structlog

from service.api.limits import fields
from service.api.limits.concurrency import AtOnce
from service.api.limits.counting import Counting, Standings
from service.api.limits.errors import QuotaExceeded, ReducedCapacity, TooManyAtOnce
from service.api.limits.load import WAIT_SECONDS_MAX, Load
from service.api.limits.policies import Policy, Quotas, subject
from service.api.reply import Header
from service.domain.coupons.guesses import network
from service.infra.addresses import Address
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError

# Whoever watches over the process has to be answered when it is busiest.
EXEMPT: Final = frozenset({"/health/live", "/health/ready", "/metrics"})

_log = structlog.get_logger("regulars.limits")


class Visit(Protocol):
    """Of a Call what limits look at, and note down."""

    scope: Any
    actor: Actor
    extra: tuple[Header, ...]
    is_at_work: bool
    client_at_work: uuid.UUID | None

    @property
    def address(self) -> Address | None:
        """The caller's."""


class Limits:
    """The limits of a process."""

    __slots__ = ("_at_once", "_counting", "_is_full", "_load", "_quotas")

    def __init__(self, counting: Counting, quotas: Quotas, load: Load, at_once: AtOnce) -> None:
        self._counting = counting
        self._quotas = quotas
        self._load = load
        self._at_once = at_once
        self._is_full = False  # told once, not with each request that is refused

    def enter(self, call: Visit) -> None:
        """A request comes in: ReducedCapacity when it would wait for too long."""
        if call.scope["path"] in EXEMPT:
            return
        if self._load.is_full():
            if not self._is_full:
                self._is_full = True
                _log.warning("full", at_work=self._load.at_work)
            raise ReducedCapacity(retry_after_seconds=fields.retry_after(WAIT_SECONDS_MAX))
        self._is_full = False
        self._load.enter()
        call.is_at_work = True

    def leave(self, call: Visit) -> None:
        """It was answered, or goes on for as long as the caller likes and is at work no more.

        Whoever calls it twice changes nothing.
        """
        if call.is_at_work:
            call.is_at_work = False
            self._load.leave()
        if call.client_at_work is not None:
            self._at_once.leave(call.client_at_work)
            call.client_at_work = None

    async def count(self, call: Visit, *, spends: bool) -> None:
        """The actor of the call is known: TooManyAtOnce, QuotaExceeded."""
        actor = call.actor
        if not self._at_once.enter(actor.client_id):
            call.extra = fields.at_once(self._at_once.requests_max)
            raise TooManyAtOnce(
                retry_after_seconds=fields.retry_after(0), violated=(fields.AT_ONCE,)
            )
        call.client_at_work = actor.client_id
        policies = self._quotas.of(actor, spends=spends)
        if policies:
            standings = await self._counting.take(subject(actor), policies)
            call.extra = fields.described(standings)
            _refuse(standings)

    async def count_refused(self, call: Visit, why: ExpectedError) -> ExpectedError:
        """Credentials were missing or not accepted: what to answer."""
        policies: Sequence[Policy] = self._quotas.address
        if not policies:
            return why
        try:
            _refuse(await self._counting.take(f"address\x1f{network(str(call.address))}", policies))
        except QuotaExceeded as too_many:
            return too_many
        return why


def _refuse(standings: Standings) -> None:
    refused = [(policy, one) for policy, one in standings if not one.is_allowed]
    if refused:
        raise QuotaExceeded(
            retry_after_seconds=fields.retry_after(max(one.seconds for _, one in refused)),
            violated=tuple(policy.name for policy, _ in refused),
        )
