"""Members who are in a club and do not stay as they are: one for each operation that asks."""

from typing import Any, Final

from tests.api.client import Service
from tests.api.members_of_clubs import enrolled, let_in

CLUB: Final = "/v1/clubs/roasters"
IN: Final = ("leaves", "pauses", "banned", "owns", "renews")
PAID: Final = ("reverses", "cancels")
OUTSIDE: Final = ("applies", "withdraws", "decided", "place")
PAYMENT: Final[dict[str, Any]] = {"amount": 2_900, "currency": "EUR", "paid_at": None}


async def stays(service: Service) -> dict[str, Any]:
    """The bodies of operations of belonging to a club, before its seats are taken."""
    names = (*IN, *PAID, *OUTSIDE)
    who = dict(zip(names, await enrolled(service, "stays", len(names)), strict=True))
    for name in IN:
        assert await let_in(service, "roasters", who[name]) == 200
    for name in PAID:
        body = {**PAYMENT, "member": {"id": who[name]}, "reference": f"of-{name}"}
        await _made(service, f"{CLUB}/payments", body)
    applied = {
        name: await _made(service, f"{CLUB}/applications", {"member": who[name]})
        for name in ("withdraws", "decided")
    }
    owner = who["owns"]
    points = {"wallet": "points", "amount": 1_000, "reason": "for the pool"}
    await _made(service, f"/v1/members/{owner}/adjustments", points)
    units = {"member": owner, "wallet": "points"}
    await _made(service, f"{CLUB}/give", {**units, "amount": 500})
    return {
        "application_id": applied["decided"]["id"],
        "withdraw_club_application.application_id": applied["withdraws"]["id"],
        "withdraw_club_application.body": {"member": who["withdraws"]},
        "decide_club_application.body": {"by": None},
        "leave_club.body": {"member": who["leaves"]},
        "pause_club_membership.body": {"member": who["pauses"], "until": None},
        "resume_club_membership.body": {"member": who["pauses"]},
        "cancel_club_membership.body": {"member": who["cancels"]},
        "keep_club_membership.body": {"member": who["cancels"]},
        "ban_from_club.body": {"member": {"id": who["banned"]}},
        "unban_from_club.body": {"member": {"id": who["banned"]}},
        "apply_to_club.body": {"member": who["applies"], "code": None, "client": None},
        "offer_club_payment.body": {"member": who["place"]},
        "record_club_payment.body": {**PAYMENT, "member": {"id": who["renews"]}},
        "reverse_club_payment.body": {"reference": "of-reverses"},
        "change_club_owner.body": {"member": owner, "by": None},
        "give_to_club.body": {**units, "amount": 1},
        "draw_from_club.body": {**units, "amount": 1},
    }


async def _made(service: Service, path: str, body: dict[str, Any]) -> Any:
    """What is new, by whoever may do everything."""
    key = {"Idempotency-Key": f"stays-{path.rsplit('/', 1)[1]}"}
    answer = await service.admin.post(path, json=body, headers=key)
    assert answer.status_code == 201, answer.text
    return answer.json()
