"""Staff by tokens of the shop's own sign-in: `Regulars-Staff: <JWT>`, beside the key of the device.

The token says which account somebody has; what they may, where, and who they are themselves says
the account. An account that is suspended is refused within half a minute, and a token that is not
good refuses the request: it never falls back to what the key alone may do.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
import structlog

from service.api.lookups import Found, Lookups
from service.domain.access.errors import IssuerUnavailable
from service.domain.access.roles import STAFF_ROLES
from service.domain.staff.errors import StaffTokenNotAccepted
from service.domain.staff.types import AccountRow
from service.infra.jwks import KeysUnknown
from service.infra.jwt import Claims, TokenRefused, Tokens, refuse_untimely, seconds_left
from service.kernel.actor import Actor, ActorKind

FindAccount = Callable[[str], Awaitable[AccountRow | None]]

_LOCAL: Final = b"rgs_"
_log = structlog.get_logger("regulars.access")


class Named(msgspec.Struct, frozen=True):
    """A login, and the claims of the token that names it."""

    login: str
    claims: Claims


class StaffOidc:
    """`find` reads the account of a login, which is what the claim `login_claim` holds."""

    def __init__(
        self,
        tokens: Tokens,
        find: FindAccount,
        login_claim: str = "sub",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._find = find
        self._login_claim = login_claim
        self._accounts = Lookups(self._account, clock)

    @staticmethod
    def is_one(staff: bytes) -> bool:
        """Whether it is no token of our own sign-in."""
        return not staff.startswith(_LOCAL)

    def remembered(self, actor: Actor, kid: str, staff: bytes) -> Actor | None:
        """The person at this device, when this very header was accepted a moment ago."""
        account = self._accounts.remembered(staff)
        return None if account is None else _signed_in(actor, kid, account)

    async def actor(self, actor: Actor, kid: str, staff: bytes) -> Actor:
        """The person at the device of a key; StaffTokenNotAccepted, IssuerUnavailable."""
        try:
            claims, raw = await self._tokens.verified(staff.decode("latin-1"))
            named = Named(self._login(raw), claims)
        except TokenRefused as why:
            _log.info("staff_token_refused", why=str(why))
            raise StaffTokenNotAccepted from None
        except KeysUnknown:
            raise IssuerUnavailable from None
        account = await self._accounts.get(staff, named)
        if account is None:
            raise StaffTokenNotAccepted
        return _signed_in(actor, kid, account)

    async def close(self) -> None:
        """No more keys are fetched."""
        await self._tokens.close()

    def _login(self, raw: bytes) -> str:
        """An e-mail only if the provider says that it is theirs; TokenRefused."""
        claims: dict[str, Any] = msgspec.json.decode(raw)
        login = claims.get(self._login_claim)
        if self._login_claim == "email" and claims.get("email_verified") is not True:
            raise TokenRefused("the e-mail is not verified")
        if not isinstance(login, str) or not login:
            raise TokenRefused("it names no login")
        return login

    async def _account(self, named: Named) -> Found[AccountRow] | None:
        row = await self._find(named.login)
        if row is None or not row.is_active or row.role not in STAFF_ROLES:
            return None
        now = row.read_at.timestamp()
        try:
            refuse_untimely(named.claims, now)
        except TokenRefused as why:
            _log.info("staff_token_refused", why=str(why))
            return None
        return Found(row, seconds_left(named.claims, now))


def _signed_in(actor: Actor, kid: str, account: AccountRow) -> Actor:
    """The person at the device, whose store is the key's; StaffTokenNotAccepted at any other."""
    if account.stores and actor.store not in account.stores:
        raise StaffTokenNotAccepted
    return Actor(
        kind=ActorKind.STAFF,
        id=account.login,
        client_id=actor.client_id,
        scopes=actor.scopes | frozenset(STAFF_ROLES[account.role]),
        store=actor.store,
        device=kid,
        own_member=account.member_id,
        rate_per_minute=actor.rate_per_minute,
        networks=actor.networks,
    )
