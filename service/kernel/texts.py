"""Texts in several languages: which one somebody is shown."""

from collections.abc import Mapping
from typing import Final

DEFAULT: Final = "en"


def in_language(texts: Mapping[str, str], wanted: str | None) -> dict[str, str]:
    """The text in the language (`pt-BR`, then `pt`), else in English, else the first there is."""
    if not texts:
        return {}
    tag = wanted or DEFAULT
    for language in (tag, tag.split("-", maxsplit=1)[0], DEFAULT):
        if language in texts:
            return {language: texts[language]}
    first = next(iter(texts))
    return {first: texts[first]}
