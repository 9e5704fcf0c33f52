"""The form of an API key: `rgl_{live|test}_{kid:10}_{secret:43}{checksum:6}`.

A staff token is `rgs_{kid}_{secret}{checksum}`, and otherwise the same.

Underscores, so that a double click selects all of it; a prefix and a checksum, so that scanners for
leaked secrets find it and nobody asks the database about a typing error. `kid` names the key and is
no secret; 43 base62 characters are 256 bits; the checksum is the CRC-32 of all before it.
"""

import enum
import hashlib
import re
import secrets
import zlib
from typing import Final

import msgspec

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KID_LENGTH: Final = 10
_SECRET_LENGTH: Final = 43
_CHECKSUM_LENGTH: Final = 6
_REST: Final = (
    rf"([0-9A-Za-z]{{{_KID_LENGTH}}})_([0-9A-Za-z]{{{_SECRET_LENGTH}}}))"
    rf"([0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)
_KEY: Final = re.compile(rf"(rgl_(?:live|test)_{_REST}")
_TOKEN: Final = re.compile(rf"(rgs_{_REST}")


class Mode(enum.StrEnum):
    """For people and scanners only: the service treats both alike."""

    LIVE = "live"
    TEST = "test"


class Code(msgspec.Struct, frozen=True):
    """A well-formed key or token: its name and the hash of its secret."""

    kid: str
    secret_sha256: bytes


def checksum(text: str) -> str:
    """CRC-32 of the text as six base62 digits."""
    rest = zlib.crc32(text.encode())
    digits = ""
    for _ in range(_CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def issue(mode: Mode) -> tuple[str, Code]:
    """A new random key, and what is kept of it."""
    return _issue(f"rgl_{mode}")


def issue_token() -> tuple[str, Code]:
    """A new random staff token, and what is kept of it."""
    return _issue("rgs")


def read(text: str) -> Code | None:
    """The parts of a key, or None when it has not the form of one or its checksum is wrong."""
    return _read(_KEY, text)


def read_token(text: str) -> Code | None:
    """The parts of a staff token, or None, as of a key."""
    return _read(_TOKEN, text)


def _issue(prefix: str) -> tuple[str, Code]:
    kid, secret = _random(_KID_LENGTH), _random(_SECRET_LENGTH)
    body = f"{prefix}_{kid}_{secret}"
    return body + checksum(body), Code(kid, _digest(secret))


def _read(form: re.Pattern[str], text: str) -> Code | None:
    match = form.fullmatch(text)
    if match is None or checksum(match[1]) != match[4]:
        return None
    return Code(match[2], _digest(match[3]))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
