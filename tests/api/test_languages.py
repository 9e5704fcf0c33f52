"""Accept-Language."""

import pytest

from service.api.languages import preferred
from tests.api.calls import call_with


@pytest.mark.parametrize(
    ("given", "languages"),
    [
        ("pl", ("pl",)),
        ("pl-PL,pl;q=0.9,en;q=0.8", ("pl-PL", "pl", "en")),
        ("en;q=0.8, pl", ("pl", "en")),
        ("en;q=0.8, pl;q=0.85", ("pl", "en")),
        ("en;q=1.000, pl", ("en", "pl")),
        ("de;q=0, en;q=0.001", ("en",)),
        ("*, pl;q=0.1", ("pl",)),
        ("*", ()),
        ("", ()),
        ("pl;q=2, en;q=0.1", ("en",)),
        ("toolonglanguage, en", ("en",)),
        ("a-b-c-d-e, en", ("en",)),
        ("ÿ, en", ("en",)),
    ],
)
def test_the_languages_wanted_come_in_their_order(given: str, languages: tuple[str, ...]) -> None:
    assert preferred(call_with({"accept-language": given})) == languages


def test_without_the_header_any_language_will_do() -> None:
    assert preferred(call_with({})) == ()


def test_no_more_than_twenty_are_looked_at() -> None:
    many = ",".join([*["de"] * 20, "pl"])
    assert preferred(call_with({"accept-language": many})) == ("de",) * 20
