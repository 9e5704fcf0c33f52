"""Requests to addresses that others chose: receivers of events.

https on 443 or 8443 to public addresses only; the operator may allow networks of its own
(`REGULARS_EGRESS_PRIVATE`), where http and any port will do. A name is resolved for each new
connection, and the address is checked where its socket is made, so no second look-up can lead
elsewhere (TLS still proves the name). No redirects, no cookies, no proxies of the environment; an
answer is read up to 16 KB, a request ends after 15 s. An egress proxy around the process is the
second wall (README).
"""

import contextlib
import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp
import msgspec
from yarl import URL

from service.infra.addresses import Network, is_public, is_within

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 15.0
ANSWER_BYTES_MAX: Final = 16_384
PORTS: Final = (443, 8443)
CONNECTIONS_MAX: Final = 1_024  # 16 endpoints with 64 each: nobody waits for another one's receiver
KEPT_SECONDS: Final = 15.0  # an idle connection; a receiver that moved is found again by then
URL_LENGTH_MAX: Final = 2_048
AGENT: Final = "Regulars"


class UrlRefused(Exception):
    """No request goes to this address; the message says why."""


class NoAnswer(Exception):
    """There was no complete answer; the message says why, in words without what was sent."""


class Sent(msgspec.Struct, frozen=True):
    """An answer: its status, headers in lower case, the first 16 KB of its body, seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent."""

    method: str = "POST"
    url: str
    headers: Mapping[str, str]
    body: bytes


class _Refused(OSError):
    """The name leads to an address nothing is sent to."""


_NOWHERE: Final = "its name leads to an address that requests may not go to"


class Egress:
    """One for a process. `private`: networks that are allowed besides public addresses."""

    def __init__(
        self, private: Sequence[Network] = (), *, total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._private = tuple(private)
        self._total_seconds = total_seconds
        self._session: aiohttp.ClientSession | None = None

    def allows(self, address: str, port: int) -> bool:
        """Whether a connection may go there."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return is_within(found, self._private) or (is_public(found) and port in PORTS)

    def check(self, url: str) -> None:
        """UrlRefused, in words, for an address that nothing will ever be sent to.

        Where a name leads shows when something is sent.
        """
        try:
            asked = URL(url)
            port = asked.port
        except ValueError:
            raise UrlRefused("it is no URL") from None
        if len(url) > URL_LENGTH_MAX:
            raise UrlRefused(f"it is longer than {URL_LENGTH_MAX} characters")
        if asked.scheme not in {"http", "https"} or not asked.host or port is None:
            raise UrlRefused("it is no https URL with a host")
        if asked.user is not None or asked.password is not None or asked.fragment:
            raise UrlRefused("it has a user, a password or a fragment")
        if asked.scheme == "http" and (not self._private or port in PORTS):
            raise UrlRefused("it is not https")
        if not self._private and port not in PORTS:
            raise UrlRefused(f"its port is none of {', '.join(map(str, PORTS))}")
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(asked.host)
            if not self.allows(asked.host, port):
                raise UrlRefused("its address is not public")

    async def send(self, request: Request) -> Sent:
        """The answer, whatever its status; NoAnswer, UrlRefused."""
        self.check(request.url)
        began = time.monotonic()
        try:
            async with self._opened().request(
                request.method,
                URL(request.url),
                data=request.body,
                headers={"User-Agent": AGENT, **request.headers},
                allow_redirects=False,
                proxy=None,
            ) as answer:
                body = await _some(answer)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failure:
            raise NoAnswer(_words(failure)) from failure
        headers = {name.lower(): text for name, text in answer.headers.items()}
        return Sent(answer.status, headers, body, time.monotonic() - began)

    async def close(self) -> None:
        """Close what is open."""
        if self._session is not None:
            await self._session.close()

    def _socket(self, where: aiohttp.AddrInfoType) -> socket.socket:
        """The socket of a connection: here its address is known, and nobody looks again."""
        family, kind, protocol, _, address = where
        if not self.allows(str(address[0]), int(address[1])):
            raise _Refused(_NOWHERE)
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)  # noqa: FBT003 its only argument
        return made

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    socket_factory=self._socket,
                    use_dns_cache=False,
                    limit=CONNECTIONS_MAX,
                    keepalive_timeout=KEPT_SECONDS,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=self._total_seconds, sock_connect=CONNECT_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


async def _some(answer: aiohttp.ClientResponse) -> bytes:
    """The beginning of the body; of a longer one the connection is closed."""
    parts = bytearray()
    while len(parts) < ANSWER_BYTES_MAX:
        part = await answer.content.read(ANSWER_BYTES_MAX - len(parts))
        if not part:
            return bytes(parts)
        parts += part
    answer.close()
    return bytes(parts)


_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (  # the first that fits
    (aiohttp.InvalidURL, "its host is not written as hosts are"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientSSLError, "no TLS connection could be made"),
    (aiohttp.ClientConnectorDNSError, "its name could not be resolved"),
    (TimeoutError, "it did not answer in time"),
    (aiohttp.ClientConnectorError, "no connection could be made"),
)


def _words(failure: Exception) -> str:
    """Why there was no answer, for whoever keeps the receiver."""
    if _NOWHERE in str(getattr(failure, "os_error", "")):  # of several addresses: one text
        return _NOWHERE
    for kind, words in _WORDS:
        if isinstance(failure, kind):
            return words
    return "the connection ended before the answer was complete"
