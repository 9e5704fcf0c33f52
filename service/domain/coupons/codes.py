"""Codes of coupons: how ours are made, what is kept of them, how people see them. Pure.

A code of ours has 12 random-looking characters (60 bits: a million guesses an hour for a year meet
one of ten million codes with a chance of 1 in 13) and a check character over them.
"""

import functools
from typing import Final

from service.kernel import codes
from service.kernel.codes import check_character, masked, shown, tail

__all__ = ["RANDOM_LENGTH", "check_character", "derive", "digest", "masked", "shown", "tail"]

RANDOM_LENGTH: Final = 12


def derive(secret: bytes, seed: bytes, number: int = 0) -> str:
    """The code of a seed and a number in it: always the same one, normalised, 13 characters."""
    return codes.derive(_keys(secret).derivation, seed, number, RANDOM_LENGTH)


def digest(secret: bytes, code: str) -> bytes:
    """By what a normalised code is found, 32 bytes."""
    return codes.digest(_keys(secret).digests, code)


@functools.lru_cache(maxsize=4)
def _keys(secret: bytes) -> codes.Keys:
    return codes.keys(secret, "coupon")
