"""PINs: hashed so that a leaked table does not tell them, tried a few times only. Pure.

Argon2id with the least parameters that are held to be enough (19 MiB, two passes): 20 ms, so never
on the event loop. Five wrong ones after each other lock the PIN for a quarter of an hour, and each
further one twice as long, up to a day. The right one begins anew.
"""

import datetime as dt
import hmac
from typing import Final

import argon2

from service.domain.gift_cards import codes
from service.domain.gift_cards.types import CardRow

TRIES_MAX: Final = 5
LOCK: Final = dt.timedelta(minutes=15)
LOCK_MAX: Final = dt.timedelta(days=1)
_DOUBLED_MAX: Final = 10  # more often than it takes from LOCK to LOCK_MAX
_COUNTED_MAX: Final = 30_000
_hasher: Final = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NO_PIN: Final = (  # of a PIN that nobody has: who asks for a card that is not there waits as long
    "$argon2id$v=19$m=19456,t=2,p=1$cmVndWxhcnMtbm9ib2R5cw$7sUhMJEFfH9jjKzPn20uM47+aM648SG6GISylkbESdQ"
)


def hashed(keyed: bytes) -> str:
    """What is kept of a keyed PIN; takes 20 ms."""
    return _hasher.hash(keyed)


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
    try:
        return _hasher.verify(kept, keyed)
    except argon2.exceptions.VerifyMismatchError:
        return False


def after_try(tries: int, now: dt.datetime) -> tuple[int, dt.datetime | None]:
    """Of so many since the last right PIN: the count with one more, and until when it locks."""
    count = min(tries + 1, _COUNTED_MAX)
    if count < TRIES_MAX:
        return count, None
    doubled = min(count - TRIES_MAX, _DOUBLED_MAX)
    return count, now + min(LOCK * 2**doubled, LOCK_MAX)
