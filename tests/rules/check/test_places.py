"""Channels, stores, identifiers."""

import pytest

from service.rules.document import Store
from tests.rules.check.files import HEAD, document, problems


def test_identifiers_keep_the_order_of_matching() -> None:
    text = HEAD.replace("[card]", "[phone, card, email]")
    assert document(text).identifiers == ("phone", "card", "email")


def test_stores_belong_to_groups_and_need_not_be_declared() -> None:
    assert document(HEAD).stores == {}
    found = document(f"{HEAD}stores: {{a: {{groups: [x, y]}}, b: {{}}}}").stores
    assert found == {"a": Store(("x", "y")), "b": Store()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            HEAD.replace("[web, app]", "[]"),
            "2:11 $.channels: expected at least 1 in the list, got 0",
        ),
        (HEAD.replace("[card]", "[card, card]"), "3:21 $.identifiers[1]: 'card' stands in the"),
        (HEAD.replace("[card]", "card"), "3:14 $.identifiers: expected a list of kinds of"),
        (f"{HEAD}stores: [a]", "4:9 $.stores: expected a mapping of stores, got a list"),
        (f"{HEAD}stores: {{a: }}", "4:13 $.stores.a: expected a mapping, got nothing"),
        (f"{HEAD}stores: {{A b: {{}}}}", "4:10 $.stores.'A b': expected a key that is an id"),
        (f"{HEAD}stores: {{a: {{group: []}}}}", "4:14 $.stores.a.group: unknown key 'group', did"),
    ],
)
def test_wrong_places_are_told(text: str, told: str) -> None:
    (found,) = problems(text)
    assert found.startswith(told)
