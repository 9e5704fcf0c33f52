"""PINs and passwords of staff: keyed, judged, made, and not too simple."""

import datetime as dt
import uuid

import msgspec
import pytest

from service.domain.staff import secret
from service.domain.staff.errors import SecretTooSimple
from service.domain.staff.types import Account, State
from service.kernel import slow_hash

KEY = b"a secret of the tests"
NOW = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
MINE = Account(
    account_id=uuid.UUID(int=7),
    login="waw-117",
    role="clerk",
    stores=(),
    member_id=None,
    pin_hash=slow_hash.hashed(secret.keyed_pin(KEY, uuid.UUID(int=7), "640283")),
    password_hash=None,
    state=State.ACTIVE,
    must_change_secret=False,
    created_at=NOW,
    changed_at=NOW,
)


def test_a_pin_is_right_for_its_account_under_its_key_alone() -> None:
    other = msgspec.structs.replace(MINE, account_id=uuid.UUID(int=8))

    assert secret.is_right(KEY, MINE, "640283", None)
    assert not secret.is_right(KEY, MINE, "640284", None)
    assert not secret.is_right(KEY, other, "640283", None)
    assert not secret.is_right(b"another key", MINE, "640283", None)


def test_a_pin_is_no_password_and_a_secret_that_is_not_there_is_never_right() -> None:
    both = msgspec.structs.replace(MINE, password_hash=MINE.pin_hash)

    assert not secret.is_right(KEY, both, None, "640283")
    assert not secret.is_right(KEY, MINE, None, "640283")
    assert not secret.is_right(KEY, None, "640283", None)
    assert not secret.is_right(KEY, None, None, "")


def test_a_password_is_right_for_its_account() -> None:
    keyed = secret.keyed_password(KEY, MINE.account_id, "seven otters sing")
    mine = msgspec.structs.replace(MINE, password_hash=slow_hash.hashed(keyed))

    assert secret.is_right(KEY, mine, None, "seven otters sing")
    assert not secret.is_right(KEY, mine, None, "seven otters sang")


def test_whatever_there_is_one_hash_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or who measures could tell which login has what."""
    asked: list[str] = []

    def matches(kept: str, _keyed: bytes) -> bool:
        asked.append(kept)
        return False

    monkeypatch.setattr(slow_hash, "matches", matches)
    for account, pin, password in (
        (None, "640283", None),
        (None, None, "a password"),
        (MINE, None, "a password"),
        (MINE, "640283", None),
    ):
        secret.is_right(KEY, account, pin, password)

    assert asked == [slow_hash.NOBODY] * 3 + [MINE.pin_hash]


@pytest.mark.parametrize("login", ["640283", "waw-640283", "640283-2"])
def test_digits_of_the_login_are_no_pin(login: str) -> None:
    with pytest.raises(SecretTooSimple):
        secret.check_pin("640283", login)


@pytest.mark.parametrize("pin", ["000000", "7777777", "123456", "90123456", "876543", "210987"])
def test_one_digit_and_digits_in_a_row_are_no_pin(pin: str) -> None:
    with pytest.raises(SecretTooSimple) as refused:
        secret.check_pin(pin, "waw-117")

    assert refused.value.pointer == "/pin"


@pytest.mark.parametrize("pin", ["640283", "112233", "123457", "1234568"])
def test_any_other_pin_is_one(pin: str) -> None:
    secret.check_pin(pin, "waw-117")


@pytest.mark.parametrize("password", ["xyxyxyxyxyxyx", "my WAW-117 pass", "waw-117waw-117"])
def test_next_to_no_characters_and_the_login_are_no_password(password: str) -> None:
    with pytest.raises(SecretTooSimple):
        secret.check_password(password, "waw-117")


def test_a_login_of_three_characters_may_stand_in_a_password() -> None:
    secret.check_password("seven otters sing", "ott")


def test_pins_that_are_made_have_eight_digits_and_are_seldom_the_same() -> None:
    made = {secret.made_pin() for _ in range(200)}

    assert all(len(pin) == 8 and pin.isdigit() for pin in made)
    assert len(made) > 190
