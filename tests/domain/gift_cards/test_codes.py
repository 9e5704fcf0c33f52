"""How codes and PINs of gift cards are made and found."""

import itertools
import uuid

from service.domain.coupons import codes as coupon_codes
from service.domain.gift_cards import codes
from service.kernel.codes import check_character, normalise, shown
from tests.domain.gift_cards.rows import SECRET

SEED = bytes(range(32))
CARD = uuid.UUID(int=7)


def test_codes_and_pins_are_the_same_for_ever() -> None:
    """Written down once: cards that are printed must come out again after any change of ours."""
    assert codes.derive(SECRET, SEED, 1) == "3T6ARRCB2ZV0A8WKR"
    assert codes.derive_pin(SECRET, SEED, 1) == "538117"
    assert codes.digest(SECRET, "3T6ARRCB2ZV0A8WKR").hex().startswith("035c315deffb27e5372ca8a7")


def test_a_code_has_sixteen_characters_and_a_check() -> None:
    for number in range(500):
        code = codes.derive(SECRET, SEED, number)
        assert len(code) == 17
        assert normalise(code) == normalise(shown(code).lower()) == code
        assert check_character(code[:16]) == code[16]


def test_every_character_appears_at_every_random_place() -> None:
    made = [codes.derive(SECRET, SEED, number) for number in range(2_000)]

    assert [len({code[place] for code in made}) for place in range(17)] == [32] * 17


def test_another_secret_seed_or_number_gives_another_code_and_pin() -> None:
    given = list(itertools.product((SECRET, SECRET + b"x"), (SEED, bytes(32)), (0, 1, 2)))

    assert len({codes.derive(*one) for one in given}) == 12
    assert len({codes.derive_pin(*one) for one in given}) == 12


def test_a_pin_has_six_digits_and_every_digit_at_every_place() -> None:
    made = [codes.derive_pin(SECRET, SEED, number) for number in range(500)]

    assert {len(pin) for pin in made} == {6}
    assert [{pin[place] for pin in made} for place in range(6)] == [set("0123456789")] * 6


def test_the_keys_are_not_those_of_coupons() -> None:
    assert codes.derive(SECRET, SEED, 1)[:12] != coupon_codes.derive(SECRET, SEED, 1)[:12]
    assert codes.digest(SECRET, "7K4V9Q") != coupon_codes.digest(SECRET, "7K4V9Q")


def test_a_chosen_pin_is_keyed_with_the_secret_and_its_card() -> None:
    keyed = codes.keyed_pin(SECRET, CARD, "4711")

    assert len(keyed) == 32
    assert (
        len(
            {
                keyed,
                codes.keyed_pin(SECRET + b"x", CARD, "4711"),
                codes.keyed_pin(SECRET, uuid.UUID(int=8), "4711"),
                codes.keyed_pin(SECRET, None, "4711"),
                codes.keyed_pin(SECRET, CARD, "4712"),
            }
        )
        == 5
    )


def test_a_pin_that_was_tried_is_known_by_another_hash_than_a_chosen_one() -> None:
    given = itertools.product((SECRET, SECRET + b"x"), (CARD, uuid.UUID(int=8), None), ("1", "2"))
    found = [make(*one) for one in given for make in (codes.tried_pin, codes.keyed_pin)]

    assert len(set(found)) == 24
    assert {len(one) for one in found} == {32}
