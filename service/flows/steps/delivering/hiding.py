"""What a receiver answers is kept for whoever looks why; it may say again what it was told. Pure.

So what a request told of a person, and what it was let in by, is taken out of the answer.
"""

import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

LENGTH_MIN: Final = 3  # a language names nobody, and stands in every other word
HIDDEN: Final = "…"


def hide(text: str, told: Iterable[str]) -> str:
    """The text without what was told, as it was and as JSON and addresses write it."""
    forms = {form for one in told if len(one) >= LENGTH_MIN for form in _forms(one)}
    if not forms:
        return text
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    pattern = "|".join(map(re.escape, longest_first))
    return re.sub(pattern, HIDDEN, text, flags=re.IGNORECASE)


def _forms(one: str) -> set[str]:
    return {
        one,
        json.dumps(one)[1:-1],
        json.dumps(one, ensure_ascii=False)[1:-1],
        quote(one, safe=""),
        quote_plus(one),
    }
