"""Events as calls of the Segment specification."""

import base64
from typing import Any

import pytest

from service.domain.endpoints import segment


def event(kind: str, source: str = "/members/m-1", **data: Any) -> dict[str, Any]:
    return {
        "id": "e-1",
        "source": source,
        "type": f"regulars.{kind}.v1",
        "subject": "m-1",
        "time": "2026-11-23T10:00:00Z",
        "data": data,
    }


SAME = {
    "userId": "m-1",
    "messageId": "e-1",
    "timestamp": "2026-11-23T10:00:00Z",
    "context": {"library": {"name": "regulars"}},
}


def test_what_happens_is_tracked_under_a_name_of_words() -> None:
    found = segment.call_of(event("points.given-back", changes=[1]), {}, (), forget=False)
    expected = {**SAME, "event": "Points Given Back", "properties": {"changes": [1]}}
    assert found == ("/v1/track", expected)


def test_a_member_is_identified_by_what_may_be_told() -> None:
    enrolled = event("member.enrolled", enrolled_at="2026-11-01T00:00:00Z")
    assert segment.call_of(enrolled, {"email": "o@e.org"}, ("email",), forget=False) == (
        "/v1/identify",
        {**SAME, "traits": {"createdAt": "2026-11-01T00:00:00Z", "email": "o@e.org"}},
    )
    changed = event("member.changed", changed=["profile"])
    assert segment.call_of(changed, {"email": "o@e.org"}, ("email",), forget=False) == (
        "/v1/identify",
        {**SAME, "traits": {"email": "o@e.org"}},
    )
    found = segment.call_of(changed, {}, (), forget=False)  # nothing personal is ever told
    assert found is not None
    assert found[0] == "/v1/track"


def test_who_joins_a_club_is_in_its_group() -> None:
    joined = event("club.joined", club="roasters", ground="paid", until=None)
    expected = {**SAME, "groupId": "roasters", "traits": {"ground": "paid", "until": None}}
    assert segment.call_of(joined, {}, (), forget=False) == ("/v1/group", expected)


def test_forgetting_empties_every_personal_trait() -> None:
    found = segment.call_of(event("member.erased"), {}, ("email", "name"), forget=True)
    assert found == ("/v1/identify", {**SAME, "traits": {"email": None, "name": None}})


@pytest.mark.parametrize("source", ["/gift-cards/g-1", "/households/h-1", "/endpoints/e-1"])
def test_events_of_nobody_are_no_calls(source: str) -> None:
    assert segment.call_of(event("points.earned", source), {}, (), forget=False) is None


def test_the_key_is_a_name_without_a_password() -> None:
    kind, _, text = segment.authorization("abc123").partition(" ")
    assert (kind, base64.b64decode(text)) == ("Basic", b"abc123:")
