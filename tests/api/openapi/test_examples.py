"""Every example of the documentation is sent to the service, in the order of a member's life."""

import datetime as dt
import json
from typing import Any

from service.api.openapi.activity_examples import ACTIVITIES
from service.api.openapi.club_examples import CLUB_CODE, CLUBS
from service.api.openapi.club_stay_examples import CLUB_STAYS, LINK_CODE
from service.api.openapi.endpoint_examples import ENDPOINTS
from service.api.openapi.examples import CARD_CODE, CARD_ID, CARD_PIN, RACK_CODE, REQUESTS
from service.api.openapi.sharing_examples import FRIEND_ID, HEAD_ID
from service.api.openapi.staff_examples import STAFF_TOKEN
from tests.api import endpoints
from tests.api.client import Service
from tests.api.colleagues import asked, signed_in
from tests.api.members_of_clubs import invited, taken
from tests.api.openapi.order import ORDER, PATHS

TWIN = "{twin_id}"  # of a path: whose card the friend has too


def today(value: Any, now: dt.datetime) -> Any:
    """The example with its instants in the last hour: a till may not report the far past."""
    text = json.dumps(value)
    return json.loads(text.replace("2026-11-22T10:00:00Z", now.isoformat()))


async def told(service: Service, name: str, answer: Any) -> dict[str, str]:
    """What later examples have to name instead of what stands in them."""
    if name == "enrol_member":
        friend = {"identifiers": [{"kind": "card", "value": "4012002"}]}
        other = await service.admin.post("/v1/members", json=friend)
        same = {"identifiers": [{"kind": "card", "value": "4012003"}]}
        twin = await service.admin.post("/v1/members", json=same)
        return {HEAD_ID: answer["id"], FRIEND_ID: other.json()["id"], TWIN: twin.json()["id"]}
    if name == "issue_gift_card":
        return {CARD_ID: answer["id"], CARD_CODE: answer["code"], CARD_PIN: answer["pin"]}
    if name == "make_gift_card_batch":
        codes = await service.admin.get(f"/v1/gift-cards/batches/{answer['id']}/codes")
        return {RACK_CODE: codes.text.split()[1].split(",")[0]}
    if name == "make_club_code":
        return {CLUB_CODE: answer["code"]}
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


async def at_the_club(service: Service, name: str, said: dict[str, str]) -> None:
    """The friend is invited once more, to decline, or to wait where all seats are taken."""
    friend = said.get(FRIEND_ID, "")
    if name == "leave_waiting_list":
        await taken(service, "roasters")
    if name in {"decline_club_offer", "leave_waiting_list"}:
        await invited(service, "roasters", friend)
    if name == "leave_waiting_list":
        waits = await service.admin.post("/v1/clubs/roasters/join", json={"member": friend})
        assert waits.json()["state"] == "waiting", waits.text


async def with_application(
    service: Service, name: str, path: str, done: dict[str, Any], said: dict[str, str]
) -> str:
    """The path with the application in it; the one the friend, who owns the club, decides."""
    of, club = made_by("apply_to_club", done), "/v1/clubs/roasters"
    if name == "apply_to_club":
        body, key = {"lets": "apply"}, {"Idempotency-Key": "of-the-link"}
        made = await service.admin.post(f"{club}/codes", json=body, headers=key)
        said[LINK_CODE] = made.json()["code"]
    if name == "change_club_owner":
        await service.admin.post(f"{club}/owner", json={"member": said[HEAD_ID]})
    if name == "offer_club_payment":
        await service.admin.post(f"{club}/owner", json={"member": None})
        await service.admin.post(f"{club}/leave", json={"member": said[FRIEND_ID]})
    if name == "decide_club_application":
        friend = said[FRIEND_ID]
        await service.admin.post(f"{club}/members", json={"member": {"id": friend}})
        await service.admin.post(f"{club}/owner", json={"member": friend})
        body = {"member": said[HEAD_ID]}
        applied = await service.admin.post("/v1/clubs/roasters/applications", json=body)
        of = str(applied.json()["id"])
    return path.replace("{application_id}", of)


async def to_decide(service: Service, member: str, path: str) -> tuple[str, dict[str, str]]:
    """The path with an approval in it that one asked for, and the header of a colleague."""
    one, other = [await signed_in(service, service.admin, who) for who in ("a", "b")]
    waits = await asked(service.admin, member, one, "of-the-colleague")
    return path.replace("{approval_id}", waits["id"]), other


async def with_endpoint(service: Service, name: str, path: str, done: dict[str, Any]) -> str:
    """The path with the endpoint in it, which has proved itself where that is asked for."""
    endpoint_id = str(done.get("create_endpoint", {}).get("endpoint", {}).get("id", ""))
    if name == "replay_events":
        await endpoints.verified(service, endpoint_id)
    return path.replace("{endpoint_id}", endpoint_id)


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
    "{offer_id}": "invite_to_club",
    "{code_id}": "make_club_code",
    "{account_id}": "create_staff_account",
}


def made_by(name: str, done: dict[str, Any]) -> str:
    """The id an earlier example answered with, if it was there."""
    return str(done.get(name, {}).get("id", ""))


def check_codes(done: dict[str, Any]) -> None:
    """Coupons and gift cards."""
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


