"""Placeholders of lines."""

import pytest

from service.rules.placeholders import NAMES, Of, Part, Placeholder, has_stray_brace, parts
from service.rules.receipts import Occasion


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Thank you", ["Thank you"]),
        ("{saved}", [Placeholder("saved")]),
        (
            "+{earned.points} Beans, {available.points}",
            ["+", Placeholder("earned", "points"), " Beans, ", Placeholder("available", "points")],
        ),
        ("{a}{b.c.d}", [Placeholder("a"), Placeholder("b", "c.d")]),
        ("{}", [Placeholder("")]),
    ],
)
def test_a_line_is_text_and_placeholders(line: str, found: list[Part]) -> None:
    assert list(parts(line)) == found
    assert "".join(f"{{{one}}}" if isinstance(one, Placeholder) else one for one in found) == line


@pytest.mark.parametrize("line", ["{", "a}", "{{saved}}", "{a {saved}"])
def test_a_brace_alone_is_seen(line: str) -> None:
    assert has_stray_brace(list(parts(line)))


def test_braces_of_placeholders_are_none() -> None:
    assert not has_stray_brace(list(parts("{saved} and {earned.points}")))


@pytest.mark.parametrize("occasion", Occasion)
def test_every_occasion_has_something_to_tell(occasion: Occasion) -> None:
    assert {told.of for told in NAMES.values() if occasion in told.on} >= {Of.WALLET}
