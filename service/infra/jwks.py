"""Public keys of an issuer of tokens, fetched where it publishes them (RFC 7517), and kept.

Keys are good for ten minutes, and for a day while the issuer cannot be reached. A token may name a
key that is not known yet, since issuers rotate them: then they are fetched again, at most once in
half a minute however many such tokens come. All who wait share one request.
"""

import asyncio
import base64
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import aiohttp
import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from service.infra.urls import refuse_insecure

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 5.0
BYTES_MAX: Final = 256 * 1024
FRESH_SECONDS: Final = 600.0
STALE_SECONDS: Final = 86_400.0
AGAIN_SECONDS: Final = 30.0
FIRST_AGAIN_SECONDS: Final = 5.0  # while there is no key at all
KEYS_MAX: Final = 64
RSA_BITS_MIN: Final = 2048
DISCOVERY: Final = "/.well-known/openid-configuration"

_log = structlog.get_logger("regulars.access")
_FAILURES: Final = (aiohttp.ClientError, OSError, TimeoutError, ValueError, msgspec.MsgspecError)


class KeysUnknown(Exception):
    """The issuer's keys could not be had: nobody can say whether a token is good."""


class PublicKey(msgspec.Struct, frozen=True):
    """A key and the only algorithms it verifies."""

    key: Key
    algorithms: frozenset[str]


class _Jwk(msgspec.Struct, frozen=True):
    """What is read of a key; whatever else it holds (a secret part too) is left out."""

    kty: str
    kid: str
    use: str = "sig"
    alg: str | None = None
    crv: str | None = None
    n: str = ""
    e: str = ""
    x: str = ""
    y: str = ""


class _Set(msgspec.Struct, frozen=True):
    keys: list[msgspec.Raw]


class _Discovered(msgspec.Struct, frozen=True):
    issuer: str
    jwks_uri: str


class Jwks:
    """The keys at `url`; with `issuer` and no url those its discovery document names."""

    def __init__(
        self,
        url: str | None = None,
        *,
        issuer: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._url = url
        self._issuer = issuer
        self._clock = clock
        self._total_seconds = total_seconds
        self._keys: Mapping[str, PublicKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None
        for one in (url, issuer):
            if one is not None:
                refuse_insecure(one)

    async def key(self, kid: str) -> PublicKey | None:
        """The key of this name; None: the issuer has none. KeysUnknown."""
        await self._renew()
        if self._fetched_at is None or self._clock() - self._fetched_at > STALE_SECONDS:
            raise KeysUnknown
        found = self._keys.get(kid)
        if found is None and self._may_try():
            await self._fetch_once()
            found = self._keys.get(kid)
        return found

    async def close(self) -> None:
        """No more requests."""
        if self._fetching is not None:
            self._fetching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._fetching
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _renew(self) -> None:
        """Keys that are there are used while an issuer that has failed is asked again."""
        old = self._fetched_at is None or self._clock() - self._fetched_at > FRESH_SECONDS
        if not old:
            return
        if self._fetching is None and not self._may_try():
            return
        task = self._fetch()
        if self._fetched_at is None or not self._failed:
            await asyncio.shield(task)

    def _may_try(self) -> bool:
        if self._tried_at is None or self._fetching is not None:
            return True
        wait = FIRST_AGAIN_SECONDS if self._fetched_at is None else AGAIN_SECONDS
        return self._clock() - self._tried_at >= wait

    async def _fetch_once(self) -> None:
        await asyncio.shield(self._fetch())

    def _fetch(self) -> asyncio.Task[None]:
        """The request that is under way, or a new one; it never raises."""
        if self._fetching is None:
            self._tried_at = self._clock()
            self._fetching = asyncio.get_running_loop().create_task(self._load())
            self._fetching.add_done_callback(self._fetched)
        return self._fetching

    def _fetched(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _load(self) -> None:
        try:
            async with asyncio.timeout(self._total_seconds):
                url = self._url or await self._discover()
                keys = read_keys(await self._get(url))
        except _FAILURES as failure:
            self._failed = True
            why = str(failure) or type(failure).__name__
            _log.warning("keys_not_fetched", issuer=self._issuer or self._url, why=why)
            return
        self._keys, self._fetched_at, self._failed = keys, self._clock(), False

    async def _discover(self) -> str:
        """Where the issuer says its keys are; it has to be the issuer that says so."""
        issuer = self._issuer or ""
        raw = await self._get(issuer.rstrip("/") + DISCOVERY)
        found = msgspec.json.decode(raw, type=_Discovered)
        if found.issuer != issuer:
            raise ValueError("the discovery document is another issuer's")
        refuse_insecure(found.jwks_uri)
        return found.jwks_uri

    async def _get(self, url: str) -> bytes:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._total_seconds, sock_connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(
                timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:  # noqa: PLR2004  # OK
                raise ValueError(f"status {answer.status}")
            body = bytearray()
            async for part in answer.content.iter_chunked(65_536):
                body += part
                if len(body) > BYTES_MAX:
                    raise ValueError("the answer is too large")
            return bytes(body)


def read_keys(raw: bytes) -> dict[str, PublicKey]:
    """Keys by name, those that can verify what is accepted; ValueError when there are none."""
    found: dict[str, PublicKey] = {}
    for one in msgspec.json.decode(raw, type=_Set).keys[:KEYS_MAX]:
        for kid, key in _read(one):
            found.setdefault(kid, key)
    if not found:
        raise ValueError("there is no key that can be used")
    return found


def _read(raw: msgspec.Raw) -> Iterator[tuple[str, PublicKey]]:
    """The key, if it is of use to us; others' are passed over, as RFC 7517 5 asks."""
    try:
        one = msgspec.json.decode(raw, type=_Jwk)
        found = _public(one)
    except (msgspec.MsgspecError, JoseError, ValueError):
        return
    if found is None or one.use != "sig" or (one.alg or "") not in {"", *found.algorithms}:
        return
    yield one.kid, found


def _bits(text: str) -> int:
    """Of a number as keys have it; ValueError."""
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).bit_length()


def _public(one: _Jwk) -> PublicKey | None:
    material: dict[str, Any]
    match one.kty, one.crv:
        case "RSA", _:
            if _bits(one.n) < RSA_BITS_MIN:
                return None
            material = {"kty": "RSA", "n": one.n, "e": one.e}
            return PublicKey(RSAKey.import_key(material), frozenset({"RS256"}))
        case "EC", "P-256":
            material = {"kty": "EC", "crv": "P-256", "x": one.x, "y": one.y}
            return PublicKey(ECKey.import_key(material), frozenset({"ES256"}))
        case "OKP", "Ed25519":
            material = {"kty": "OKP", "crv": "Ed25519", "x": one.x}
            # Two names of one algorithm (RFC 8037, RFC 9864).
            return PublicKey(OKPKey.import_key(material), frozenset({"EdDSA", "Ed25519"}))
        case _:
            return None
