"""Small pieces of HTML, and the little Markdown that docstrings use."""

import html
import re
from collections.abc import Iterable
from typing import Final

_CODE: Final = re.compile(r"`([^`]+)`")
_EMPHASIS: Final = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?!\w)")


def escaped(text: object) -> str:
    """The text as it stands in HTML."""
    return html.escape(str(text))


def element(name: str, content: str, **attributes: str) -> str:
    """An element around HTML; `class_` is `class`."""
    named = [(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()]
    given = "".join(f' {key}="{escaped(value)}"' for key, value in named if value)
    return f"<{name}{given}>{content}</{name}>"


def inline(text: str) -> str:
    """Text with `code` and *emphasis*."""
    parts = _CODE.split(text)
    shown = [
        f"<code>{escaped(part)}</code>"
        if number % 2
        else _EMPHASIS.sub(r"<em>\1</em>", escaped(part))
        for number, part in enumerate(parts)
    ]
    return "".join(shown)


def prose(text: str) -> str:
    """Paragraphs and lists (`- …`, a line may go on in the next)."""
    blocks = [block for block in text.strip().split("\n\n") if block.strip()]
    return "".join(_block(block) for block in blocks)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of HTML cells; nothing when there are no rows."""
    body = "".join(element("tr", "".join(element("td", cell) for cell in row)) for row in rows)
    if not body:
        return ""
    head = "".join(element("th", escaped(name), scope="col") for name in heads)
    whole = element("thead", element("tr", head)) + element("tbody", body)
    return element("div", element("table", whole), class_="wide")


def details(summary: str, content: str, **attributes: str) -> str:
    """Something that opens on a click."""
    return element("details", element("summary", summary) + content, **attributes)


def code_block(text: str, label: str) -> str:
    """Preformatted text one can scroll and reach with the keyboard."""
    return element("pre", element("code", escaped(text)), tabindex="0", aria_label=label)


def _block(block: str) -> str:
    lines = block.strip().splitlines()
    if not lines[0].startswith("- "):
        return element("p", inline(" ".join(line.strip() for line in lines)))
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += " " + line.strip()
    return element("ul", "".join(element("li", inline(item)) for item in items))
