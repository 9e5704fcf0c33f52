"""The JSON Schema of texts says what the check says."""

import jsonschema_rs
import pytest

from service.kernel.texts import Described
from service.rules.check import described
from service.rules.check.program import check_text
from service.rules.schema import json_schema
from service.rules.schema_texts import told
from service.rules.source import Leaf, Mapping, Node, Sequence, parse
from tests.rules.check.files import HEAD

VALIDATOR = jsonschema_rs.validator_for(json_schema())
WALLETS = "wallets: {points: {}}\n"


def plain(node: Node) -> object:
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Mapping)
    return {key: plain(value) for key, (_, value) in node.entries.items()}


def both(text: str) -> tuple[bool, bool]:
    """What the check says, and what the schema says."""
    root = parse(text).root
    assert root is not None
    return not check_text(text).problems, VALIDATOR.is_valid(plain(root))


def test_what_is_told_is_the_same_everywhere() -> None:
    assert tuple(told()) == described.KEYS == Described.__struct_fields__


@pytest.mark.parametrize(
    ("section", "good"),
    [
        ("wallets: {points: {image: {en: 'https://example.org/a.webp'}}}", True),
        ("wallets: {points: {image: {en: 'http://example.org/a.webp'}}}", False),
        ("wallets: {points: {text: {EN: x}}}", False),
        (f"wallets: {{points: {{terms: {{en: {'x' * 4001}}}}}}}", False),
        (f"{WALLETS}receipts: {{width: 48, purchase: {{en: ['{{saved}}']}}}}", True),
        (f"{WALLETS}receipts: {{width: 49, purchase: {{en: [x]}}}}", False),
        (f"{WALLETS}receipts: {{}}", False),
        (f"{WALLETS}receipts: {{purchase: {{en: [a, b, c, d]}}}}", False),
        (f"{WALLETS}receipts: {{purchase: {{en: []}}}}", False),
        (f"{WALLETS}receipts: {{purchase: {{EN: [a]}}}}", False),
        (f"{WALLETS}receipts: {{sale: {{en: [a]}}}}", False),
    ],
)
def test_it_says_the_same_as_the_check(section: str, good: bool) -> None:
    assert both(f"{HEAD}{section}\n") == (good, good)
