"""Codes as people type them: Crockford's alphabet, without regard to case, spaces and dashes.

A code of ours has random-looking characters, five bits each, and a check character over them. The
check is a polynomial over GF(32): no single wrong character and no two exchanged ones make another
good code, so a typing error never uses up what belongs to somebody else. Pure; what the codes of
one noun are made and found with are keys of its own (`Keys`).
"""

import hashlib
import hmac
import re
import unicodedata
from typing import Final, NamedTuple

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O and U
SHORTEST, LONGEST = 6, 32  # characters, spaces and dashes left out
CODE_PATTERN: Final = f"^[0-9A-HJKMNP-TV-Z]{{{SHORTEST},{LONGEST}}}$"
TAIL_LENGTH_MAX: Final = 4
_BITS: Final = 5  # of a character
_GROUP: Final = 4
_REDUCE: Final = 0b100101  # x^5 + x^2 + 1, primitive: the powers of x are all different
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_TIMES_X: Final = tuple(
    value << 1 if value < len(ALPHABET) // 2 else value << 1 ^ _REDUCE
    for value in range(len(ALPHABET))
)
_LOOK_ALIKE: Final = str.maketrans("OILU", "011V")
_IGNORED: Final = re.compile(r"[-\s]")
_CODE: Final = re.compile(CODE_PATTERN[1:-1])


def normalise(text: str) -> str | None:
    """The code that is meant, None when the text is none.

    Compatibility forms are folded (full width digits), letters of other scripts are not: a
    Cyrillic letter that looks like A is no A. O is read as 0, I and L as 1, and U as V, so that a
    shop may call a code SUMMER although the alphabet has no U.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    plain = _IGNORED.sub("", folded).translate(_LOOK_ALIKE)
    return plain if _CODE.fullmatch(plain) else None


class Keys(NamedTuple):
    """The keys of derivation and of digests: never equal, and for the codes of one noun only."""

    derivation: bytes
    digests: bytes


def keys(secret: bytes, noun: str) -> Keys:
    """Those of a noun, from the secret of the service."""
    return Keys(
        hmac.digest(secret, f"{noun} codes are derived with".encode(), hashlib.sha256),
        hmac.digest(secret, f"{noun} codes are found by".encode(), hashlib.sha256),
    )


def derive(key: bytes, seed: bytes, number: int, length: int) -> str:
    """The code of a seed and a number: always the same one, so many characters and a check."""
    raw = hmac.digest(key, seed + number.to_bytes(8, "big"), hashlib.sha256)
    bits = int.from_bytes(raw[: (length * _BITS + 7) // 8], "big")
    plain = "".join(ALPHABET[bits >> shift & 31] for shift in range(0, length * _BITS, _BITS))
    return plain + check_character(plain)


def check_character(plain: str) -> str:
    """What follows these characters of the alphabet in a code of ours; at most 30 of them."""
    check = 0
    for character in plain:
        check = _TIMES_X[check ^ _VALUES[character]]
    return ALPHABET[check]


def digest(key: bytes, code: str) -> bytes:
    """By what a normalised code is found, 32 bytes."""
    return hmac.digest(key, code.encode(), hashlib.sha256)


def tail(code: str) -> str:
    """What people may see of a code: its last characters, a third of a short one at most."""
    return code[len(code) - min(TAIL_LENGTH_MAX, len(code) // 3) :]


def masked(text: str) -> str:
    """How answers name a code that is no shared one, and a text that is no code."""
    return f"…{tail(text)}"


def shown(code: str) -> str:
    """The code as it is printed: in groups, with dashes."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
