"""What must be kept and read again, but not by who reads a copy of the database: AES-256-GCM.

The key is derived from the secret of the service (HKDF-SHA256), so it is kept nowhere; each text
has its own random nonce and is bound to what it belongs to, so that no row can be put in the place
of another. With more than 2^32 of them under one key nonces could meet: there are some per
endpoint.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_ABOUT: Final = b"regulars sealed 1"


class NotOurs(Exception):
    """What was sealed cannot be opened: with another secret, for another row, or it is damaged."""


class Seals:
    """Seals and opens with the key of one secret."""

    def __init__(self, secret: bytes) -> None:
        derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_ABOUT).derive(secret)
        self._key = AESGCM(derived)

    def seal(self, plain: bytes, belongs_to: bytes) -> bytes:
        """The text, sealed; 28 bytes longer, another each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, plain, belongs_to)

    def open(self, sealed: bytes, belongs_to: bytes) -> bytes:
        """What was sealed for the same; NotOurs."""
        try:
            return self._key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], belongs_to)
        except (InvalidTag, ValueError) as failure:
            raise NotOurs from failure
