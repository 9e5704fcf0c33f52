"""Examples of belonging to clubs; the ids stand for those of earlier answers."""

from typing import Any, Final

from service.api.openapi.sharing_examples import FRIEND_ID, HEAD_ID

LINK_CODE: Final = "5M3T-8WQF-2KDX-J7RB-C"


def _one(summary: str, value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


CLUB_STAYS: Final[dict[str, dict[str, Any]]] = {
    "pause_club_membership": {
        "for-a-month": _one(
            "Staff let a member stay away until told otherwise", {"member": HEAD_ID}
        )
    },
    "resume_club_membership": {"back": _one("Back before that", {"member": HEAD_ID})},
    "change_club_owner": {
        "gives-up": _one("The owner gives the club up", {"member": None, "by": HEAD_ID}),
        "by-staff": _one("So do staff", {"member": None}),
    },
    "give_to_club": {
        "points": _one(
            "Points for the club's pool", {"member": HEAD_ID, "wallet": "points", "amount": 20}
        )
    },
    "draw_from_club": {
        "points": _one("Points out of it", {"member": HEAD_ID, "wallet": "points", "amount": 5})
    },
    "apply_to_club": {
        "by-link": _one(
            "Somebody asks by a link, to a club they do not know",
            {"member": HEAD_ID, "words": "A friend gave me a leaflet.", "code": LINK_CODE},
        ),
        "hello": _one(
            "Somebody asks to be let in",
            {"member": HEAD_ID, "words": "I roast at home every Sunday."},
        ),
    },
    "withdraw_club_application": {"no-more": _one("Not any more", {"member": HEAD_ID})},
    "decide_club_application": {
        "rejected": _one(
            "Not this time", {"decision": "rejected", "by": FRIEND_ID, "note": "no room in spring"}
        )
    },
    "record_club_payment": {
        "year": _one(
            "A year was paid for",
            {
                "member": {"id": HEAD_ID},
                "reference": "psp-88121",
                "amount": 2900,
                "currency": "EUR",
                "paid_at": "2026-11-22T10:00:00Z",
            },
        )
    },
    "cancel_club_membership": {"at-its-end": _one("Not another year", {"member": HEAD_ID})},
    "keep_club_membership": {"after-all": _one("After all", {"member": HEAD_ID})},
    "reverse_club_payment": {
        "charge-back": _one(
            "The bank took it back", {"reference": "psp-88121", "note": "charge-back"}
        )
    },
    "offer_club_payment": {
        "place": _one("Somebody wants to pay: a seat, or a place on the list", {"member": HEAD_ID})
    },
    "ban_from_club": {
        "rude": _one("A member is banned", {"member": {"id": HEAD_ID}, "note": "rude to staff"})
    },
    "unban_from_club": {
        "sorry": _one("The ban is lifted", {"member": {"id": HEAD_ID}, "note": "said sorry"})
    },
    "leave_club": {"bye": _one("A member leaves", {"member": HEAD_ID})},
}
