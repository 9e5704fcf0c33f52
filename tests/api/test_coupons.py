"""Coupons over HTTP."""

from typing import Any

import httpx
import pytest

from tests.api.bodies import enrolment
from tests.api.client import Service

KEY = {"Idempotency-Key": "12345678"}
NOBODY = "0192f0c0-0000-7000-8000-000000000001"


async def member(service: Service) -> str:
    """A new member."""
    found: str = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
    return found


async def batch(service: Service, size: int = 5, **headers: str) -> httpx.Response:
    """Codes of the demo program's only template of unique codes."""
    body = {"template": "FREE-COFFEE", "size": size}
    return await service.admin.post("/v1/coupons/batches", json=body, headers={**KEY, **headers})


async def codes(service: Service, address: str) -> list[str]:
    """The exported codes."""
    answer = await service.admin.get(f"{address}/codes")
    header, *lines = answer.text.split("\r\n")
    assert (header, lines.pop()) == ("code", "")
    return lines


async def check(service: Service, code: str, **more: Any) -> dict[str, Any]:
    """What the code is, for a till."""
    answer = await service.pos.post("/v1/coupons/check", json={"code": code, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_codes_are_made_exported_and_good(service: Service) -> None:
    made = await batch(service)
    address = made.headers["location"]
    answer = await service.admin.get(f"{address}/codes")

    assert made.status_code == 201
    assert (await service.app.get(address)).json() == made.json()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["cache-control"] == "no-store"
    found = await codes(service, address)
    assert len(set(found)) == 5
    assert (await check(service, found[0].lower()))["usable"] is True


async def test_a_batch_is_made_once_under_its_key(service: Service) -> None:
    first = await batch(service)

    again = await batch(service)
    other = await batch(service, size=6)
    without = await service.admin.post(
        "/v1/coupons/batches", json={"template": "FREE-COFFEE", "size": 5}
    )

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"template": "NONE"}, 422, "unknown-template"),
        ({"template": "THANKS10"}, 422, "template-not-for-batches"),
        ({"size": 0}, 400, "invalid-body"),
        ({"size": 1_000_001}, 400, "invalid-body"),
    ],
)
async def test_a_batch_that_cannot_be_made_says_why(
    service: Service, changes: dict[str, Any], status: int, code: str
) -> None:
    body = {"template": "FREE-COFFEE", "size": 5, **changes}

    refused = await service.admin.post("/v1/coupons/batches", json=body, headers=KEY)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["errors"][0]["pointer"] == f"#/{next(iter(changes))}"


async def test_codes_from_elsewhere_are_taken_and_not_shown_again(service: Service) -> None:
    body = {"template": "FREE-COFFEE", "codes": ["OLD-CODE-1", "ж", "welcome5"]}
    path = "/v1/coupons/batches/import"

    taken = await service.admin.post(path, json=body, headers=KEY)
    again = await service.admin.post(path, json=body, headers=KEY)

    assert (taken.status_code, again.status_code) == (201, 200)
    assert (taken.json()["taken"], taken.json()["known"]) == (1, 0)
    assert taken.json()["refused"] == [
        {"position": 1, "reason": "malformed"},
        {"position": 2, "reason": "shared"},
    ]
    exported = await service.admin.get(f"/v1/coupons/batches/{taken.json()['batch']['id']}/codes")
    assert (exported.status_code, exported.json()["code"]) == (409, "batch-imported")
    assert (await check(service, "oldcode1"))["template"] == "FREE-COFFEE"


async def test_ten_thousand_codes_fit_into_one_body(service: Service) -> None:
    body = {"template": "FREE-COFFEE", "codes": [f"CODE-{n:08}" for n in range(10_000)]}

    taken = await service.admin.post("/v1/coupons/batches/import", json=body, headers=KEY)

    assert (taken.status_code, taken.json()["taken"]) == (201, 10_000)


