"""`where`: tests of line fields, all of which must hold for a line to match."""

from service.rules.check.comparisons import test
from service.rules.check.cursor import Cursor
from service.rules.conditions.lines import LineTest, Where
from service.rules.registry import Info


def where(at: Cursor, line_fields: dict[str, Info], currency: str | None) -> Where:
    """The tests written here; nothing written matches every line."""
    if at.node is None:
        return ()
    found = []
    children = list(at.children("a mapping of line fields"))
    for child in children:
        name = child.key.text if child.key else ""
        if name in line_fields:
            found.append(LineTest(name, test(child, line_fields[name], currency)))
        elif name in ("category", "brand") or name.startswith("attributes."):
            child.fail_key(f"line field '{name}' is not declared in line_fields")
        else:
            child.unknown_key("line field", line_fields)
    if not children and at.got() == "a mapping":
        at.fail("expected at least one line field")
    return tuple(found)
