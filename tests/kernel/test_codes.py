"""Codes as people type them."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.codes import (
    ALPHABET,
    CODE_PATTERN,
    LONGEST,
    SHORTEST,
    check_character,
    derive,
    digest,
    keys,
    masked,
    normalise,
    shown,
    tail,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SAVE20", "SAVE20"),
        ("save20", "SAVE20"),
        (" save - 20 ", "SAVE20"),
        ("\tsa-ve\u00a020\n", "SAVE20"),
        ("\uff33\uff21\uff36\uff25\uff12\uff10", "SAVE20"),  # full width
        ("WELCOME5", "WE1C0ME5"),
        ("we1c0me5", "WE1C0ME5"),
        ("wIlcOme5", "W11C0ME5"),
        ("SUMMER", "SVMMER"),
        ("svmmer", "SVMMER"),
        ("a" * LONGEST, "A" * LONGEST),
        ("-".join("a" * LONGEST), "A" * LONGEST),
        ("a" * SHORTEST, "A" * SHORTEST),
    ],
)
def test_case_spaces_dashes_and_look_alikes_do_not_count(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "------",
        "a" * (SHORTEST - 1),
        "a" * (LONGEST + 1),
        "S\u0410VE20",  # a Cyrillic letter that looks like A
        "\u03a3AVE20",  # a Greek one
        "SAVE\u200b20",  # a space without width is no space
        "SAVE\ufeff20",
        "SAVE20\x00",
        "\u0130SAVE20",  # an I with a dot, which is no I
        "SAV\u00c920",  # letters with accents are others
        "SAV\u0045\u030120",  # the same, written as two
        "SAVE_20",
        "SAVE.20",
        "SAVE%20",
        "\u0661\u0662\u0663\u0664\u0665\u0666",  # Arabic digits
        "\U0001f600" * 6,
        "\ud800SAVE20",
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert normalise(typed) is None


def test_the_alphabet_is_that_of_the_pattern() -> None:
    every = {chr(n) for n in range(128) if re.fullmatch(CODE_PATTERN, chr(n) * SHORTEST)}
    assert every == set(ALPHABET)
    assert len(ALPHABET) == 32  # five bits a character
    assert set("ILOU").isdisjoint(ALPHABET)


@given(st.text(max_size=60))
def test_what_is_a_code_is_one_of_the_alphabet_and_means_itself(typed: str) -> None:
    code = normalise(typed)
    if code is not None:
        assert re.fullmatch(CODE_PATTERN, code)
        assert normalise(code) == code


@given(st.text(alphabet=ALPHABET, min_size=SHORTEST, max_size=LONGEST), st.data())
def test_however_a_code_is_grouped_and_cased_it_is_the_same(code: str, data: st.DataObject) -> None:
    typed = "".join(
        data.draw(st.sampled_from([c, c.lower(), f"{c}-", f" {c}"]), label=c) for c in code
    )
    assert normalise(typed) == code


SECRET = b"a secret of the tests, at least 32 characters"


def test_each_noun_has_keys_of_its_own() -> None:
    found = [*keys(SECRET, "coupon"), *keys(SECRET, "gift card"), *keys(b"other", "coupon")]

    assert len(set(found)) == 6
    assert {len(key) for key in found} == {32}


@pytest.mark.parametrize("length", [12, 16, 30])
def test_a_code_has_as_many_characters_as_asked_and_a_check(length: int) -> None:
    for number in range(100):
        code = derive(SECRET, b"seed", number, length)
        assert len(code) == length + 1
        assert check_character(code[:length]) == code[length]
        assert normalise(shown(code)) == code


def test_codes_of_different_lengths_use_as_many_bits() -> None:
    made = [derive(SECRET, b"seed", number, 16) for number in range(2_000)]

    assert [len({code[place] for code in made}) for place in range(17)] == [32] * 17


def test_no_typing_error_in_a_long_code_gives_another_good_one() -> None:
    code = derive(SECRET, b"seed", 1, 16)

    def is_good(typed: str) -> bool:
        return check_character(typed[:16]) == typed[16]

    for place, character in itertools.product(range(17), ALPHABET):
        typed = code[:place] + character + code[place + 1 :]
        assert is_good(typed) == (typed == code)
    for one, other in itertools.combinations(range(17), 2):
        exchanged = list(code)
        exchanged[one], exchanged[other] = exchanged[other], exchanged[one]
        assert is_good("".join(exchanged)) == ("".join(exchanged) == code)


def test_a_code_is_found_by_a_keyed_hash_and_shown_by_its_tail() -> None:
    assert len(digest(b"one key", "7K4V9Q")) == 32
    assert digest(b"one key", "7K4V9Q") != digest(b"another", "7K4V9Q")
    assert (tail("7K4V9QM2X0HDT"), masked("7K4V9QM2")) == ("0HDT", "…M2")
    assert shown("7K4V9QM2X0HDT3W58") == "7K4V-9QM2-X0HD-T3W5-8"
