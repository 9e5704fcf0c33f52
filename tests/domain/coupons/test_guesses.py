"""When somebody who tries codes is stopped, and for how long."""

import datetime as dt
import uuid

import pytest

from service.domain.coupons import codes, guesses
from service.domain.coupons.guesses import Locked, Subject, locked_until, subjects
from service.kernel.values import Client

SECRET = b"a secret of the tests"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MEMBER = uuid.UUID(int=7)


def minutes(count: int) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def test_a_window_begins_every_ten_minutes() -> None:
    assert guesses.window_start(NOON) == NOON
    assert guesses.window_start(NOON + dt.timedelta(minutes=9, seconds=59)) == NOON
    assert guesses.window_start(NOON + minutes(10)) == NOON + minutes(10)


@pytest.mark.parametrize(
    ("failures", "until"),
    [
        ([], None),
        ([(0, 9)], None),
        ([(0, 10)], 20),
        ([(0, 25)], 20),
        ([(0, 5), (10, 5)], 30),  # within ten minutes, across the border of two windows
        ([(0, 5), (10, 4)], None),
        ([(0, 9), (20, 9)], None),  # windows that do not touch
        ([(0, 9), (10, 1), (20, 1)], 30),
        ([(0, 10), (20, 10)], 20 + 40),  # the second lock is twice as long
        ([(0, 10), (10, 9)], 20),  # what was locked already is not counted twice
        ([(0, 10), (20, 10), (60, 10), (140, 10)], 140 + 160),
    ],
)
def test_a_lock_begins_at_the_limit_and_doubles(
    failures: list[tuple[int, int]], until: int | None
) -> None:
    by_window = [(NOON + minutes(start), count) for start, count in failures]

    found = locked_until(by_window, 10)

    assert found == (None if until is None else NOON + minutes(until))


def test_no_lock_is_longer_than_a_day() -> None:
    many = [(NOON + dt.timedelta(hours=hour), 10) for hour in range(0, 200, 25)]

    assert locked_until(many, 10) == many[-1][0] + dt.timedelta(days=1)


def test_a_patient_guesser_gets_about_130_guesses_in_a_week() -> None:
    """Ten at the end of each lock, for the seven days that are remembered."""
    at, found = NOON, []
    while at < NOON + guesses.REMEMBERED:
        found.append((guesses.window_start(at), 10))
        until = locked_until(found, 10)
        assert until is not None
        at = until

    assert sum(count for _, count in found) == 130


def test_member_device_and_address_are_counted_apart() -> None:
    everybody = subjects(SECRET, MEMBER, Client(device="till-3", address="198.51.100.7"))

    assert [one.limit for one in everybody] == [10, 20, 20]
    assert len({one.digest for one in everybody}) == 3
    assert all(len(one.digest) == 32 for one in everybody)
    assert subjects(SECRET, None, None) == ()
    assert subjects(SECRET, None, Client()) == ()
    assert subjects(SECRET, MEMBER, None) == everybody[:1]


def test_a_device_named_like_an_address_is_another_subject() -> None:
    (device,) = subjects(SECRET, None, Client(device="198.51.100.7"))
    (address,) = subjects(SECRET, None, Client(address="198.51.100.7"))

    assert device.digest != address.digest


def test_a_subject_needs_the_secret() -> None:
    assert subjects(SECRET, MEMBER, None) != subjects(b"another", MEMBER, None)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7 ", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2::9", "2001:db8:1:2::/64"),
        ("Kiosk", "kiosk"),
        ("999.1.1.1", "999.1.1.1"),
    ],
)
def test_an_address_is_counted_by_who_has_it(address: str, counted: str) -> None:
    assert guesses.network(address) == counted


class Watch:
    """A clock of time-outs."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_process_remembers_a_lock_until_it_ends() -> None:
    watch = Watch()
    locked = Locked(watch)
    one, other = Subject(b"1" * 32, 10), Subject(b"2" * 32, 10)
    locked.remember(one, 60.5)

    assert locked.seconds_left([other]) == 0
    assert locked.seconds_left([]) == 0
    assert locked.seconds_left([other, one]) == 61
    watch.now += 60.5
    assert locked.seconds_left([one]) == 0


def test_a_process_does_not_remember_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    locked = Locked(watch)
    monkeypatch.setattr(guesses, "LOCKED_MAX", 3)
    for number in range(3):
        locked.remember(Subject(bytes([number]) * 32, 10), 5)
    watch.now += 10
    lasting = Subject(b"x" * 32, 10)

    locked.remember(lasting, 5)

    assert len(locked._until) == 1
    assert locked.seconds_left([lasting]) == 5


def test_a_login_and_the_device_it_is_typed_at_are_subjects_of_their_own() -> None:
    client, other = uuid.UUID(int=1), uuid.UUID(int=2)
    found = [
        guesses.of_login(b"secret", "waw-117"),
        guesses.of_login(b"secret", "waw-118"),
        guesses.of_login(b"another secret", "waw-117"),
        guesses.of_till(b"secret", client, "till-3"),
        guesses.of_till(b"secret", client, "till-4"),
        guesses.of_till(b"secret", other, "till-3"),
        *guesses.subjects(b"secret", None, Client(device="till-3")),
    ]

    assert len({one.digest for one in found}) == len(found)
    assert [one.limit for one in found] == [5, 5, 5, 20, 20, 20, 20]


def test_what_was_tried_is_the_same_in_any_spelling() -> None:
    given = ["7K4V-9QM2", "7k4v9qm2", " 7K4V 9QM2 "]

    assert len({guesses.tried(SECRET, "coupon", text, MEMBER) for text in given}) == 1


def test_another_code_kind_member_pin_or_secret_is_another_try() -> None:
    found = [
        guesses.tried(SECRET, "coupon", "7K4V9QM2", None),
        guesses.tried(SECRET, "coupon", "7K4V9QM3", None),
        guesses.tried(SECRET, "coupon", "no code", None),
        guesses.tried(SECRET, "coupon", "7K4V9QM2", MEMBER),
        guesses.tried(SECRET, "gift card", "7K4V9QM2", None),
        guesses.tried(SECRET, "gift card", "7K4V9QM2", None, ""),
        guesses.tried(SECRET, "gift card", "7K4V9QM2", None, "4711"),
        guesses.tried(SECRET, "gift card", "no code", None, "4711\x1f"),
        guesses.tried(SECRET, "gift card", "\x1fno code", None, "4711"),
        guesses.tried(b"another", "gift card", "7K4V9QM2", None, "4711"),
    ]

    assert len(set(found)) == len(found)
    assert {len(one) for one in found} == {32}


def test_by_what_was_tried_no_code_is_found() -> None:
    """Or it would show which codes of others somebody has."""
    digest = guesses.tried(SECRET, "coupon", "7K4V9QM2", None)

    assert digest != codes.digest(SECRET, "7K4V9QM2")
