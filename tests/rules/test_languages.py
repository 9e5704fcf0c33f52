"""Languages of texts."""

import re

import pytest
from babel import Locale

from service.rules.languages import LANGUAGE_PATTERN, TWO_LETTERS, is_language


def test_the_codes_of_two_letters_are_those_the_cldr_has_names_for() -> None:
    assert {code for code in map(str, Locale("en").languages) if len(code) == 2} == TWO_LETTERS


@pytest.mark.parametrize("tag", ["en", "pl", "pt-BR", "zh-Hant-TW", "szl", "gsw-CH"])
def test_a_language_is_known(tag: str) -> None:
    assert is_language(tag)


@pytest.mark.parametrize("tag", ["xx", "EN", "english", "e", "en_GB", "en-", "", "en-gb ", "uk\n"])
def test_what_is_none_is_told(tag: str) -> None:
    assert not is_language(tag)


def test_the_pattern_is_that_of_the_schema() -> None:
    assert re.search(LANGUAGE_PATTERN, "pt-BR")