def check_activities(done: dict[str, Any], member: str) -> None:
    """They are the member's, and of a batch each is recorded."""
    (both,) = ACTIVITIES["record_activity_batch"].values()
    recorded = [one["body"]["name"] for one in done["record_activity_batch"]["results"]]
    assert recorded == [one["name"] for one in both["value"]["items"]]
    assert done["record_activity"]["member_id"] == member


def check_clubs(done: dict[str, Any]) -> None:
    """What came of getting into the club."""
    states = {name: done[name]["state"] for name in ORDER if name in CLUBS and "code" not in name}
    assert states == {
        "let_into_club": "member",
        "invite_to_club": "open",
        "withdraw_club_invitation": "withdrawn",
        "decline_club_offer": "outside",
        "leave_waiting_list": "outside",
        "join_club": "waiting",  # all seats are taken by then
    }
    assert done["void_club_code"]["used"] == 1


def check_stays(done: dict[str, Any]) -> None:
    """Each example of belonging to a club did what it says."""
    assert set(CLUB_STAYS) <= done.keys()
    states = [
        done[name]["state"]
        for name in CLUB_STAYS
        if name not in {"record_club_payment", "reverse_club_payment", "offer_club_payment"}
        and "state" in done[name]
    ]
    assert states == [
        *("paused", "member", "open", "withdrawn", "rejected", "member", "member"),
        *("banned", "outside", "outside"),
    ]
    assert done["change_club_owner"]["owner_id"] is None
    assert done["draw_from_club"]["pool"]["available"] == 15
    assert done["reverse_club_payment"]["id"] == done["record_club_payment"]["id"]
    assert done["reverse_club_payment"]["reversed_at"] is not None
    assert done["offer_club_payment"]["offer"]["kind"] == "paid"


async def test_every_example_does_what_it_says(service: Service, recently: dt.datetime) -> None:
    assert set(ORDER) == REQUESTS.keys()
    member = ""
    done: dict[str, Any] = {}
    said: dict[str, str] = {}
    for name in ORDER:
        method, path = PATHS[name]
        for which, example in REQUESTS[name].items():
            if "{hold_id}" in path:
                path = path.replace("{hold_id}", done["place_hold"]["id"])
            if "{purchase_id}" in path:
                path = path.replace("{purchase_id}", await bought(service, name, done))
            if "redemption" in path:
                path = await redeemable(service, member, name, path)
            await with_its_people(service, made_by("form_household", done), name, said)
            await at_the_club(service, name, said)
            path = await with_application(service, name, path, done, said)
            path = await with_endpoint(service, name, path, done)
            for part, maker in MADE_BY.items():
                path = path.replace(part, made_by(maker, done))
            person: dict[str, str] = {}
            if "{approval_id}" in path:
                path, person = await to_decide(service, member, path)
            answer = await service.admin.request(
                method,
                path.replace("{member_id}", member)
                .replace("{friend_id}", said.get(FRIEND_ID, ""))
                .replace(TWIN, said.get(TWIN, "")),
                json=naming(today(example["value"], recently), said),
                headers={"Idempotency-Key": f"example-{name}-{which}", **person},
            )
            assert answer.status_code in {200, 201}, answer.text
            done[name] = answer.json()
            said |= await told(service, name, done[name])
            member = done["enrol_member"]["id"]

    assert done["lookup_member"]["id"] == done["change_member"]["id"] == member
    assert [one["status"] for one in done["record_purchase_batch"]["results"]] == [201, 201]
    check_activities(done, member)
    assert done["record_return"]["refund"]["total"] == 950
    for name in ("ask_quote", "place_hold"):
        assert done[name]["redeemed"] == [{"wallet": "points", "amount": 150, "value": 150}]
        assert [one["template"] for one in done[name]["coupons"]] == ["WELCOME5"]
        assert "not_applied" not in done[name]
    assert done["refuse_approval"]["state"] == "refused"
    assert done["extend_hold"]["state"] == "open"
    check_codes(done)
    assert done["hand_over_redemption"]["state"] == "handed_over"
    assert done["cancel_redemption"]["state"] == "cancelled"
    assert done["transfer_units"]["to_member_id"] == said[FRIEND_ID]
    assert done["undo_operation"]["undoes"] == done["transfer_units"]["id"]
    assert done["draw_from_household"]["pool"]["available"] == 20
    assert (len(done["join_household"]["people"]), done["leave_household"].get("people")) == (
        *(2, done["remove_from_household"]["people"]),
    )
    assert done["dissolve_household"]["dissolved_at"] is not None
    assert done["merge_member"]["merged_id"] == done["unmerge_member"]["member_id"] == said[TWIN]
    assert done["unmerge_member"]["undoes"] == done["merge_member"]["id"]
    check_stays(done)
    check_clubs(done)
    assert done["sign_out_staff"]["ended_at"] < done["sign_in_staff"]["expires_at"]
    assert done["change_staff_account"]["role"] == "supervisor"
    assert len(done["reset_staff_secret"]["pin"]) == 8
    assert set(ENDPOINTS) <= done.keys()
    assert done["replay_events"]["done_at"] is not None  # nothing was recorded on that day
    assert done["check_program"] == {"ok": True, "problems": []}
