import datetime as dt
import unicodedata
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.members.identifiers import BEGINNING, Ownership, digest, gap, normalise
from service.kernel.values import Identifier

SECRET = b"a secret of the tests"


def month(number: int) -> dt.datetime:
    return dt.datetime(2026, number, 1, tzinfo=dt.UTC)


def owned(since: dt.datetime, until: dt.datetime | None) -> Ownership:
    return Ownership(b"x" * 32, since, until, uuid.UUID(int=1), 1, 0, None)


@pytest.mark.parametrize(
    ("kind", "spelled", "normal"),
    [
        ("card", "4012 001", "4012001"),
        ("card", "4012-001.(7)/A", "40120017a"),
        ("phone", "+48 (22) 555-01-02", "+48225550102"),
        ("email", " Ola.K-B@Example.ORG ", "ola.k-b@example.org"),  # dots and dashes count
        ("email", "straße@example.org", "strasse@example.org"),
        ("card", "i\u0307", "i\u0307"),
        ("card", "Z\u0307", "\u017c"),  # two characters and one are the same letter
    ],
)
def test_spellings_of_one_identifier_are_equal(kind: str, spelled: str, normal: str) -> None:
    assert normalise(Identifier(kind, spelled)) == normal


def test_every_white_space_goes() -> None:
    assert normalise(Identifier("email", "a\u00a0b\tc\nd\u2003e")) == "abcde"


@given(st.text(min_size=1))
def test_the_form_of_the_letters_does_not_count(value: str) -> None:
    composed = Identifier("card", unicodedata.normalize("NFC", value))
    taken_apart = Identifier("card", unicodedata.normalize("NFD", value))

    assert normalise(composed) == normalise(taken_apart)


def test_a_digest_is_of_kind_and_normal_form_under_the_secret() -> None:
    one = digest(SECRET, Identifier("card", "4012-001"))

    assert len(one) == 32
    assert digest(SECRET, Identifier("card", "4012001")) == one
    assert digest(SECRET, Identifier("card", "4012001", verified=False)) == one
    assert digest(SECRET, Identifier("phone", "4012001")) != one
    assert digest(SECRET, Identifier("card", "4012002")) != one
    assert digest(b"another", Identifier("card", "4012001")) != one


def test_kind_and_value_cannot_run_into_each_other() -> None:
    assert digest(SECRET, Identifier("ab", "c")) != digest(SECRET, Identifier("a", "bc"))


def test_an_ownership_is_half_open() -> None:
    ownership = owned(month(2), month(4))

    inside = [ownership.covers(month(n)) for n in (1, 2, 3, 4, 5)]

    assert inside == [False, True, True, False, False]
    assert owned(month(2), None).covers(month(12))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (1, (BEGINNING, month(2))),  # before all
        (5, (month(4), month(7))),  # between two
        (4, (month(4), month(7))),  # from the instant one ends
        (9, (month(9), None)),  # after all, from the instant the last ends
    ],
)
def test_the_gap_around_an_instant_is_what_nobody_owns(
    at: int, expected: tuple[dt.datetime, dt.datetime | None]
) -> None:
    both = [owned(month(2), month(4)), owned(month(7), month(9))]

    assert gap(both, month(at)) == expected


def test_without_any_owner_the_gap_is_all_of_time() -> None:
    assert gap([], month(3)) == (BEGINNING, None)
