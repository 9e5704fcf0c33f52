"""Texts in several languages: which of them somebody is shown. One way for every answer."""

import functools
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

Languages = tuple[str, ...]  # what somebody wants to read, the best first; none: all there are
T = TypeVar("T")
V = TypeVar("V", bound=msgspec.Struct)

DEFAULT: Final = "en"


class Described(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What people are told about something, by language; `image`: addresses."""

    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}


NOTHING: Final = Described()


@functools.lru_cache(maxsize=4096)
def best(known: tuple[str, ...], wanted: Languages) -> str | None:
    """The tag among `known` that suits best (RFC 4647, lookup); None: none of them does.

    Of `pt-BR` that is `pt-BR` itself in whatever case, else `pt`; then the next wanted one.
    """
    lower = {tag.lower(): tag for tag in known}
    for tag in wanted:
        parts = tag.lower().split("-")
        for size in range(len(parts), 0, -1):
            if (found := lower.get("-".join(parts[:size]))) is not None:
                return found
    return None


def in_languages(texts: Mapping[str, T], wanted: Languages) -> dict[str, T]:
    """All texts when nobody said what is wanted; else the one that suits best.

    When none does: English, else the first there is.
    """
    if not wanted or not texts:
        return dict(texts)
    language = best(tuple(texts), wanted)
    if language is None:
        language = DEFAULT if DEFAULT in texts else next(iter(texts))
    return {language: texts[language]}


def told(view: V, of: Described | None, wanted: Languages) -> V:
    """The view with title, text, terms and image of what it shows; `of` None: it is known no more.

    A view without one of these fields leaves it out.
    """
    found = of or NOTHING
    texts = {
        name: in_languages(getattr(found, name), wanted) for name in Described.__struct_fields__
    }
    return msgspec.structs.replace(
        view, **{name: text for name, text in texts.items() if name in view.__struct_fields__}
    )
