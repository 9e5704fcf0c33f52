"""Every example of the documentation is sent to the service, in the order of a member's life."""

import datetime as dt
import json
from typing import Any

from service.api.openapi.examples import CARD_CODE, CARD_ID, CARD_PIN, RACK_CODE, REQUESTS
from service.api.openapi.sharing_examples import FRIEND_ID, HEAD_ID
from service.api.openapi.staff_examples import STAFF_TOKEN
from tests.api.client import Service
from tests.api.colleagues import asked, signed_in

ORDER = (
    "enrol_member",
    "lookup_member",
    "change_member",
    "record_purchase",
    "record_purchase_batch",
    "record_return",
    "exchange_items",
    "void_purchase",
    "attach_purchase",
    "search_purchases",
    "adjust_wallet",
    "refuse_approval",
    "ask_quote",
    "place_hold",
    "extend_hold",
    "issue_coupon",
    "make_coupon_batch",
    "import_coupon_batch",
    "check_coupon",
    "void_coupon",
    "reinstate_coupon",
    "issue_gift_card",
    "make_gift_card_batch",
    "activate_gift_card",
    "top_up_gift_card",
    "check_gift_card",
    "list_gift_card_entries",
    "block_gift_card",
    "unblock_gift_card",
    "redeem_reward",
    "hand_over_redemption",
    "cancel_redemption",
    "transfer_units",
    "undo_operation",
    "form_household",
    "invite_to_household",
    "join_household",
    "give_to_household",
    "draw_from_household",
    "change_household_person",
    "leave_household",
    "remove_from_household",
    "dissolve_household",
    "create_staff_account",
    "sign_in_staff",
    "sign_out_staff",
    "change_staff_secret",
    "change_staff_account",
    "reset_staff_secret",
    "check_program",
    "plan_program",
    "publish_program",
)
PATHS = {
    "enrol_member": ("POST", "/v1/members"),
    "lookup_member": ("POST", "/v1/members/lookup"),
    "change_member": ("PATCH", "/v1/members/{member_id}"),
    "record_purchase": ("POST", "/v1/purchases"),
    "record_purchase_batch": ("POST", "/v1/purchases/batch"),
    "record_return": ("POST", "/v1/returns"),
    "exchange_items": ("POST", "/v1/exchanges"),
    "void_purchase": ("POST", "/v1/purchases/{purchase_id}/void"),
    "attach_purchase": ("POST", "/v1/purchases/{purchase_id}/member"),
    "search_purchases": ("POST", "/v1/purchases/search"),
    "adjust_wallet": ("POST", "/v1/members/{member_id}/adjustments"),
    "refuse_approval": ("POST", "/v1/approvals/{approval_id}/refuse"),
    "ask_quote": ("POST", "/v1/quotes"),
    "place_hold": ("POST", "/v1/holds"),
    "extend_hold": ("POST", "/v1/holds/{hold_id}/extend"),
    "issue_coupon": ("POST", "/v1/members/{member_id}/coupons"),
    "make_coupon_batch": ("POST", "/v1/coupons/batches"),
    "import_coupon_batch": ("POST", "/v1/coupons/batches/import"),
    "check_coupon": ("POST", "/v1/coupons/check"),
    "void_coupon": ("POST", "/v1/coupons/void"),
    "reinstate_coupon": ("POST", "/v1/coupons/reinstate"),
    "issue_gift_card": ("POST", "/v1/gift-cards"),
    "make_gift_card_batch": ("POST", "/v1/gift-cards/batches"),
    "activate_gift_card": ("POST", "/v1/gift-cards/activate"),
    "top_up_gift_card": ("POST", "/v1/gift-cards/top-up"),
    "check_gift_card": ("POST", "/v1/gift-cards/check"),
    "list_gift_card_entries": ("POST", "/v1/gift-cards/entries"),
    "block_gift_card": ("POST", "/v1/gift-cards/block"),
    "unblock_gift_card": ("POST", "/v1/gift-cards/unblock"),
    "redeem_reward": ("POST", "/v1/members/{member_id}/redemptions"),
    "hand_over_redemption": ("POST", "/v1/redemptions/{redemption_id}/hand-over"),
    "cancel_redemption": ("POST", "/v1/redemptions/{redemption_id}/cancel"),
    "transfer_units": ("POST", "/v1/members/{member_id}/transfers"),
    "undo_operation": ("POST", "/v1/operations/{operation_id}/undo"),
    "form_household": ("POST", "/v1/households"),
    "invite_to_household": ("POST", "/v1/households/{household_id}/invitations"),
    "join_household": ("POST", "/v1/households/{household_id}/people"),
    "give_to_household": ("POST", "/v1/households/{household_id}/give"),
    "draw_from_household": ("POST", "/v1/households/{household_id}/draw"),
    "change_household_person": ("PATCH", "/v1/households/{household_id}/people/{friend_id}"),
    "leave_household": ("POST", "/v1/households/{household_id}/leave"),
    "remove_from_household": ("POST", "/v1/households/{household_id}/remove"),
    "dissolve_household": ("POST", "/v1/households/{household_id}/dissolve"),
    "create_staff_account": ("POST", "/v1/staff/accounts"),
    "sign_in_staff": ("POST", "/v1/staff/sign-in"),
    "sign_out_staff": ("POST", "/v1/staff/sign-out"),
    "change_staff_secret": ("POST", "/v1/staff/secret"),
    "change_staff_account": ("PATCH", "/v1/staff/accounts/{account_id}"),
    "reset_staff_secret": ("POST", "/v1/staff/accounts/{account_id}/secret"),
    "check_program": ("POST", "/v1/program/check"),
    "plan_program": ("POST", "/v1/program/plan"),
    "publish_program": ("POST", "/v1/program/versions"),
}


