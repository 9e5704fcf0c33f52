"""Texts in several languages."""

import pytest

from service.kernel.texts import in_language

TITLE = {"pl": "Kawa", "en": "Coffee", "pt": "Café"}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("pl", {"pl": "Kawa"}),
        ("pt-BR", {"pt": "Café"}),
        ("de", {"en": "Coffee"}),
        (None, {"en": "Coffee"}),
    ],
)
def test_the_text_wanted_is_picked_else_the_english_one(
    wanted: str | None, shown: dict[str, str]
) -> None:
    assert in_language(TITLE, wanted) == shown


def test_without_english_the_first_there_is_will_do() -> None:
    assert in_language({"pl": "Kawa", "uk": "Кава"}, "de") == {"pl": "Kawa"}
    assert in_language({}, "de") == {}
