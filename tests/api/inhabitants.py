"""What lives in the service that Schemathesis asks: a purchase, a hold, a card for each operation.

Operations that end something have one of their own, so that their order does not matter.
"""

from typing import Any, Final

from tests.api import endpoints
from tests.api.bodies import IDENTIFIERS, enrolment, purchase
from tests.api.client import Service
from tests.api.colleagues import asked, hired, signed_in
from tests.api.members_of_clubs import enrolled, invited, let_in, taken
from tests.api.stays_in_clubs import stays

LOADS: Final = ("activate_gift_card", "top_up_gift_card")
MONEY: Final = {"amount": 2_500, "currency": "EUR"}
CARDS: Final = (
    *LOADS,
    "check_gift_card",
    "list_gift_card_entries",
    "block_gift_card",
    "unblock_gift_card",
)
CODES: Final = {"template": "FREE-COFFEE", "codes": ["KNOWN-HERE"]}
# Each ends a redemption in its own way, so it has one of its own.
STEPS: Final = ("grant_redemption", "hand_over_redemption", "cancel_redemption")


async def everything(service: Service) -> dict[str, Any]:
    """One of everything that an operation names: parts of paths, and bodies, by operation."""
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]
    bought = (await service.admin.post("/v1/purchases", json=purchase("first"))).json()
    asked = {"template": "FREE-COFFEE", "size": 3}
    key = {"Idempotency-Key": "of-the-place"}
    made = await service.admin.post("/v1/coupons/batches", json=asked, headers=key)
    key = {"Idempotency-Key": "of-the-codes"}
    brought = await service.admin.post("/v1/coupons/batches/import", json=CODES, headers=key)
    assert brought.json()["taken"] == 1
    ids: dict[str, Any] = {"member_id": member, "purchase_id": bought["id"], "wallet": "points"}
    acts = (await service.admin.get("/v1/audit?limit=1")).json()["items"]
    ids |= {"act_id": acts[0]["id"], "day": acts[0]["at"][:10]}
    ids |= {"batch_id": made.json()["id"], "number": 1, "code": "key-missing"}
    for step in STEPS:
        ids[f"{step}.redemption_id"] = await redeemed(service, member, step)
    ids["redemption_id"] = ids["grant_redemption.redemption_id"]
    ids |= await shared(service, member)
    ids |= await stays(service)
    ids |= await clubbed(service, member)
    ids |= await checked_out(service)
    ids |= await carded(service)
    ids |= await corrected(service)
    ids |= await staffed(service)
    ids |= await waiting(service, member)
    return ids | await endpoints.inhabited(service)


async def checked_out(service: Service) -> dict[str, Any]:
    """A hold for each operation on one, and purchases that are void, exchanged and attached."""
    found: dict[str, Any] = {}
    for step in ("read_hold", "extend_hold", "release_hold"):
        basket = {name: one for name, one in purchase().items() if name != "external_id"}
        held = await service.admin.post("/v1/holds", json={**basket, "checkout": step})
        found[f"{step}.hold_id"] = found["hold_id"] = held.json()["id"]
    nobody = {name: one for name, one in purchase("nobodys").items() if name != "member"}
    for step, body in (
        ("void_purchase", purchase("void")),
        ("exchange_items", purchase("old")),
        ("attach_purchase", nobody),
    ):
        made = await service.admin.post("/v1/purchases", json=body)
        found[f"{step}.purchase_id"] = made.json()["id"]
    nothing = dict.fromkeys(("on", "from", "until", "cursor"))
    found["attach_purchase.body"] = {"from_member": None}
    found["search_purchases.body"] = {"member": IDENTIFIERS[:1], **nothing}
    span = {"from": "2026-01-01T00:00:00Z", "until": "2026-12-31T00:00:00Z"}
    for step in ("report_overruns", "list_overruns", "list_audit"):
        found[f"{step}.query"] = span
    back = {"id": found["exchange_items.purchase_id"]}
    found["exchange_items.body"] = {
        "bring": {"channel": "web", "external_id": "back", "purchase": back},
        "buy": purchase("new"),
    }
    return found


