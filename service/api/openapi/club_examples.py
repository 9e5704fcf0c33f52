"""Examples of getting into clubs; the ids stand for those of earlier answers."""

from typing import Any, Final

from service.api.openapi.sharing_examples import FRIEND_ID, HEAD_ID

CLUB_CODE: Final = "7K2M-9QXD-4TBW-F0HS-6"


def _one(summary: str, value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


CLUBS: Final[dict[str, dict[str, Any]]] = {
    "let_into_club": {
        "by-hand": _one(
            "The first one, by hand", {"member": {"id": HEAD_ID}, "note": "founding member"}
        )
    },
    "invite_to_club": {
        "by-member": _one(
            "A member invites a friend",
            {
                "by": HEAD_ID,
                "member": [{"kind": "card", "value": "4012002"}],
                "note": "loves filter coffee",
            },
        ),
        "again": _one(
            "Sent again: the same invitation", {"by": HEAD_ID, "member": {"id": FRIEND_ID}}
        ),
    },
    "withdraw_club_invitation": {
        "own": _one("The member takes it back", {"by": HEAD_ID, "note": "the wrong card"})
    },
    "make_club_code": {
        "for-a-link": _one(
            "A link with which people apply", {"lets": "apply", "uses_max": 100, "note": "leaflet"}
        ),
        "for-a-friend": _one("A code for somebody", {"by": HEAD_ID, "uses_max": 1}),
    },
    "join_club": {"by-code": _one("The code is shown", {"member": FRIEND_ID, "code": CLUB_CODE})},
    "void_club_code": {"own": _one("The code is used and voided", {"by": HEAD_ID})},
    "decline_club_offer": {"no": _one("No, thanks", {"member": FRIEND_ID})},
    "leave_waiting_list": {"no-more": _one("Somebody waits no more", {"member": FRIEND_ID})},
}