async def test_a_member_is_given_a_coupon_and_sees_it(service: Service) -> None:
    path = f"/v1/members/{await member(service)}/coupons"
    body = {"template": "THANKS10", "reason": "cold coffee"}

    given = await service.admin.post(path, json=body, headers=KEY)
    again = await service.admin.post(path, json=body, headers=KEY)
    page = (await service.app.get(path, headers={"Accept-Language": "pl"})).json()

    assert (given.status_code, again.status_code) == (201, 200)
    assert again.json() == given.json()
    (shown,) = page["items"]
    assert (shown["id"], shown["code"]) == (given.json()["id"], given.json()["code"])
    assert (shown["title"], shown["state"]) == ({"pl": "10 % rabatu"}, "usable")
    assert page["next"] is None


async def test_the_list_comes_in_pages(service: Service) -> None:
    path = f"/v1/members/{await member(service)}/coupons"
    body = {"template": "THANKS10", "reason": "cold coffee"}
    for number in range(3):
        key = {"Idempotency-Key": f"1234567{number}"}
        await service.admin.post(path, json=body, headers=key)

    first = (await service.app.get(path, params={"limit": 2})).json()
    rest = (await service.app.get(path, params={"limit": 2, "cursor": first["next"]})).json()

    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


async def test_a_till_voids_nothing_and_an_admin_takes_it_back(service: Service) -> None:
    code = (await codes(service, (await batch(service)).headers["location"]))[0]
    body = {"code": code, "reason": "posted in a forum"}

    forbidden = await service.pos.post("/v1/coupons/void", json=body)
    gone = await service.admin.post("/v1/coupons/void", json=body)
    unknown = await check(service, code)
    back = await service.admin.post("/v1/coupons/reinstate", json=body)

    assert forbidden.status_code == 403
    assert gone.json()["voided_at"] is not None
    assert unknown == {"usable": False, "reason": "unknown"}
    assert back.json()["voided_at"] is None
    assert (await check(service, code))["usable"] is True


@pytest.mark.parametrize("path", ["/v1/coupons/void", "/v1/coupons/reinstate"])
async def test_a_coupon_that_is_not_there_is_404(service: Service, path: str) -> None:
    for named in ({"code": "7K4V9QM2X0HDT"}, {"code": "☕"}, {"coupon_id": NOBODY}):
        answer = await service.admin.post(path, json={**named, "reason": "why not"})
        assert (answer.status_code, answer.json()["code"]) == (404, "coupon-not-found")
    both = await service.admin.post(path, json={"reason": "why not"})
    assert (both.status_code, both.json()["code"]) == (422, "named-by-code-or-id")


async def test_what_a_code_is_not_is_answered_byte_for_byte_alike(service: Service) -> None:
    ola = await member(service)
    gift = await service.admin.post(
        f"/v1/members/{ola}/coupons", json={"template": "THANKS10", "reason": "sorry"}, headers=KEY
    )
    jan = (
        await service.checkout.post(
            "/v1/members", json={"identifiers": [{"kind": "card", "value": "2"}]}
        )
    ).json()["id"]

    answers = [
        await service.pos.post("/v1/coupons/check", json={"code": code, "member": {"id": jan}})
        for code in (gift.json()["code"], "7K4V9QM2X0HDT", "☕", "x", "\u0130" * 10)
    ]

    assert {(one.status_code, one.content) for one in answers} == {
        (200, b'{"usable":false,"reason":"unknown"}')
    }


async def test_who_guesses_is_told_when_to_come_again(service: Service) -> None:
    client = {"device": "kiosk-1"}
    for number in range(20):
        await check(service, f"guess-{number:04}", client=client)

    refused = await service.pos.post(
        "/v1/coupons/check", json={"code": "guess-again", "client": client}
    )

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-codes")
    seconds = refused.json()["retry_after_seconds"]
    assert refused.headers["retry-after"] == str(seconds)
    assert 590 <= seconds <= 1200
    assert (await check(service, "guess-again"))["reason"] == "unknown"  # the key is not locked
    assert (await check(service, "WELCOME5", client=client))["template"] == "WELCOME5"


async def test_a_batch_nobody_has_is_404(service: Service) -> None:
    for batch_id in (NOBODY, "1"):
        for path in ("", "/codes"):
            found = await service.admin.get(f"/v1/coupons/batches/{batch_id}{path}")
            assert (found.status_code, found.json()["code"]) == (404, "batch-not-found")