async def carded(service: Service) -> dict[str, Any]:
    """A gift card for each operation on one, and a batch."""
    found: dict[str, Any] = {"make_gift_card_batch.body": {"kind": "default", "size": 2}}
    for step in CARDS:
        active = step != "activate_gift_card"
        money = {"amount": 2_500, "currency": "EUR"} if active else {}
        made = await service.admin.post(
            "/v1/gift-cards",
            json={"kind": "default", "activate": active, **money},
            headers={"Idempotency-Key": f"card-of-{step}"},
        )
        assert made.status_code == 201, made.text
        known = {"code": made.json()["code"]}
        found[f"{step}.body"] = known | (MONEY if step in LOADS else {})
    found["list_gift_card_entries.body"]["cursor"] = None
    found["issue_gift_card.body"] = {"kind": "default", "activate": False, "amount": None}
    batch = await service.admin.post(
        "/v1/gift-cards/batches",
        json={"kind": "default", "size": 2},
        headers={"Idempotency-Key": "of-the-cards"},
    )
    for step in ("read_gift_card_batch", "export_gift_card_batch"):
        found[f"{step}.batch_id"] = batch.json()["id"]
    return found


async def redeemed(service: Service, member: str, step: str) -> Any:
    """A tree for the member, with points for more; its id."""
    points = {"wallet": "points", "amount": 1_000_000, "reason": "for trees"}
    headers = {"Idempotency-Key": f"{step}-points"}
    await service.admin.post(f"/v1/members/{member}/adjustments", json=points, headers=headers)
    had = await service.admin.post(
        f"/v1/members/{member}/redemptions",
        json={"reward": "tree"},
        headers={"Idempotency-Key": f"{step}-tree"},
    )
    return had.json()["id"]


async def shared(service: Service, head: str) -> dict[str, Any]:
    """A household with a pool, one to dissolve, and for each operation the bodies that it takes."""
    people = []
    for number in range(6):
        body = {"identifiers": [{"kind": "card", "value": f"shared-{number}"}]}
        people.append((await service.admin.post("/v1/members", json=body)).json()["id"])
    invited, joining, leaving, removed, other, new = people
    formed = [
        await service.admin.post("/v1/households", json={"head": one}) for one in (head, other)
    ]
    homes = [answer.json()["id"] for answer in formed]
    path = f"/v1/households/{homes[0]}"
    for one in (joining, leaving, removed):
        asked = {"by": head, "member": {"id": one}}
        await service.admin.post(f"{path}/invitations", json=asked)
    for one in (leaving, removed):
        await service.admin.post(f"{path}/people", json={"member": one})
    given = {"member": head, "wallet": "points", "amount": 1_000}
    key = {"Idempotency-Key": "of-the-pool"}
    pooled = await service.admin.post(f"{path}/give", json=given, headers=key)
    assert pooled.status_code == 201, pooled.text
    return {
        "household_id": homes[0],
        "dissolve_household.household_id": homes[1],
        "dissolve_household.body": {"by": other},
        "transfer_units.body": {"to": {"id": joining}, "amount": 10},
        "form_household.body": {"head": new},
        "invite_to_household.body": {"by": head, "member": {"id": invited}},
        "join_household.body": {"member": joining},
        "leave_household.body": {"member": leaving},
        "remove_from_household.body": {"by": head, "member": removed},
        "change_household_person.body": {"by": head, "draw_max": {"points": 400}},
        "give_to_household.body": {"member": head, "amount": 5},
        "draw_from_household.body": {"member": head, "amount": 1},
    }


async def clubbed(service: Service, head: str) -> dict[str, Any]:
    """A club where all seats are taken or kept, and some wait; for each operation its bodies."""
    club = "/v1/clubs/roasters"
    guest, back, joining, declining, *line = await enrolled(service, "club", 9)
    await let_in(service, "roasters", head)
    offers = [await invited(service, "roasters", one) for one in (back, joining, declining)]
    made = await service.admin.post(
        f"{club}/codes", json={"uses_max": 3}, headers={"Idempotency-Key": "of-the-club"}
    )
    await taken(service, "roasters")
    for one in line:  # those in front are offered the seats that operations free
        await invited(service, "roasters", one)
        waits = await service.admin.post(f"{club}/join", json={"member": one})
        assert waits.json()["state"] == "waiting", waits.text
    return {
        "club": "roasters",
        "segment": "drifting",
        "offer_id": offers[0]["id"],
        "code_id": made.json()["id"],
        "invite_to_club.body": {"by": head, "member": {"id": guest}},
        "withdraw_club_invitation.body": {"by": None},
        "make_club_code.body": {"by": None, "until": None, "lets": "join"},
        "void_club_code.body": {"by": None},
        "join_club.body": {"member": joining, "code": None, "client": None},
        "decline_club_offer.body": {"member": declining},
        "leave_waiting_list.body": {"member": line[-1]},
        "let_into_club.body": {"member": {"id": head}, "until": None},
    }


