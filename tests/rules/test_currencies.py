"""The table of currencies."""

import re

from service.rules.currencies import EXPONENTS


def test_each_code_has_the_places_of_iso_4217() -> None:
    assert {code: EXPONENTS[code] for code in ("EUR", "JPY", "KWD", "ISK", "TND", "MRU")} == {
        "EUR": 2,
        "JPY": 0,
        "KWD": 3,
        "ISK": 0,
        "TND": 3,
        "MRU": 2,
    }


def test_no_code_stands_in_two_lists() -> None:
    assert len(EXPONENTS) == 16 + 132 + 7
    assert all(re.fullmatch("[A-Z]{3}", code) for code in EXPONENTS)


def test_what_nobody_pays_with_is_left_out() -> None:
    assert not {"XAU", "XXX", "XTS", "CLF", "USN", "BGN"} & EXPONENTS.keys()
