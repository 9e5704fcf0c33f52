"""`title`, `text`, `terms` and `image` of whatever people see, by language."""

import re
from typing import Final, TypeVar

import msgspec

from service.kernel.texts import Described
from service.rules.check import leaves
from service.rules.check.cursor import Cursor, Fields

KEYS: Final = ("title", "text", "terms", "image")
IMAGE_PATTERN: Final = r"^https://[!-~]+$"
D = TypeVar("D", bound=Described)


def described(of: D, fields: Fields) -> D:
    """The same with what the file says people are told about it."""
    return msgspec.structs.replace(
        of,
        title=leaves.texts(fields["title"]),
        text=leaves.texts(fields["text"], leaves.TERMS_MAX),
        terms=leaves.texts(fields["terms"], leaves.TERMS_MAX),
        image=_images(fields["image"]),
    )


def _images(at: Cursor) -> dict[str, str]:
    found = leaves.texts(at)
    for child in at.children() if found else ():
        written = found.get(child.key.text if child.key else "")
        if written and not re.fullmatch(IMAGE_PATTERN[1:-1], written):
            child.expected("an address that starts with https://")
    return found