async def staffed(service: Service) -> dict[str, Any]:
    """Staff accounts: one to sign in with, one that is changed, and what signs in and out."""
    accounts = {}
    for login in ("signs-in", "another"):
        made = await hired(service, service.admin, login, role="clerk")
        accounts[login] = made["id"]
    who = {"login": "signs-in", "pin": "640283"}
    at = {"device": "till-3", "store": "waw-01"}
    signed = await service.admin.post("/v1/staff/sign-in", json={**who, **at})
    return {
        "account_id": accounts["another"],
        "sign_in_staff.body": {**who, **at, "password": None},
        "sign_out_staff.body": {"token": signed.json()["token"]},
        "change_staff_secret.body": {**who, "password": None, "new_pin": "640283"},
        "create_staff_account.body": {"role": "agent", "member": None, "pin": None},
        "change_staff_account.body": {"member": None},
    }


async def corrected(service: Service) -> dict[str, Any]:
    """A member with adjustments to be read and undone; one to be erased, two who are one."""
    body = {"identifiers": [{"kind": "card", "value": "corrected"}]}
    member = (await service.admin.post("/v1/members", json=body)).json()["id"]
    gone = {"identifiers": [{"kind": "card", "value": "to-be-forgotten"}]}
    asked_for = (await service.admin.post("/v1/members", json=gone)).json()["id"]
    found: dict[str, Any] = {"erase_member.member_id": asked_for} | await doubled(service)
    for name in ("operation_id", "undo_operation.operation_id"):
        gift = {"wallet": "points", "amount": 10, "reason": "a start"}
        made = await service.admin.post(
            f"/v1/members/{member}/adjustments", json=gift, headers={"Idempotency-Key": name}
        )
        found[name] = made.json()["id"]
    return found


async def doubled(service: Service) -> dict[str, Any]:
    """Somebody with a second membership to be merged, and one that was and is to be two again."""
    ids = []
    for number in range(4):
        body = {"identifiers": [{"kind": "card", "value": f"doubled-{number}"}]}
        ids.append((await service.admin.post("/v1/members", json=body)).json()["id"])
    merged = await service.admin.post(
        f"/v1/members/{ids[2]}/merge",
        json={"member": {"id": ids[3]}, "note": "one person"},
        headers={"Idempotency-Key": "of-the-doubled"},
    )
    assert merged.status_code == 201, merged.text
    return {
        "merge_member.member_id": ids[0],
        "merge_member.body": {"member": {"id": ids[1]}},
        "unmerge_member.member_id": ids[3],
    }


async def waiting(service: Service, member: str) -> dict[str, Any]:
    """An approval for each operation on one, with the colleague who decides; an operation."""
    found: dict[str, Any] = {}
    asks = await signed_in(service, service.admin, "asks")
    decides = await signed_in(service, service.admin, "decides")
    for step in ("read_approval", "give_approval", "refuse_approval"):
        waits = await asked(service.admin, member, asks, f"of-{step}")
        found[f"{step}.approval_id"] = found["approval_id"] = waits["id"]
    found |= {f"{step}.staff": decides for step in ("give_approval", "refuse_approval")}
    done = await service.admin.post(
        f"/v1/members/{member}/adjustments",
        json={"wallet": "points", "amount": 5, "reason": "to be read"},
        headers={"Idempotency-Key": "of-the-operation"},
    )
    found["adjust_wallet.body"] = {"code": "late"}
    found["operation_id"] = found["read_operation.operation_id"] = done.json()["id"]
    return found
