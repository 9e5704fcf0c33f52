"""Texts in several languages."""

import msgspec
import pytest

from service.kernel.texts import Described, best, in_languages, told

TITLE = {"pl": "Kawa", "en": "Coffee", "pt": "Café", "pt-PT": "Bica"}


class Shown(msgspec.Struct, frozen=True):
    """A view of something with a title and terms, but no image."""

    id: str
    title: dict[str, str] = {}
    terms: dict[str, str] = {}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (("pl",), {"pl": "Kawa"}),
        (("PL-pl",), {"pl": "Kawa"}),
        (("pt-BR",), {"pt": "Café"}),
        (("pt-pt",), {"pt-PT": "Bica"}),
        (("pt-PT-x-lisboa",), {"pt-PT": "Bica"}),
        (("de", "pl"), {"pl": "Kawa"}),
        (("de",), {"en": "Coffee"}),
        (("p",), {"en": "Coffee"}),
    ],
)
def test_the_text_that_suits_best_is_picked_else_the_english_one(
    wanted: tuple[str, ...], shown: dict[str, str]
) -> None:
    assert in_languages(TITLE, wanted) == shown


def test_without_a_wish_all_languages_are_shown() -> None:
    assert in_languages(TITLE, ()) == TITLE


def test_without_english_the_first_there_is_will_do() -> None:
    assert in_languages({"pl": "Kawa", "uk": "Кава"}, ("de",)) == {"pl": "Kawa"}
    assert in_languages({}, ("de",)) == {}


def test_the_best_of_nothing_is_nothing() -> None:
    assert best((), ("en",)) is None
    assert best(("en",), ()) is None


def test_a_view_is_told_the_texts_it_has_a_place_for() -> None:
    of = Described(title=TITLE, terms={"en": "Once."}, image={"en": "https://example.org/a.webp"})

    assert told(Shown("a"), of, ("pl",)) == Shown("a", {"pl": "Kawa"}, {"en": "Once."})
    assert told(Shown("a", {"en": "old"}), None, ()) == Shown("a")
