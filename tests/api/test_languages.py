"""Accept-Language."""

import pytest

from service.api.languages import preferred
from tests.api.calls import call_with


@pytest.mark.parametrize(
    ("given", "language"),
    [
        ("pl", "pl"),
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl-PL"),
        ("en;q=0.8, pl", "pl"),
        ("en;q=0.8, pl;q=0.85", "pl"),
        ("en;q=1.000, pl", "en"),
        ("de;q=0, en;q=0.001", "en"),
        ("*, pl;q=0.1", "pl"),
        ("*", None),
        ("", None),
        ("pl;q=2, en;q=0.1", "en"),
        ("toolonglanguage, en", "en"),
        ("a-b-c-d-e, en", "en"),
        ("ÿ, en", "en"),
    ],
)
def test_the_language_wanted_most_is_picked(given: str, language: str | None) -> None:
    assert preferred(call_with({"accept-language": given})) == language


def test_without_the_header_any_language_will_do() -> None:
    assert preferred(call_with({})) is None
