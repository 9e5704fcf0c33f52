"""Getting into clubs over HTTP."""

from typing import Any

import httpx
import pytest

from tests.api.client import Service
from tests.api.colleagues import signed_in
from tests.api.members_of_clubs import invited, let_in, taken
from tests.api.test_transfers import NOBODY, member

CLUB = "/v1/clubs/roasters"


async def said(service: Service, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    """What an app is answered."""
    given = {"Idempotency-Key": "of-this-test", **headers}
    return await service.app.post(path, json=body, headers=given)


async def test_from_an_invitation_to_the_seat(service: Service) -> None:
    ola, jan = await member(service, "1"), await member(service, "2")
    await let_in(service, "roasters", ola)

    made = await said(
        service, f"{CLUB}/invitations", {"by": ola, "member": [{"kind": "card", "value": "2"}]}
    )
    again = await said(service, f"{CLUB}/invitations", {"by": ola, "member": {"id": jan}})
    joined = await said(service, f"{CLUB}/join", {"member": jan})
    twice = await said(service, f"{CLUB}/join", {"member": jan})

    assert made.status_code == 201
    offer = made.json()
    assert (offer["club"], offer["member_id"], offer["inviter_id"]) == ("roasters", jan, ola)
    assert (offer["kind"], offer["state"]) == ("invitation", "open")
    assert (again.status_code, again.json()) == (200, offer)
    assert again.headers["idempotency-replayed"] == "true"
    assert (joined.status_code, joined.json()) == (
        200,
        {"club": "roasters", "member_id": jan, "state": "member"},
    )
    assert twice.json() == joined.json()


async def test_a_code_is_made_shown_and_voided(service: Service) -> None:
    ola, jan, eve = [await member(service, number) for number in "123"]
    await let_in(service, "roasters", ola)

    made = await said(service, f"{CLUB}/codes", {"by": ola, "uses_max": 2})
    again = await said(service, f"{CLUB}/codes", {"by": ola, "uses_max": 2})
    joined = await said(
        service, f"{CLUB}/join", {"member": jan, "code": made.json()["code"].lower()}
    )
    void = await said(service, f"{CLUB}/codes/{made.json()['id']}/void", {"by": ola})
    late = await said(service, f"{CLUB}/join", {"member": eve, "code": made.json()["code"]})

    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json() == made.json()
    assert joined.json()["state"] == "member"
    assert (void.json()["used"], "code" in void.json()) == (1, False)
    assert (late.status_code, late.json()["code"]) == (404, "club-not-found")


async def test_a_full_club_and_its_list(service: Service) -> None:
    ola, jan, eve = [await member(service, number) for number in "123"]
    await let_in(service, "roasters", ola)
    kept = await invited(service, "roasters", eve)
    await taken(service, "roasters")

    offer = await said(service, f"{CLUB}/invitations", {"by": ola, "member": {"id": jan}})
    waits = await said(service, f"{CLUB}/join", {"member": jan})
    over = await service.admin.post(f"{CLUB}/members", json={"member": {"id": jan}})
    declined = await said(service, f"{CLUB}/decline", {"member": eve})
    turn = await said(service, f"{CLUB}/join", {"member": jan})
    late = await said(service, f"{CLUB}/waiting/leave", {"member": jan})
    back = await service.admin.post(f"{CLUB}/invitations/{kept['id']}/withdraw", json={})

    assert offer.json()["seat_kept"] is False
    assert waits.json() == {"club": "roasters", "member_id": jan, "state": "waiting", "ahead": 0}
    assert (over.status_code, over.json()["code"]) == (409, "no-free-seat")
    assert declined.json()["state"] == "outside"
    assert turn.json()["state"] == "member"  # the seat was offered as soon as it was free
    assert (late.status_code, late.json()["code"]) == (409, "not-waiting")
    assert back.json()["state"] == "declined"


async def test_who_waits_can_go(service: Service) -> None:
    jan = await member(service, "2")
    await taken(service, "roasters")
    await invited(service, "roasters", jan)
    await said(service, f"{CLUB}/join", {"member": jan})

    gone = await said(service, f"{CLUB}/waiting/leave", {"member": jan})

    assert gone.json() == {"club": "roasters", "member_id": jan, "state": "outside"}


OUTSIDE: list[tuple[str, dict[str, Any]]] = [
    ("/invitations", {"by": "<jan>", "member": {"id": "<eve>"}}),
    (f"/invitations/{NOBODY}/withdraw", {"by": "<jan>"}),
    ("/invitations/<offer>/withdraw", {"by": "<jan>"}),
    ("/codes", {"by": "<jan>"}),
    (f"/codes/{NOBODY}/void", {"by": "<jan>"}),
    ("/join", {"member": "<jan>"}),
    ("/join", {"member": "<jan>", "code": "ABCD-EFGH-JKMN-PQRS-T"}),
    ("/join", {"member": "<jan>", "code": "ł"}),
    ("/decline", {"member": "<jan>"}),
    ("/waiting/leave", {"member": "<jan>"}),
    ("/invitations", {"member": {"id": "<eve>"}}),
    ("/codes", {}),
    ("/members", {"member": {"id": "<jan>"}}),
    ("/join", {"member": NOBODY}),
]


@pytest.mark.parametrize(("path", "body"), OUTSIDE)
async def test_an_outsider_is_told_the_same_of_a_hidden_club_and_of_none(
    service: Service, path: str, body: dict[str, Any]
) -> None:
    ola, jan, eve, guest = [await member(service, number) for number in "1234"]
    await let_in(service, "roasters", ola)
    offer = await invited(service, "roasters", guest)
    names = {"<jan>": jan, "<eve>": eve, "<offer>": offer["id"]}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(one) for key, one in value.items()}
        return names.get(value, value)

    path = path.replace("<offer>", offer["id"])
    key = {"X-Request-Id": "the-same-one"}
    hidden = await said(service, f"{CLUB}{path}", named(body), **key)
    unknown = await said(service, f"/v1/clubs/nowhere{path}", named(body), **key)

    assert (hidden.status_code, hidden.content) == (unknown.status_code, unknown.content)
    assert hidden.status_code in {403, 404}
    different = {"date", "x-request-id"}
    assert {n: v for n, v in hidden.headers.items() if n not in different} == {
        n: v for n, v in unknown.headers.items() if n not in different
    }


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/invitations", {"by": "<ola>", "member": {"id": NOBODY}}, 422, "recipient-not-found"),
        ("/invitations", {"by": "<ola>", "member": {"id": "<ola>"}}, 409, "already-in-club"),
        ("/invitations", {"by": "<ola>", "member": []}, 400, "invalid-body"),
        ("/invitations/x/withdraw", {"by": "<ola>"}, 404, "invitation-not-found"),
        (f"/invitations/{NOBODY}/withdraw", {"by": "<ola>"}, 404, "invitation-not-found"),
        ("/codes", {"by": "<ola>", "uses_max": 3}, 409, "invitations-used-up"),
        ("/codes", {"by": "<ola>", "uses_max": 0}, 400, "invalid-body"),
        ("/codes", {"by": "<ola>", "until": "2020-01-01T00:00:00Z"}, 422, "club-instant-invalid"),
        ("/codes/x/void", {"by": "<ola>"}, 404, "club-code-not-found"),
        ("/decline", {"member": "<ola>"}, 409, "no-open-offer"),
        ("/waiting/leave", {"member": "<ola>"}, 409, "not-waiting"),
        ("/join", {"member": NOBODY}, 404, "member-not-found"),
    ],
)
async def test_what_cannot_be_done_says_why(
    service: Service, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    ola = await member(service, "1")
    await let_in(service, "roasters", ola)
    given = {key: {"id": ola} if one == {"id": "<ola>"} else one for key, one in body.items()}
    given = {key: ola if one == "<ola>" else one for key, one in given.items()}

    refused = await said(service, f"{CLUB}{path}", given)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_code_needs_a_key_of_idempotency(service: Service) -> None:
    without = await service.admin.post(f"{CLUB}/codes", json={})

    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-missing")


async def test_guesses_are_counted_as_coupons_are(service: Service) -> None:
    jan = await member(service, "2")
    client = {"device": "phone-1", "address": "192.0.2.7"}
    for number in range(10):
        body = {"member": jan, "code": f"GUESS-{number}", "client": client}
        assert (await said(service, f"{CLUB}/join", body)).status_code == 404

    stopped = await said(service, f"{CLUB}/join", {"member": jan, "code": "GUESS-X"})

    assert (stopped.status_code, stopped.json()["code"]) == (429, "too-many-codes")
    assert int(stopped.headers["retry-after"]) > 0


async def test_supervisors_let_in_and_clerks_do_not(service: Service) -> None:
    jan, eve = await member(service, "2"), await member(service, "3")
    supervisor = await signed_in(service, service.desk, "sue")
    clerk = await signed_in(service, service.desk, "carl", role="clerk")
    own = await signed_in(service, service.desk, "eve", member=eve)

    let = await service.desk.post(
        f"{CLUB}/members", json={"member": {"id": jan}}, headers=supervisor
    )
    refused = await service.desk.post(
        f"{CLUB}/members", json={"member": {"id": eve}}, headers=clerk
    )
    herself = await service.desk.post(f"{CLUB}/members", json={"member": {"id": eve}}, headers=own)

    assert (let.status_code, let.json()["state"]) == (200, "member")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert (herself.status_code, herself.json()["code"]) == (403, "own-wallet")