def today(value: Any, now: dt.datetime) -> Any:
    """The example with its instants in the last hour: a till may not report the far past."""
    text = json.dumps(value)
    return json.loads(text.replace("2026-11-22T10:00:00Z", now.isoformat()))


async def told(service: Service, name: str, answer: Any) -> dict[str, str]:
    """What later examples have to name instead of what stands in them."""
    if name == "enrol_member":
        friend = {"identifiers": [{"kind": "card", "value": "4012002"}]}
        other = await service.admin.post("/v1/members", json=friend)
        return {HEAD_ID: answer["id"], FRIEND_ID: other.json()["id"]}
    if name == "issue_gift_card":
        return {CARD_ID: answer["id"], CARD_CODE: answer["code"], CARD_PIN: answer["pin"]}
    if name == "make_gift_card_batch":
        codes = await service.admin.get(f"/v1/gift-cards/batches/{answer['id']}/codes")
        return {RACK_CODE: codes.text.split()[1].split(",")[0]}
    if name == "sign_in_staff":
        return {STAFF_TOKEN: answer["token"]}
    return {}


async def redeemable(service: Service, member: str, name: str, path: str) -> str:
    """The path with a redemption of its own in it, and points for another."""
    points = {"wallet": "points", "amount": 2_000, "reason": "for rewards"}
    keys = [{"Idempotency-Key": f"{what}-{name}"} for what in ("points", "redeemed")]
    await service.admin.post(f"/v1/members/{member}/adjustments", json=points, headers=keys[0])
    if "{redemption_id}" not in path:
        return path
    had = await service.admin.post(
        f"/v1/members/{member}/redemptions", json={"reward": "tree"}, headers=keys[1]
    )
    return path.replace("{redemption_id}", had.json()["id"])


async def with_its_people(service: Service, home: str, name: str, said: dict[str, str]) -> None:
    """Who has left comes back, to be removed."""
    if name == "remove_from_household":
        for step in ("invite_to_household", "join_household"):
            example = next(iter(REQUESTS[step].values()))["value"]
            path = PATHS[step][1].replace("{household_id}", home)
            answer = await service.admin.post(path, json=naming(example, said))
            assert answer.status_code == 200, answer.text


async def to_decide(service: Service, member: str, path: str) -> tuple[str, dict[str, str]]:
    """The path with an approval in it that one asked for, and the header of a colleague."""
    one, other = [await signed_in(service, service.admin, who) for who in ("a", "b")]
    waits = await asked(service.admin, member, one, "of-the-colleague")
    return path.replace("{approval_id}", waits["id"]), other


def naming(value: Any, said: dict[str, str]) -> Any:
    """The example with what was said in place."""
    text = json.dumps(value)
    for example, really in said.items():
        text = text.replace(example, really)
    return json.loads(text)


