"""Codes and PINs of gift cards: how ours are made, and what is kept of them. Pure.

A code has 16 random-looking characters (80 bits: four million guesses an hour for a year meet one
of ten million cards with a chance of 3 in 10 million) and a check character.
"""

import functools
import hashlib
import hmac
import uuid
from typing import Final

from service.kernel import codes

RANDOM_LENGTH: Final = 16
PIN_DIGITS: Final = 6  # of those we make


def derive(secret: bytes, seed: bytes, number: int = 0) -> str:
    """The code of a seed and a number in it: always the same one, normalised, 17 characters."""
    return codes.derive(_keys(secret).derivation, seed, number, RANDOM_LENGTH)


def digest(secret: bytes, code: str) -> bytes:
    """By what a normalised code is found, 32 bytes."""
    return codes.digest(_keys(secret).digests, code)


def derive_pin(secret: bytes, seed: bytes, number: int = 0) -> str:
    """The PIN of the same card, for those that are not chosen by the shop."""
    raw = hmac.digest(_pin_key(secret), seed + number.to_bytes(8, "big"), hashlib.sha256)
    return f"{int.from_bytes(raw[:8], 'big') % 10**PIN_DIGITS:0{PIN_DIGITS}}"


def keyed_pin(secret: bytes, card_id: uuid.UUID | None, pin: str) -> bytes:
    """A PIN of a card (None: of one that is not made yet) as it may be hashed and compared."""
    of_card = b"" if card_id is None else card_id.bytes
    return hmac.digest(_pin_key(secret), b"chosen" + of_card + pin.encode(), hashlib.sha256)


def tried_pin(secret: bytes, card_id: uuid.UUID | None, pin: str) -> bytes:
    """By what a PIN that was tried of a card (None: of no card) is known when it is tried again."""
    of_card = b"" if card_id is None else card_id.bytes
    return hmac.digest(_pin_key(secret), b"tried" + of_card + pin.encode(), hashlib.sha256)


@functools.lru_cache(maxsize=4)
def _keys(secret: bytes) -> codes.Keys:
    return codes.keys(secret, "gift card")


@functools.lru_cache(maxsize=4)
def _pin_key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"gift card pins", hashlib.sha256)
