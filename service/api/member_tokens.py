"""Members by tokens of the shop's own sign-in: `Authorization: Bearer <JWT>`.

The signature is checked with the issuer's keys (infra/jwt.py), the member is looked up once in half
a minute, and with them PostgreSQL's clock, by which the token is good or not.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog

from service.api.lookups import Found, Lookups
from service.domain.access.errors import IssuerUnavailable, MemberTokenNotAccepted
from service.domain.access.roles import MEMBER
from service.flows.reads.bearers import Bearer
from service.infra.jwks import KeysUnknown
from service.infra.jwt import (
    Claims,
    TokenRefused,
    Tokens,
    is_fresh,
    refuse_untimely,
    seconds_left,
)
from service.kernel.actor import Actor, ActorKind, StepUp
from service.kernel.ids import derived_id

FindBearer = Callable[[str], Awaitable[Bearer | None]]

_SCOPES: Final = frozenset(MEMBER)
_log = structlog.get_logger("regulars.access")


class Freshness(msgspec.Struct, frozen=True):
    """What members may do who signed in longer ago than `step_up` says, or not as `levels` ask."""

    step_up: StepUp
    levels: tuple[str, ...] = ()


class MemberTokens:
    """`find` reads the member of a subject."""

    def __init__(
        self,
        tokens: Tokens,
        find: FindBearer,
        freshness: Freshness,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._find = find
        self._freshness = freshness
        self._actors = Lookups(self._actor, clock)

    def remembered(self, header: bytes) -> Actor | None:
        """The actor, when this very header was accepted a moment ago."""
        return self._actors.remembered(header)

    async def actor(self, header: bytes, token: bytes) -> Actor:
        """The member of a token; MemberTokenNotAccepted, IssuerUnavailable."""
        try:
            claims, _ = await self._tokens.verified(token.decode("latin-1"))
        except TokenRefused as why:
            _log.info("member_token_refused", why=str(why))
            raise MemberTokenNotAccepted from None
        except KeysUnknown:
            raise IssuerUnavailable from None
        actor = await self._actors.get(header, claims)
        if actor is None:
            raise MemberTokenNotAccepted
        return actor

    async def close(self) -> None:
        """No more keys are fetched."""
        await self._tokens.close()

    async def _actor(self, claims: Claims) -> Found[Actor] | None:
        bearer = await self._find(claims.sub)
        if bearer is None:
            return None
        now = bearer.read_at.timestamp()
        try:
            refuse_untimely(claims, now)
        except TokenRefused as why:
            _log.info("member_token_refused", why=str(why))
            return None
        step_up, levels = self._freshness.step_up, self._freshness.levels
        fresh = is_fresh(claims, now, step_up.seconds, levels)
        actor = Actor(
            kind=ActorKind.MEMBER,
            id=str(bearer.member_id),
            client_id=derived_id("member", bearer.named),
            scopes=_SCOPES,
            members=bearer.ids,
            step_up=None if fresh else step_up,
        )
        return Found(actor, seconds_left(claims, now))