async def bought(service: Service, name: str, done: dict[str, Any]) -> str:
    """The purchase an example is about: the exchange's, or one of nobody."""
    if name == "void_purchase":
        return str(done["exchange_items"]["purchase"]["id"])
    body = {
        "channel": "pos",
        "external_id": "nobodys",
        "currency": "EUR",
        "lines": [{"sku": "x", "amount": 900}],
    }
    return str((await service.admin.post("/v1/purchases", json=body)).json()["id"])


MADE_BY = {
    "{operation_id}": "transfer_units",
    "{household_id}": "form_household",
    "{account_id}": "create_staff_account",
}


def made_by(name: str, done: dict[str, Any]) -> str:
    """The id an earlier example answered with, if it was there."""
    return str(done.get(name, {}).get("id", ""))


async def test_every_example_does_what_it_says(service: Service, recently: dt.datetime) -> None:
    assert set(ORDER) == REQUESTS.keys()
    member = ""
    done: dict[str, Any] = {}
    said: dict[str, str] = {}
    for name in ORDER:
        method, path = PATHS[name]
        for example in REQUESTS[name].values():
            if "{hold_id}" in path:
                path = path.replace("{hold_id}", done["place_hold"]["id"])
            if "{purchase_id}" in path:
                path = path.replace("{purchase_id}", await bought(service, name, done))
            if "redemption" in path:
                path = await redeemable(service, member, name, path)
            await with_its_people(service, made_by("form_household", done), name, said)
            for part, maker in MADE_BY.items():
                path = path.replace(part, made_by(maker, done))
            person: dict[str, str] = {}
            if "{approval_id}" in path:
                path, person = await to_decide(service, member, path)
            answer = await service.admin.request(
                method,
                path.replace("{member_id}", member).replace("{friend_id}", said.get(FRIEND_ID, "")),
                json=naming(today(example["value"], recently), said),
                headers={"Idempotency-Key": f"example-{name}", **person},
            )
            assert answer.status_code in {200, 201}, answer.text
            done[name] = answer.json()
            said |= await told(service, name, done[name])
            member = done["enrol_member"]["id"]

    assert done["lookup_member"]["id"] == done["change_member"]["id"] == member
    assert [one["status"] for one in done["record_purchase_batch"]["results"]] == [201, 201]
    assert done["record_return"]["refund"]["total"] == 950
    for name in ("ask_quote", "place_hold"):
        assert done[name]["redeemed"] == [{"wallet": "points", "amount": 150, "value": 150}]
        assert [one["template"] for one in done[name]["coupons"]] == ["WELCOME5"]
        assert "not_applied" not in done[name]
    assert done["refuse_approval"]["state"] == "refused"
    assert done["extend_hold"]["state"] == "open"
    assert done["make_coupon_batch"]["done"] == 20
    assert done["import_coupon_batch"]["taken"] == 2
    assert done["check_coupon"] == {"usable": False, "reason": "unknown"}  # nobody has made it
    assert done["void_coupon"]["voided_at"] is not None
    assert done["reinstate_coupon"]["voided_at"] is None
    assert done["check_gift_card"]["balance"] == 3_500
    assert done["activate_gift_card"]["balance"] == 5_000
    assert [one["amount"] for one in done["list_gift_card_entries"]["items"]] == [1_000, 2_500]
    assert (done["block_gift_card"]["state"], done["unblock_gift_card"]["state"]) == (
        *("blocked", "active"),
    )
    assert done["hand_over_redemption"]["state"] == "handed_over"
    assert done["cancel_redemption"]["state"] == "cancelled"
    assert done["transfer_units"]["to_member_id"] == said[FRIEND_ID]
    assert done["undo_operation"]["undoes"] == done["transfer_units"]["id"]
    assert done["draw_from_household"]["pool"]["available"] == 20
    assert (len(done["join_household"]["people"]), done["leave_household"].get("people")) == (
        *(2, done["remove_from_household"]["people"]),
    )
    assert done["dissolve_household"]["dissolved_at"] is not None
    assert done["sign_out_staff"]["ended_at"] < done["sign_in_staff"]["expires_at"]
    assert done["change_staff_account"]["role"] == "supervisor"
    assert len(done["reset_staff_secret"]["pin"]) == 8
    assert done["check_program"] == {"ok": True, "problems": []}
