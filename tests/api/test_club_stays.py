"""Belonging to clubs over HTTP."""

from typing import Any, Final

import httpx
import pytest

from tests.api.client import Service
from tests.api.members_of_clubs import let_in
from tests.api.test_transfers import NOBODY, member

CLUB = "/v1/clubs/roasters"
BODIES: Final[dict[str, dict[str, Any]]] = {
    "leave": {},
    "cancel": {},
    "keep": {},
    "pause": {"until": "2030-01-01T00:00:00Z"},
    "resume": {},
    "applications": {"words": "please"},
    "payments/offers": {},
    "give": {"wallet": "points", "amount": 1},
    "draw": {"wallet": "points", "amount": 1},
}


async def asked(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> httpx.Response:
    """What a caller is answered."""
    return await client.post(path, json=body, headers={"Idempotency-Key": "of-this-test"})


def same(answer: httpx.Response) -> tuple[int, str]:
    """Status and body without the id of the request."""
    body = answer.json()
    del body["request_id"]
    return answer.status_code, str(body)


@pytest.mark.parametrize("verb", BODIES)
async def test_an_outsider_is_answered_as_of_a_club_that_does_not_exist(
    service: Service, verb: str
) -> None:
    ola = await member(service, "1")
    body = {"member": ola, **BODIES[verb]}

    hidden = await asked(service.app, f"{CLUB}/{verb}", body)
    unknown = await asked(service.app, f"/v1/clubs/nothing/{verb}", body)

    assert hidden.status_code == 404
    assert same(hidden) == same(unknown)


async def test_payments_and_owners_tell_outsiders_nothing_either(service: Service) -> None:
    ola = await member(service, "1")
    paid = {"member": {"id": ola}, "reference": "p-1", "amount": 2_900, "currency": "EUR"}
    owner = {"member": ola, "by": ola}
    for path, body in (("payments", paid), ("owner", owner)):
        client = service.checkout if path == "payments" else service.app
        hidden = await asked(client, f"{CLUB}/{path}", body)
        unknown = await asked(client, f"/v1/clubs/nothing/{path}", body)
        assert hidden.status_code == 404
        assert same(hidden) == same(unknown)


async def test_a_year_that_is_paid_for_renewed_and_taken_back(service: Service) -> None:
    ola = await member(service, "1")
    body = {"member": {"id": ola}, "reference": "p-1", "amount": 2_900, "currency": "EUR"}

    made = await asked(service.admin, f"{CLUB}/payments", body)
    again = await asked(service.checkout, f"{CLUB}/payments", body)
    other = await asked(service.checkout, f"{CLUB}/payments", {**body, "amount": 1})
    renewed = await asked(service.checkout, f"{CLUB}/payments", {**body, "reference": "p-2"})
    back = await asked(
        service.checkout, f"{CLUB}/payments/reverse", {"reference": "p-1", "note": "charge-back"}
    )

    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "club-payment-reused")
    assert renewed.json()["since"] == made.json()["until"]
    assert (back.status_code, "reversed_at" in back.json()) == (200, True)


async def test_from_the_pause_to_leaving(service: Service) -> None:
    ola = await member(service, "1")
    await let_in(service, "roasters", ola)

    too_long = await asked(
        service.app, f"{CLUB}/pause", {"member": ola, "until": "2030-01-01T00:00:00Z"}
    )
    paused = await asked(service.admin, f"{CLUB}/pause", {"member": ola})
    back = await asked(service.app, f"{CLUB}/resume", {"member": ola})
    nothing = await asked(service.app, f"{CLUB}/cancel", {"member": ola})
    left = await asked(service.app, f"{CLUB}/leave", {"member": ola})

    assert (too_long.status_code, too_long.json()["code"]) == (422, "pause-too-long")
    assert (paused.json()["state"], back.json()["state"]) == ("paused", "member")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-cancel")
    assert left.json() == {"club": "roasters", "member_id": ola, "state": "outside"}


async def test_bans_are_for_who_manages_clubs(service: Service) -> None:
    ola = await member(service, "1")
    await let_in(service, "roasters", ola)
    body = {"member": {"id": ola}, "note": "rude to staff"}

    for verb in ("ban", "unban"):
        assert (await asked(service.app, f"{CLUB}/{verb}", body)).status_code == 403
    banned = await asked(service.admin, f"{CLUB}/ban", body)
    lifted = await asked(service.admin, f"{CLUB}/unban", body)
    unknown = await asked(service.admin, f"{CLUB}/ban", {**body, "member": {"id": NOBODY}})

    assert (banned.json()["state"], lifted.json()["state"]) == ("banned", "outside")
    assert unknown.status_code == 422


async def test_an_application_is_withdrawn_or_decided_by_the_owner(service: Service) -> None:
    ola, jan = await member(service, "1"), await member(service, "2")
    await let_in(service, "roasters", ola)
    await asked(service.admin, f"{CLUB}/owner", {"member": ola})

    first = (await asked(service.admin, f"{CLUB}/applications", {"member": jan})).json()
    path = f"{CLUB}/applications/{first['id']}"
    withdrawn = await asked(service.app, f"{path}/withdraw", {"member": jan})
    second = (await asked(service.admin, f"{CLUB}/applications", {"member": jan})).json()
    path = f"{CLUB}/applications/{second['id']}"
    alone = await asked(service.app, f"{path}/decide", {"decision": "approved"})
    approved = await asked(service.app, f"{path}/decide", {"decision": "approved", "by": ola})
    missing = await asked(
        service.app, f"{CLUB}/applications/none/decide", {"decision": "approved", "by": ola}
    )

    assert (withdrawn.json()["state"], approved.json()["state"]) == ("withdrawn", "approved")
    assert alone.status_code == 403
    assert missing.status_code == 404


async def test_units_go_into_the_pool_and_come_out(service: Service) -> None:
    ola = await member(service, "1")
    await let_in(service, "roasters", ola)
    points = {"wallet": "points", "amount": 50, "reason": "a start"}
    await asked(service.admin, f"/v1/members/{ola}/adjustments", points)
    body = {"member": ola, "wallet": "points", "amount": 20}

    given = await asked(service.app, f"{CLUB}/give", body)
    again = await asked(service.app, f"{CLUB}/give", body)
    drawn = await service.app.post(
        f"{CLUB}/draw", json={**body, "amount": 5}, headers={"Idempotency-Key": "of-the-draw"}
    )

    assert (given.status_code, again.status_code, again.json()) == (201, 200, given.json())
    assert (drawn.json()["pool"]["available"], drawn.json()["left"]) == (15, 495)


async def test_a_seat_is_kept_for_who_pays(service: Service) -> None:
    ola = await member(service, "1")

    place = await asked(service.admin, f"{CLUB}/payments/offers", {"member": ola})
    again = await asked(service.app, f"{CLUB}/payments/offers", {"member": ola})

    assert (place.status_code, again.status_code, again.json()) == (201, 200, place.json())
    assert place.json()["offer"]["kind"] == "paid"
