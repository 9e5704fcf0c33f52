"""Guessing of codes: counted by member, device and address, and stopped for a while. Pure.

Failures are counted in PostgreSQL: exact over all workers, and still there when a worker or Redis
is not, so that a restart gives nobody a new chance. A subject is a keyed hash; neither the address
nor the device is kept. A partner's key is never locked: one guesser must not shut down a shop.

As many as the limit within ten minutes lock the subject; a lock lasts 20 minutes from the start of
the window it was earned in, and each further one of the last seven days twice as long as the one
before, up to a day. So a member makes about 130 guesses in a week at most,
whatever its patience.

The same wrong code again is no new guess, for it tells nothing new: a till asks for a new quote at
each change of a cart, with the same codes. What was tried is kept as a keyed hash as well.
"""

import datetime as dt
import hashlib
import hmac
import ipaddress
import math
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from service.kernel.codes import normalise
from service.kernel.keyed import keyed
from service.kernel.values import Client

WINDOW: Final = dt.timedelta(minutes=10)
LOCK_MAX: Final = dt.timedelta(days=1)
REMEMBERED: Final = dt.timedelta(days=7)
MEMBER_MAX: Final = 10
CLIENT_MAX: Final = 20
LOGIN_MAX: Final = 5
PARTNER_TOLD: Final = 100  # in a window; of so many it is remembered what was tried
_EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_NETWORK_BITS: Final = 64  # of an IPv6 address: one household has all that follow
LOCKED_MAX: Final = 10_000


class Subject(msgspec.Struct, frozen=True):
    """Who guesses, as a keyed hash, and after how many failures it is stopped."""

    digest: bytes
    limit: int


Failures = Sequence[tuple[dt.datetime, int]]  # (start of the window, failures in it), in order


def subjects(
    secret: bytes, member_id: uuid.UUID | None, client: Client | None
) -> tuple[Subject, ...]:
    """Everybody a failed code is counted against; none: nobody is known."""
    found: list[Subject] = []
    if member_id is not None:
        found.append(_subject(secret, "member", str(member_id), MEMBER_MAX))
    if client is not None and client.device is not None:
        found.append(_subject(secret, "device", client.device, CLIENT_MAX))
    if client is not None and client.address is not None:
        found.append(_subject(secret, "address", network(client.address), CLIENT_MAX))
    return tuple(found)


def tried(
    secret: bytes, kind: str, text: str, member_id: uuid.UUID | None, pin: str | None = None
) -> bytes:
    """What is remembered of a wrong code and its PIN, 32 bytes; equal in any spelling of the code.

    `kind`: of what it should be the code. By another member it is another guess: whose a code is
    can be guessed too. It is not what a code is found by, so it tells of none that it was tried.
    """
    code = normalise(text) or text
    by = "" if member_id is None else str(member_id)
    with_pin = "" if pin is None else f"{len(pin)} {pin}"  # its length: no two pairs are one text
    message = f"code tried\x1f{kind}\x1f{by}\x1f{with_pin}\x1f{code}"
    return keyed(secret, message.encode())


def of_login(secret: bytes, login: str) -> Subject:
    """Whoever signs in under a login, whether it exists or not."""
    return _subject(secret, "staff login", login, LOGIN_MAX)


def of_till(secret: bytes, client_id: uuid.UUID, device: str) -> Subject:
    """Whoever signs in at a device of a client, under whatever login."""
    return _subject(secret, "staff device", f"{client_id}\x1f{device}", CLIENT_MAX)


def of_client(secret: bytes, client_id: uuid.UUID) -> Subject:
    """Whoever tries codes through the keys of a client: told, never locked (steps/alarming.py)."""
    return _subject(secret, "client", str(client_id), PARTNER_TOLD)


def of_told_client(secret: bytes, client_id: uuid.UUID) -> Subject:
    """That it was told of a client, which happens once in a window."""
    return _subject(secret, "client told", str(client_id), 1)


def network(address: str) -> str:
    """The address as it is counted: an IPv6 one by its network, anything else as it is written."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return address.strip().casefold()
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found.packed, _NETWORK_BITS), strict=False))


def window_start(at: dt.datetime) -> dt.datetime:
    """The window of an instant."""
    return at - (at - _EPOCH) % WINDOW


def locked_until(failures: Failures, limit: int) -> dt.datetime | None:
    """When the last lock ends or ended; None: there was none.

    Failures of a window and the one before it count together, so that nobody makes more than the
    limit within any ten minutes.
    """
    locks, until, carried, before = 0, None, 0, None
    for start, count in failures:
        total = count + (carried if before == start - WINDOW else 0)
        before, carried = start, count
        if total >= limit:
            locks += 1
            carried = 0
            until = start + min(WINDOW * 2**locks, LOCK_MAX)
    return until


class Locked:
    """The subjects that this process has seen locked, so that a flood of guesses asks nobody.

    Only how long is remembered, by the clock of time-outs; who is locked is decided by that of
    PostgreSQL.
    """

    __slots__ = ("_clock", "_until")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[bytes, float] = {}

    def seconds_left(self, wanted: Iterable[Subject]) -> int:
        """How long the longest lock goes on that is remembered; 0: none is."""
        now = self._clock()
        return max((math.ceil(self._until.get(one.digest, now) - now) for one in wanted), default=0)

    def remember(self, subject: Subject, seconds: float) -> None:
        """The subject is locked for so long; when there are many, those that are over go."""
        now = self._clock()
        self._until[subject.digest] = now + seconds
        if len(self._until) > LOCKED_MAX:
            self._until = {digest: end for digest, end in self._until.items() if end > now}


def _subject(secret: bytes, kind: str, value: str, limit: int) -> Subject:
    text = f"code guesses\x1f{kind}\x1f{value}"
    return Subject(hmac.digest(secret, text.encode(), hashlib.sha256), limit)
