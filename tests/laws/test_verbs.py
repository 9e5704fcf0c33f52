"""Verbs stand alone: no verb, step or read imports a verb; only faces put verbs together."""

import ast
import pathlib
from collections.abc import Iterator
from typing import Final

import pytest

FLOWS: Final = pathlib.Path(__file__).parents[2] / "service" / "flows"
SHARED: Final = {"steps", "reads", "gated"}
FACES: Final = {"verbs", "build", "__init__"}


def flows_imported(text: str) -> Iterator[list[str]]:
    """What a source imports of service.flows: the parts of each name behind that."""
    for node in ast.walk(ast.parse(text)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("service.flows."):
                yield name.split(".")[2:]


def verbs_in(text: str) -> list[str]:
    """The verbs a source imports."""
    return [".".join(parts) for parts in flows_imported(text) if parts[0] not in SHARED]


def test_no_verb_imports_a_verb() -> None:
    seen, found = 0, []
    for path in sorted(FLOWS.rglob("*.py")):
        if path.stem in FACES:
            continue
        seen += 1
        imported = verbs_in(path.read_text())
        found += [f"{path.relative_to(FLOWS)}: {name}" for name in imported]
    assert seen > 100
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from service.flows.coupons import check_coupon", ["coupons.check_coupon"]),
        ("import service.flows.desk.undo_operation", ["desk.undo_operation"]),
        (
            "from service.flows.members.enrol_member import Command",
            ["members.enrol_member.Command"],
        ),
        ("from service.flows.steps.checkout import deciding", []),
        ("from service.flows.reads import Reads", []),
        ("from service.domain.coupons import store", []),
    ],
)
def test_an_imported_verb_would_be_seen(text: str, found: list[str]) -> None:
    assert verbs_in(text) == found
