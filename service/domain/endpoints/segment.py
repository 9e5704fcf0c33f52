"""Events as calls of the Segment specification (`identify`, `track`, `group`). Pure.

Taken by Segment and by those that speak its HTTP API, as RudderStack and Jitsu do: a POST of JSON
to `/v1/identify`, `/v1/track` or `/v1/group`, the write key as the name of Basic authentication
(https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/). `messageId` is
the event's id, by which repeats are dropped. A member is `userId`; events of others (gift cards,
households) are no calls.

What is to be forgotten is an `identify` whose personal traits are null: the specification has no
call that deletes. Where a platform has an address for that, a template endpoint calls it.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_OF_MEMBERS: Final = "/members/"
_IDENTIFIES: Final = frozenset(
    {"regulars.member.enrolled.v1", "regulars.member.changed.v1", "regulars.consent.changed.v1"}
)
_JOINED: Final = "regulars.club.joined.v1"
_WORDS: Final = re.compile(r"[-.]")
_LIBRARY: Final = {"library": {"name": "regulars"}}


def call_of(
    event: Mapping[str, Any], person: Mapping[str, Any], personal: Sequence[str], *, forget: bool
) -> tuple[str, dict[str, Any]] | None:
    """(path, body) of the call an event is; None: it is none.

    `person`: what may be told of the member now; `forget`: everything of `personal` is to go.
    """
    if not event["source"].startswith(_OF_MEMBERS):
        return None
    kind, data = event["type"], event.get("data", {})
    same = {
        "userId": event["subject"],
        "messageId": event["id"],
        "timestamp": event["time"],
        "context": _LIBRARY,
    }
    if forget:
        return "/v1/identify", {**same, "traits": dict.fromkeys(personal)}
    if kind in _IDENTIFIES and (personal or kind == "regulars.member.enrolled.v1"):
        enrolled = {"createdAt": data["enrolled_at"]} if "enrolled_at" in data else {}
        return "/v1/identify", {**same, "traits": {**enrolled, **person}}
    if kind == _JOINED:
        traits = {name: data.get(name) for name in ("ground", "until")}
        return "/v1/group", {**same, "groupId": data["club"], "traits": traits}
    return "/v1/track", {**same, "event": name_of(kind), "properties": data}


def name_of(kind: str) -> str:
    """`regulars.points.given-back.v1` -> `Points Given Back`, as the specification names events."""
    words = _WORDS.split(kind.removeprefix("regulars.").rpartition(".")[0])
    return " ".join(word.capitalize() for word in words)


def authorization(write_key: str) -> str:
    """The header: the key as a name, no password."""
    return "Basic " + base64.b64encode(f"{write_key}:".encode()).decode()
