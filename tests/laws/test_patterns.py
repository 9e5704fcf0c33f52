"""A text that has to fit a pattern fits it to its end."""

import ast
import pathlib
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest

from service.kernel.text import Currency, Name

SERVICE: Final = pathlib.Path("service")


def patterns() -> Iterator[tuple[str, str]]:
    """Where, and how it ends."""
    for file in sorted(SERVICE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "pattern":
                yield f"{file}:{node.value.lineno}", ast.unparse(node.value)


def test_no_pattern_of_the_border_lets_a_line_feed_stand_behind() -> None:
    found = dict(patterns())
    loose = [where for where, text in found.items() if re.search(r"\$['\"]$", text)]
    assert loose == []
    assert sum("(?!" in text for text in found.values()) > 20


@pytest.mark.parametrize(("kind", "text"), [(Name, "email"), (Currency, "PLN")])
def test_so_a_name_is_one_line(kind: Any, text: str) -> None:
    assert msgspec.convert(text, kind) == text
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text + "\n", kind)
