"""PINs: hashed, judged, and tried a few times only."""

import datetime as dt
import uuid

import pytest

from service.domain.gift_cards import codes, pins
from service.domain.gift_cards.pins import Tries
from tests.domain.gift_cards.rows import NOW, SECRET, card

CARD = uuid.UUID(int=7)
CHOSEN = pins.hashed(codes.keyed_pin(SECRET, CARD, "4711"))


def test_what_is_kept_says_how_it_is_made_and_never_twice_the_same() -> None:
    assert CHOSEN.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert pins.NO_PIN.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert pins.hashed(codes.keyed_pin(SECRET, CARD, "4711")) != CHOSEN


def test_a_chosen_pin_is_right_for_its_card_alone() -> None:
    mine = card(CARD, has_pin=True, pin_hash=CHOSEN)
    other = card(uuid.UUID(int=8), has_pin=True, pin_hash=CHOSEN)

    assert pins.is_right(SECRET, mine, "4711") is True
    assert pins.is_right(SECRET, mine, "4712") is False
    assert pins.is_right(SECRET, mine, codes.derive_pin(SECRET, CARD.bytes)) is False
    assert pins.is_right(SECRET, other, "4711") is False
    assert pins.is_right(b"another secret", mine, "4711") is False


def test_a_derived_pin_is_that_of_its_seed_and_number() -> None:
    alone = card(CARD, has_pin=True)
    of_batch = card(CARD, has_pin=True, seed=bytes(32), batch_no=3)

    assert pins.is_right(SECRET, alone, codes.derive_pin(SECRET, CARD.bytes)) is True
    assert pins.is_right(SECRET, of_batch, codes.derive_pin(SECRET, bytes(32), 3)) is True
    assert pins.is_right(SECRET, of_batch, codes.derive_pin(SECRET, bytes(32), 2)) is False
    assert pins.is_right(SECRET, alone, "４０２９１７") is False  # noqa: RUF001  # full width


@pytest.mark.parametrize("pin", ["4711", "", "000000"])
def test_no_pin_is_right_for_no_card_or_one_without(pin: str) -> None:
    assert pins.is_right(SECRET, None, pin) is False
    assert pins.is_right(SECRET, card(CARD), pin) is False


def test_whatever_the_card_something_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or who measures could tell a code that exists."""
    asked: list[str] = []

    def verify(kept: str, keyed: bytes) -> bool:
        asked.append(kept)
        return False

    monkeypatch.setattr(pins, "_matches", verify)
    for one in (None, card(CARD), card(CARD, has_pin=True)):
        pins.is_right(SECRET, one, "4711")
    pins.is_right(SECRET, card(CARD, has_pin=True, pin_hash=CHOSEN), "4711")

    assert asked == [pins.NO_PIN] * 3 + [CHOSEN]


@pytest.mark.parametrize(
    ("before", "count", "minutes"),
    [
        (0, 1, None),
        (3, 4, None),
        (4, 5, 15),
        (5, 6, 30),
        (6, 7, 60),
        (10, 11, 960),
        (11, 12, 1_440),
        (100, 101, 1_440),
        (29_999, 30_000, 1_440),
        (30_000, 30_000, 1_440),
    ],
)
def test_from_the_fifth_try_on_each_locks_twice_as_long_up_to_a_day(
    before: int, count: int, minutes: int | None
) -> None:
    until = None if minutes is None else NOW + dt.timedelta(minutes=minutes)

    assert pins.after_try(before, NOW) == (count, until)


def test_the_same_wrong_pin_again_is_no_new_try() -> None:
    tries = Tries().with_one(b"a", NOW).with_one(b"b", NOW)

    assert tries == Tries(2, None, (b"a", b"b"))
    assert tries.with_one(b"a", NOW) is tries.with_one(b"b", NOW) is tries


def test_nor_does_it_lock_once_more_what_was_locked() -> None:
    later, tries = NOW + dt.timedelta(hours=1), Tries()
    for n in range(5):
        tries = tries.with_one(bytes([n]), NOW)

    assert tries.locked_until == NOW + dt.timedelta(minutes=15)
    assert tries.with_one(bytes([4]), later) is tries
    another = tries.with_one(bytes([5]), later)
    assert (another.count, another.locked_until) == (6, later + dt.timedelta(minutes=30))


def test_only_the_last_ten_tries_are_remembered() -> None:
    tries = Tries()
    for n in range(30):
        tries = tries.with_one(bytes([n]), NOW)

    assert (tries.count, tries.tried) == (30, tuple(bytes([n]) for n in range(20, 30)))
    assert tries.with_one(bytes([19]), NOW).count == 31
