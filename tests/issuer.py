"""An issuer of tokens as members and staff of a shop have one: keys over HTTP, and what it signs.

`async with issuing() as issuer: issuer.token(sub=…)`. Its `kid`s are rotated, it goes down, answers
slowly, or too much.
"""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from service.infra.jwt import _REGISTRY

AUDIENCE: Final = "regulars"
_RSA: Final = RSAKey.generate_key(2048)  # takes a second: one for all tests


def fresh_key(alg: str) -> Key:
    """A key for an algorithm; of RSA always the same."""
    match alg:
        case "ES256":
            return ECKey.generate_key("P-256")
        case "EdDSA":
            return OKPKey.generate_key("Ed25519")
        case _:
            return _RSA


class Issuer:
    """`keys`: kid -> (algorithm, key) it publishes now. `asked`: requests for keys so far."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, Key]] = {
            f"{alg.lower()}-1": (alg, fresh_key(alg)) for alg in ("ES256", "EdDSA", "RS256")
        }
        self.url = ""
        self.asked = 0
        self.is_down = False
        self.wait = asyncio.Event()
        self.wait.set()
        self.body: bytes | None = None
        self.named: str | None = None  # as whom its discovery document names it

    @property
    def jwks_url(self) -> str:
        """Where its keys are."""
        return f"{self.url}/keys"

    def rotate(self, kid: str, alg: str = "ES256") -> None:
        """One key, and no other one any more."""
        self.keys = {kid: (alg, fresh_key(alg))}

    def claims(self, now: float | None = None, **more: Any) -> dict[str, Any]:
        """Of a good token, with others in their place; None: without it."""
        at = int(time.time() if now is None else now)  # noqa: TID251  # an issuer is no part of us
        found = {"iss": self.url, "aud": AUDIENCE, "iat": at, "exp": at + 600, "auth_time": at}
        return {name: one for name, one in {**found, **more}.items() if one is not None}

    def token(
        self,
        kid: str = "es256-1",
        *,
        header: dict[str, Any] | None = None,
        now: float | None = None,
        **claims: Any,
    ) -> str:
        """A token signed with one of the keys."""
        alg, key = self.keys[kid]
        return signed(
            {"alg": alg, "kid": kid, "typ": "JWT", **(header or {})},
            self.claims(now, **claims),
            key,
        )

    async def _answer_keys(self, _request: web.Request) -> web.Response:
        self.asked += 1
        await self.wait.wait()
        if self.is_down:
            return web.Response(status=503)
        if self.body is not None:
            return web.Response(body=self.body)
        found = [
            {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": alg}
            for kid, (alg, key) in self.keys.items()
        ]
        return web.json_response({"keys": found})

    async def _answer_discovery(self, _request: web.Request) -> web.Response:
        return web.json_response({"issuer": self.named or self.url, "jwks_uri": self.jwks_url})


def signed(header: dict[str, Any], claims: Any, key: Key) -> str:
    """A token with whatever header and claims."""
    return jws.serialize_compact(header, json.dumps(claims), key, registry=_REGISTRY)


def unsigned(header: dict[str, Any], claims: Any, signature: bytes = b"") -> str:
    """A token with whatever stands in place of a signature."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts)


def by_secret(header: dict[str, Any], claims: Any, secret: bytes) -> str:
    """A token signed by HS256, as one is forged with a key that is public."""
    key = OctKey.import_key(secret)
    return jws.serialize_compact(
        {**header, "alg": "HS256"}, json.dumps(claims), key, algorithms=["HS256"]
    )


@contextlib.asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """An issuer on a port of its own."""
    issuer = Issuer()
    app = web.Application()
    app.router.add_get("/keys", issuer._answer_keys)
    app.router.add_get("/.well-known/openid-configuration", issuer._answer_discovery)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (host, port) = runner.addresses[0][:2]
    issuer.url = f"http://{host}:{port}"
    try:
        yield issuer
    finally:
        issuer.wait.set()
        await runner.cleanup()
