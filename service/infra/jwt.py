"""Signed tokens of another issuer (RFC 7519, RFC 8725): what one claims, if it is to be believed.

The key is one of the issuer's own, by its name; addresses and keys that the token itself brings
along are not looked at. The algorithm is what the key is for, never what the token would like.
`verified` is about the signature and for whom the token is; `refuse_untimely` about the time, which
is PostgreSQL's, read with whoever the token names.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry

from service.infra.jwks import Jwks

ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519", "RS256")
TOKEN_LENGTH_MAX: Final = 8192
LEEWAY_SECONDS: Final = 60.0
AGE_SECONDS_MAX: Final = 3600.0
_KID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e12)]


class TokenRefused(Exception):
    """The token is not to be believed; the message says why, for our log only."""


class Claims(msgspec.Struct, frozen=True):
    """What a token claims; all in seconds since 1970. `auth_time`: when the person signed in."""

    iss: str
    sub: _Text
    aud: str | list[str]
    exp: _Seconds
    iat: _Seconds
    nbf: _Seconds | None = None
    auth_time: _Seconds | None = None
    acr: str | None = None


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str
    crit: Any = None
    b64: Any = None


class _Allowed(JWSRegistry):
    """The algorithms that are accepted, and no others; unknown headers mean nothing."""

    max_header_length = 4096
    max_payload_length = TOKEN_LENGTH_MAX

    def get_alg(self, name: str) -> Any:
        """UnsupportedAlgorithmError."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"{name} is not accepted")
        return self.algorithms[name]


_REGISTRY: Final = _Allowed(strict_check_header=False)


class Tokens:
    """Tokens of one issuer for one audience, read as `into`, which has at least these claims."""

    def __init__(self, issuer: str, audience: str, keys: Jwks, into: type[Claims] = Claims) -> None:
        self.issuer = issuer
        self._audience = audience
        self._keys = keys
        self._into = into

    async def verified(self, token: str) -> tuple[Claims, bytes]:
        """The claims, and the same as JSON; TokenRefused, KeysUnknown."""
        header = _header(token)
        key = await self._keys.key(header.kid)
        if key is None:
            raise TokenRefused("the issuer has no such key")
        if header.alg not in key.algorithms:
            raise TokenRefused("the key is not for this algorithm")
        try:
            raw = jws.deserialize_compact(token, key.key, registry=_REGISTRY).payload
            claims = msgspec.json.decode(raw, type=self._into)
        except (JoseError, ValueError, msgspec.MsgspecError) as failure:
            raise TokenRefused(type(failure).__name__) from None
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if claims.iss != self.issuer or self._audience not in audiences:
            raise TokenRefused("it is of another issuer, or for somebody else")
        return claims, raw

    async def close(self) -> None:
        """No more keys are fetched."""
        await self._keys.close()


def refuse_untimely(claims: Claims, now: float) -> None:
    """TokenRefused unless it is good at `now`; clocks may differ by a minute."""
    if now >= claims.exp + LEEWAY_SECONDS:
        raise TokenRefused("it has expired")
    if claims.iat > now + LEEWAY_SECONDS or (claims.nbf or 0.0) > now + LEEWAY_SECONDS:
        raise TokenRefused("it is of the future")
    if now - claims.iat > AGE_SECONDS_MAX + LEEWAY_SECONDS:
        raise TokenRefused("it is too old")


def seconds_left(claims: Claims, now: float) -> float:
    """For how long it is good still."""
    oldest = claims.iat + AGE_SECONDS_MAX
    return min(claims.exp, oldest) + LEEWAY_SECONDS - now


def is_fresh(claims: Claims, now: float, seconds: float, levels: Sequence[str]) -> bool:
    """The person signed in at most so many seconds ago, or as one of these levels asks."""
    if claims.acr is not None and claims.acr in levels:
        return True
    at = claims.auth_time
    return at is not None and now - seconds <= at <= now + LEEWAY_SECONDS


def _header(token: str) -> _Header:
    if len(token) > TOKEN_LENGTH_MAX or token.count(".") != 2:  # noqa: PLR2004  # three parts
        raise TokenRefused("it is no token")
    text = token.partition(".")[0]
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        found = msgspec.json.decode(raw, type=_Header)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise TokenRefused("its header cannot be read") from None
    if found.alg not in ALGORITHMS:
        raise TokenRefused("its algorithm is not accepted")
    if not _KID.fullmatch(found.kid):
        raise TokenRefused("its kid is no name")
    if found.crit is not None or found.b64 is not None:
        raise TokenRefused("it asks for something that is not known here")
    return found
