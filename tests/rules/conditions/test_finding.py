"""The node of an explanation, as JSON."""

import msgspec

from service.rules.conditions.finding import Finding


def test_what_a_finding_does_not_have_is_left_out() -> None:
    leaf = Finding(ok=True, at="$.a", want="= 1", got="1")
    node = Finding(ok=False, at="$", of=(leaf,))
    assert msgspec.json.encode(node) == (
        b'{"ok":false,"at":"$","of":[{"ok":true,"at":"$.a","want":"= 1","got":"1"}]}'
    )
    assert msgspec.json.decode(msgspec.json.encode(node), type=Finding) == node
