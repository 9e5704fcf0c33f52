"""How codes are made, found and shown."""

import itertools

import pytest

from service.domain.coupons import codes
from service.kernel.codes import ALPHABET, normalise

SECRET = b"a secret of the tests, at least 32 characters"
SEED = bytes(range(32))


def test_a_code_is_the_same_for_ever() -> None:
    """Written down once: codes that are printed must come out again after any change of ours."""
    assert codes.derive(SECRET, SEED, 1) == "QEAW83FMJCDY3"
    assert codes.digest(SECRET, "QEAW83FMJCDY3").hex().startswith("13ddd214ba6e1283f966e208")


def test_another_secret_seed_or_number_gives_another_code() -> None:
    found = {
        codes.derive(secret, seed, number)
        for secret, seed, number in itertools.product(
            (SECRET, SECRET + b"x"), (SEED, bytes(32)), (0, 1, 2)
        )
    }

    assert len(found) == 12


def test_a_code_is_normalised_and_has_thirteen_characters() -> None:
    for number in range(500):
        code = codes.derive(SECRET, SEED, number)
        assert len(code) == 13
        assert normalise(code) == code
        assert normalise(codes.shown(code).lower()) == code


def test_every_character_appears_at_every_random_place() -> None:
    made = [codes.derive(SECRET, SEED, number) for number in range(2_000)]

    assert [len({code[place] for code in made}) for place in range(13)] == [32] * 13


def test_no_single_wrong_character_gives_another_good_code() -> None:
    code = codes.derive(SECRET, SEED, 1)
    for place, character in itertools.product(range(13), ALPHABET):
        typed = code[:place] + character + code[place + 1 :]
        good = codes.check_character(typed[:12]) == typed[12]
        assert good == (typed == code)


def test_no_two_exchanged_characters_give_another_good_code() -> None:
    code = codes.derive(SECRET, SEED, 1)
    for one, other in itertools.combinations(range(13), 2):
        typed = list(code)
        typed[one], typed[other] = typed[other], typed[one]
        good = codes.check_character("".join(typed[:12])) == typed[12]
        assert good == ("".join(typed) == code)


def test_a_digest_needs_the_secret_and_is_no_key_of_derivation() -> None:
    code = codes.derive(SECRET, SEED, 1)

    assert len(codes.digest(SECRET, code)) == 32
    assert codes.digest(SECRET, code) != codes.digest(SECRET + b"x", code)
    assert codes.derive(SECRET, code.encode()[:5], 0) != code


@pytest.mark.parametrize(
    ("code", "tail"),
    [
        ("7K4V9QM2X0HDT", "0HDT"),
        ("7K4V9QM2X0HD", "X0HD"),
        ("7K4V9QM2", "M2"),
        ("SPRVNG", "NG"),
        ("AB", ""),
    ],
)
def test_a_tail_is_four_characters_or_a_third_of_a_short_code(code: str, tail: str) -> None:
    assert codes.tail(code) == tail
    assert codes.masked(code) == f"…{tail}"


def test_a_code_is_shown_in_groups_of_four() -> None:
    assert codes.shown("7K4V9QM2X0HDT") == "7K4V-9QM2-X0HD-T"
