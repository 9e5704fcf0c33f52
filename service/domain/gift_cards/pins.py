"""PINs: hashed so that a leaked table does not tell them, tried a few times only. Pure.

Five wrong ones after each other lock the PIN for a quarter of an hour, and each
further one twice as long, up to a day. The right one begins anew. The same wrong one again is no
new try, for it tells nothing new: an app asks for a new quote at each change of a cart.
"""

import datetime as dt
import hmac
from typing import Final

import msgspec

from service.domain.gift_cards import codes
from service.domain.gift_cards.types import CardRow
from service.kernel import slow_hash

TRIES_MAX: Final = 5
LOCK: Final = dt.timedelta(minutes=15)
LOCK_MAX: Final = dt.timedelta(days=1)
_DOUBLED_MAX: Final = 10  # more often than it takes from LOCK to LOCK_MAX
_COUNTED_MAX: Final = 30_000
_REMEMBERED_MAX: Final = 10  # tries of a card: it is locked long before
NO_PIN: Final = slow_hash.NOBODY


def hashed(keyed: bytes) -> str:
    """What is kept of a keyed PIN; takes 20 ms."""
    return slow_hash.hashed(keyed)


def is_right(secret: bytes, card: CardRow | None, pin: str) -> bool:
    """Whether it is the card's PIN; takes 20 ms, whatever the card, also when there is none."""
    chosen = None if card is None else card.pin_hash
    keyed = codes.keyed_pin(secret, None if card is None else card.holder_id, pin)
    matches = _matches(chosen or NO_PIN, keyed)
    if card is None or not card.has_pin or chosen is not None:
        return matches and chosen is not None
    derived = codes.derive_pin(secret, card.derived_from, card.number)
    return hmac.compare_digest(derived.encode(), pin.encode())


def _matches(kept: str, keyed: bytes) -> bool:
    return slow_hash.matches(kept, keyed)


class Tries(msgspec.Struct, frozen=True):
    """Of a card since the last right PIN: how many, until when they lock it, and the last ones.

    `tried`: as `codes.tried_pin`. It may hold a right one that is not judged yet.
    """

    count: int = 0
    locked_until: dt.datetime | None = None
    tried: tuple[bytes, ...] = ()

    def with_one(self, pin: bytes, now: dt.datetime) -> "Tries":
        """One more, unless it is among the last ones."""
        if pin in self.tried:
            return self
        count, until = after_try(self.count, now)
        return Tries(count, until, (*self.tried, pin)[-_REMEMBERED_MAX:])


def after_try(tries: int, now: dt.datetime) -> tuple[int, dt.datetime | None]:
    """Of so many since the last right PIN: the count with one more, and until when it locks."""
    count = min(tries + 1, _COUNTED_MAX)
    if count < TRIES_MAX:
        return count, None
    doubled = min(count - TRIES_MAX, _DOUBLED_MAX)
    return count, now + min(LOCK * 2**doubled, LOCK_MAX)
