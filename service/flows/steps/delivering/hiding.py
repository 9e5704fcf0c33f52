"""What a receiver answers is kept for whoever looks why; it may say again what it was told. Pure.

So what a request told of a person, and what it was let in by, is taken out of the answer.
"""

import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

PART_LENGTH_MIN: Final = (
    3  # what is shorter stands in every other word, and is hidden as a whole one
)
HIDDEN: Final = "…"


def hide(text: str, told: Iterable[str]) -> str:
    """The text without what was told, as it was and as JSON and addresses write it."""
    forms = {form for one in told for form in _forms(one) if form}
    if not forms:
        return text
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    pattern = "|".join(map(_pattern, longest_first))
    return re.sub(pattern, HIDDEN, text, flags=re.IGNORECASE)


def _pattern(form: str) -> str:
    plain = re.escape(form)
    return plain if len(form) >= PART_LENGTH_MIN else rf"(?<!\w){plain}(?!\w)"


def _forms(one: str) -> set[str]:
    return {
        one,
        one.removeprefix("+"),  # a phone
        json.dumps(one)[1:-1],
        json.dumps(one, ensure_ascii=False)[1:-1],
        quote(one, safe=""),
        quote_plus(one),
    }
