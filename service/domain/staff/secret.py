"""PINs and passwords of staff: how they are keyed, judged and made. Pure."""

import hashlib
import hmac
import secrets
import uuid
from typing import Final

from service.domain.staff.errors import SecretTooSimple
from service.domain.staff.types import Account
from service.kernel import slow_hash

PIN_DIGITS: Final = 8  # of those we make
_RISING: Final = "0123456789" * 3  # goes on from 9 to 0, for the longest PIN
_DIFFERENT_MIN: Final = 4  # characters of a password
_LOGIN_MIN: Final = 4  # shorter ones are in many passwords by chance
_NOBODYS: Final = uuid.UUID(int=0)


def keyed_pin(secret: bytes, account_id: uuid.UUID, pin: str) -> bytes:
    """The PIN of an account as it may be hashed and compared."""
    return _keyed(secret, "pin", account_id, pin)


def keyed_password(secret: bytes, account_id: uuid.UUID, password: str) -> bytes:
    """The password of an account as it may be hashed and compared."""
    return _keyed(secret, "password", account_id, password)


def is_right(secret: bytes, account: Account | None, pin: str | None, password: str | None) -> bool:
    """Whether the PIN, or else the password, is the account's.

    Takes 20 ms, whatever the account, also when there is none.
    """
    account_id = _NOBODYS if account is None else account.account_id
    if pin is not None:
        kept = None if account is None else account.pin_hash
        keyed = keyed_pin(secret, account_id, pin)
    else:
        kept = None if account is None else account.password_hash
        keyed = keyed_password(secret, account_id, password or "")
    matches = slow_hash.matches(kept or slow_hash.NOBODY, keyed)
    return matches and kept is not None


def made_pin() -> str:
    """A random PIN that is not too simple."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
        if not _is_simple_pin(pin):
            return pin


def check_pin(pin: str, login: str, pointer: str = "/pin") -> None:
    """Raise SecretTooSimple for one digit repeated, digits in a row, or digits of the login."""
    if _is_simple_pin(pin) or pin in login:
        raise SecretTooSimple(pointer=pointer)


def check_password(password: str, login: str, pointer: str = "/password") -> None:
    """Raise SecretTooSimple for one that holds the login or has next to no characters."""
    holds_it = len(login) >= _LOGIN_MIN and login in password.casefold()
    if holds_it or len(set(password)) < _DIFFERENT_MIN:
        raise SecretTooSimple(pointer=pointer)


def _is_simple_pin(pin: str) -> bool:
    rows = _RISING, _RISING[::-1]
    return len(set(pin)) == 1 or any(pin in row for row in rows)


def _keyed(secret: bytes, what: str, account_id: uuid.UUID, value: str) -> bytes:
    key = hmac.digest(secret, b"staff secrets", hashlib.sha256)
    return hmac.digest(key, f"{what}\x1f{account_id}\x1f{value}".encode(), hashlib.sha256)
