"""The part of the JSON Schema about texts: what people are told, and the lines of receipts."""

from service.rules.check.described import IMAGE_PATTERN
from service.rules.check.leaves import TEXT_MAX
from service.rules.check.receipts import LINE_MAX, WIDTH_LEAST, WIDTH_MOST
from service.rules.json_shapes import Schema, list_of, mapping, ref
from service.rules.languages import LANGUAGE_PATTERN
from service.rules.placeholders import NAMES
from service.rules.receipts import LINES_MAX, Occasion


def told() -> Schema:
    """What people are told about a thing, as properties of it."""
    return {
        "title": ref("texts"),
        "text": ref("long_texts", "what members read about it"),
        "terms": ref("long_texts", "the small print"),
        "image": ref("images", "its address, https, by language"),
    }


def by_language(value: Schema, about: str = "text by language") -> Schema:
    """A value for each language."""
    return mapping({}, about, patterns={LANGUAGE_PATTERN: value})


def images() -> Schema:
    """Addresses by language."""
    address = {"type": "string", "maxLength": TEXT_MAX, "pattern": IMAGE_PATTERN}
    return by_language(address, "addresses by language")


def receipts() -> Schema:
    """The section `receipts`."""
    width = {"type": "integer", "minimum": WIDTH_LEAST, "maximum": WIDTH_MOST}
    about = "characters that fit on a line of the paper, 42"
    occasions: Schema = {str(one): by_language(_lines(one)) for one in Occasion}
    return mapping(
        {"width": width | {"description": about}, **occasions},
        "lines that answers carry for the printer, the till and the app",
        least=1,
    )


def _lines(occasion: Occasion) -> Schema:
    names = ", ".join(f"{{{name}}}" for name, told in NAMES.items() if occasion in told.on)
    line = {"type": "string", "minLength": 1, "maxLength": LINE_MAX}
    about = f"lines with placeholders, of a wallet or ladder after a dot: {names}"
    return list_of(line, about, least=1) | {"maxItems": LINES_MAX}
