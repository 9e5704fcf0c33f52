"""Examples of members, transfers and households; the ids stand for those of earlier answers."""

from typing import Any, Final

HEAD_ID: Final = "0192f0c0-7a10-7c3e-9a51-4d2f5b1c0a01"
FRIEND_ID: Final = "0192f0c0-9c32-7e60-8c73-6f417d3e2c03"
_POINTS: Final = {"wallet": "points", "amount": 50}


def _one(summary: str, value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


SHARING: Final[dict[str, dict[str, Any]]] = {
    "merge_member": {
        "second-card": _one(
            "Somebody has enrolled twice",
            {
                "member": [{"kind": "card", "value": "4012003"}],
                "note": "same passport, asked for at the till",
            },
        ),
    },
    "unmerge_member": {
        "two-people": _one("They are father and son", {"note": "two people of one name"})
    },
    "transfer_units": {
        "present": _one(
            "A present for a friend", {**_POINTS, "to": {"id": FRIEND_ID}, "reason": "a birthday"}
        ),
    },
    "form_household": {"new": _one("A member forms one", {"head": HEAD_ID})},
    "invite_to_household": {
        "by-id": _one("Somebody known", {"by": HEAD_ID, "member": {"id": FRIEND_ID}}),
        "by-card": _one(
            "Somebody whose card is known",
            {"by": HEAD_ID, "member": [{"kind": "card", "value": "4012002"}]},
        ),
    },
    "join_household": {"taken": _one("The invitation is taken", {"member": FRIEND_ID})},
    "give_to_household": {"in": _one("50 points for all", {**_POINTS, "member": HEAD_ID})},
    "draw_from_household": {
        "out": _one("Some of them for one", {**_POINTS, "member": FRIEND_ID, "amount": 30})
    },
    "change_household_person": {
        "less": _one("At most 100 a month", {"by": HEAD_ID, "draw_max": {"points": 100}})
    },
    "leave_household": {"own-will": _one("Somebody leaves", {"member": FRIEND_ID})},
    "remove_from_household": {
        "by-head": _one("The head removes somebody", {"by": HEAD_ID, "member": FRIEND_ID})
    },
    "dissolve_household": {"end": _one("It is no more", {"by": HEAD_ID})},
}
