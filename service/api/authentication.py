"""Who asks: the API key of a system or device, and the person who is signed in at the device.

Or a member, by a token of the shop's own sign-in (`member_tokens.py`).

Keys come as bearer tokens, persons by a header of their own. Both are remembered for a short while
(`lookups.py`): a key that is revoked and a person who is signed out are refused within that time.
A bad staff token refuses the request; it never falls back to what the key alone may do.
"""

import ipaddress
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog

from service.api.lookups import Found, Lookups, is_same
from service.api.member_tokens import MemberTokens
from service.api.staff_oidc import StaffOidc
from service.domain.access import codes
from service.domain.access.errors import KeyMissing, KeyNotAccepted
from service.domain.access.roles import SIGN_IN, STAFF_ROLES
from service.domain.access.types import KeyRow
from service.domain.staff.errors import StaffTokenNotAccepted
from service.domain.staff.types import TokenRow
from service.kernel.actor import Actor, ActorKind

HEADER_LENGTH_MAX: Final = 256
_OURS: Final = (b"rgl_", b"rgs_")

Find = Callable[[str], Awaitable[KeyRow | None]]
Note = Callable[[KeyRow], Awaitable[None]]
FindToken = Callable[[str], Awaitable[TokenRow | None]]

_log = structlog.get_logger("regulars.access")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in: at the device of which client, at which store, as which member.

    `must_change_secret`: they may do nothing else before.
    """

    login: str
    scopes: frozenset[str]
    client_id: uuid.UUID
    store: str | None
    device: str
    own_member: uuid.UUID | None
    must_change_secret: bool


class Keyring:
    """`find` reads a key by its kid, `find_token` a staff token; `note` writes that it was used."""

    def __init__(
        self,
        find: Find,
        note: Note,
        find_token: FindToken,
        clock: Callable[[], float] = time.monotonic,
        *,
        members: MemberTokens | None = None,
        oidc: StaffOidc | None = None,
    ) -> None:
        self._find = find
        self._note = note
        self._find_token = find_token
        self._members = members
        self._oidc = oidc
        self._keys = Lookups(self._key, clock)
        self._people = Lookups(self._person, clock)

    def remembered(self, header: bytes | None, staff: bytes | None = None) -> Actor | None:
        """The actor, when these very headers were accepted a moment ago; the normal case."""
        if header is None:
            return None
        if self._members is not None and not _is_key(header):
            return None if staff is not None else self._members.remembered(header)
        actor = self._keys.remembered(header)
        if actor is None or staff is None:
            return actor
        if self._oidc is not None and self._oidc.is_one(staff):
            return self._oidc.remembered(actor, _kid(header), staff)
        person = self._people.remembered(staff)
        return None if person is None else _signed_in(actor, person)

    async def actor(self, header: bytes | None, staff: bytes | None = None) -> Actor:
        """The actor of the Authorization header, and of Regulars-Staff when there is one.

        KeyMissing, KeyNotAccepted, StaffTokenNotAccepted; of members MemberTokenNotAccepted and
        IssuerUnavailable.
        """
        if self._members is not None and header is not None and not _is_key(header):
            return await _member(self._members, header, staff)
        code = _code(header)
        actor = await self._keys.get(header or b"", code)
        if actor is None:
            raise KeyNotAccepted
        if staff is None:
            return actor
        if self._oidc is not None and self._oidc.is_one(staff):
            return await self._oidc.actor(actor, code.kid, staff)
        token = codes.read_token(staff[:HEADER_LENGTH_MAX].decode("latin-1"))
        if token is None:
            raise StaffTokenNotAccepted
        person = await self._people.get(staff, token)
        if person is None:
            raise StaffTokenNotAccepted
        return _signed_in(actor, person)

    async def close(self) -> None:
        """No more keys of issuers are fetched."""
        if self._members is not None:
            await self._members.close()
        if self._oidc is not None:
            await self._oidc.close()

    def sign_out(self, token: str) -> None:
        """This process remembers the token no more; others do for half a minute at most."""
        self._people.forget(token.encode())

    async def _key(self, code: codes.Code) -> Found[Actor] | None:
        row = await self._find(code.kid)
        same = is_same(None if row is None else row.secret_sha256, code.secret_sha256)
        if row is None or not same or not row.is_live():
            return None
        await self._note_use(row)
        return Found(_actor(row), (row.expires_at - row.read_at).total_seconds())

    async def _person(self, code: codes.Code) -> Found[Person] | None:
        row = await self._find_token(code.kid)
        same = is_same(None if row is None else row.secret_sha256, code.secret_sha256)
        if row is None or not same or not row.is_live() or row.role not in STAFF_ROLES:
            return None
        return Found(_of_token(row), (row.expires_at - row.read_at).total_seconds())

    async def _note_use(self, row: KeyRow) -> None:
        try:
            await self._note(row)
        except Exception:  # noqa: BLE001  # a key is good even while nothing can be written
            _log.warning("key_use_not_noted", kid=row.kid, exc_info=True)


def _kid(header: bytes) -> str:
    """The name of a key that was accepted."""
    return header.split(b"_")[2].decode("latin-1")


def _is_key(header: bytes) -> bool:
    """Whether it is no token of another issuer: it begins as a key does, or is none of the two."""
    kind, _, token = header.partition(b" ")
    return kind.lower() != b"bearer" or token.startswith(_OURS)


async def _member(members: MemberTokens, header: bytes, staff: bytes | None) -> Actor:
    """Nobody is signed in at the device of a member."""
    if staff is not None:
        raise StaffTokenNotAccepted
    return await members.actor(header, header.partition(b" ")[2])


def _code(header: bytes | None) -> codes.Code:
    if header is None:
        raise KeyMissing
    kind, _, token = header[:HEADER_LENGTH_MAX].partition(b" ")
    if kind.lower() != b"bearer":
        raise KeyMissing
    code = codes.read(token.decode("latin-1"))
    if code is None:
        raise KeyNotAccepted
    return code


def _actor(row: KeyRow) -> Actor:
    return Actor(
        kind=ActorKind.PARTNER,
        id=row.name,
        client_id=row.client_id,
        scopes=row.scopes,
        store=row.store,
        rate_per_minute=row.rate_per_minute,
        networks=tuple(ipaddress.ip_network(one) for one in row.networks),
    )


def _of_token(row: TokenRow) -> Person:
    """With the scopes of the role as it is now."""
    return Person(
        login=row.login,
        scopes=frozenset(STAFF_ROLES[row.role]),
        client_id=row.client_id,
        store=row.store,
        device=row.device,
        own_member=row.member_id,
        must_change_secret=row.must_change_secret,
    )


def _signed_in(actor: Actor, person: Person) -> Actor:
    """The person at the device of this key; StaffTokenNotAccepted at any other."""
    elsewhere = actor.store is not None and actor.store != person.store
    if person.client_id != actor.client_id or elsewhere:
        raise StaffTokenNotAccepted
    return Actor(
        kind=ActorKind.STAFF,
        id=person.login,
        client_id=actor.client_id,
        scopes=_scopes(actor, person),
        store=person.store,
        device=person.device,
        own_member=person.own_member,
        rate_per_minute=actor.rate_per_minute,
        networks=actor.networks,
    )


def _scopes(actor: Actor, person: Person) -> frozenset[str]:
    """Those of both; while the secret must be changed only that by which it is, if the key has it.

    So what somebody does is never done with a secret that another person knows.
    """
    if not person.must_change_secret:
        return actor.scopes | person.scopes
    return frozenset({SIGN_IN}) if actor.may(SIGN_IN) else frozenset()
