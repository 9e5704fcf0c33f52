"""Rewards over HTTP."""

from typing import Any

import httpx
import pytest

from tests.api.bodies import enrolment
from tests.api.client import Service

NOBODY = "0192f0c0-0000-7000-8000-000000000001"


def key(text: str) -> dict[str, str]:
    """An Idempotency-Key."""
    return {"Idempotency-Key": f"the-key-{text}"}


async def member(service: Service, points: int = 1_000) -> str:
    """A new member with points."""
    found: str = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
    body = {"wallet": "points", "amount": points, "reason": "for tests"}
    await service.admin.post(f"/v1/members/{found}/adjustments", json=body, headers=key("points"))
    return found


async def redeem(
    service: Service, who: str, reward: str = "tree", name: str = "one", **more: Any
) -> httpx.Response:
    """A reward for units, asked for by the app."""
    body = {"reward": reward, **more}
    return await service.app.post(f"/v1/members/{who}/redemptions", json=body, headers=key(name))


async def test_the_catalogue_is_the_same_for_everybody_and_may_be_cached(service: Service) -> None:
    answer = await service.app.get("/v1/rewards", headers={"Accept-Language": "pl"})

    assert answer.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=300"
    assert answer.headers["vary"] == "Accept, Accept-Encoding, Accept-Language"
    coffee = answer.json()["items"][0]
    assert (coffee["id"], coffee["title"]) == ("free-coffee", {"pl": "Kawa od nas"})
    assert (coffee["price"], coffee["prices"]) == (250, {"main": {"gold": 200}})
    again = await service.pos.get(
        "/v1/rewards", headers={"If-None-Match": answer.headers["etag"], "Accept-Language": "pl"}
    )
    assert (again.status_code, again.content) == (304, b"")
    english = await service.pos.get(
        "/v1/rewards", headers={"If-None-Match": answer.headers["etag"], "Accept-Language": "en"}
    )
    assert english.status_code == 200


async def test_a_member_sees_what_he_can_have_and_why_not(service: Service) -> None:
    who = await member(service, 300)

    answer = await service.app.get(f"/v1/members/{who}/rewards")

    found = {one["id"]: one for one in answer.json()["items"]}
    assert answer.headers["cache-control"] == "no-store"
    assert (found["free-coffee"]["available"], found["free-coffee"]["affordable"]) == (True, True)
    assert "why" not in found["free-coffee"]
    assert found["tree"]["why"] == [{"reason": "not_enough", "missing": 200}]
    assert found["grinder"]["why"] == [
        {
            "reason": "needs_tier",
            "conditions": [
                {"condition": "member.tier.main", "want": ">= 'silver'", "got": "bronze"}
            ],
        },
        {"reason": "not_enough", "missing": 11_700},
    ]


async def test_a_redemption_from_its_hold_to_the_desk(service: Service) -> None:
    who = await member(service)

    held = await redeem(service, who, hold=600)
    address = held.headers["location"]
    granted = await service.app.post(f"{address}/grant")
    given = await service.pos.post(f"{address}/hand-over", json={}, headers=key("desk"))
    again = await service.pos.post(f"{address}/hand-over", json={}, headers=key("desk"))
    second = await service.pos.post(f"{address}/hand-over", json={}, headers=key("other"))
    late = await service.pos.post(f"{address}/cancel", json={"reason": "too late"})

    assert (held.status_code, held.json()["state"]) == (201, "held")
    assert held.json()["wallets"]["points"] == {
        "available": 500, "pending": 0, "held": 500, "debt": 0
    }  # fmt: skip
    assert (granted.status_code, granted.json()["state"]) == (200, "granted")
    assert (given.status_code, given.json()["state"]) == (201, "handed_over")
    assert again.status_code == 200
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == given.json()
    for refused in (second, late):
        assert (refused.status_code, refused.json()["code"]) == (409, "redemption-closed")
        assert refused.json()["state"] == "handed_over"
    assert (await service.app.get(address)).json()["state"] == "handed_over"


async def test_a_coupon_for_units_is_in_the_list_and_goes_with_the_redemption(
    service: Service,
) -> None:
    who = await member(service)

    had = await redeem(service, who, "free-coffee")
    again = await redeem(service, who, "free-coffee")
    listed = (await service.app.get(f"/v1/members/{who}/coupons")).json()["items"]
    address = had.headers["location"]
    nothing = await service.pos.post(f"{address}/hand-over", json={}, headers=key("desk"))
    undone = await service.pos.post(f"{address}/cancel", json={"reason": "mind changed"})
    twice = await service.pos.post(f"{address}/cancel", json={"reason": "mind changed"})

    assert had.json()["coupon"]["code"] == listed[0]["code"]
    assert (again.status_code, again.json()) == (200, had.json())
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-hand-over")
    assert (undone.json()["state"], undone.json()["wallets"]["points"]["available"]) == (
        *("cancelled", 1_000),
    )
    assert (twice.status_code, twice.json()["state"]) == (200, "cancelled")


async def test_what_cannot_be_had_says_why(service: Service) -> None:
    who = await member(service, 100)

    answer = await redeem(service, who)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "reward-not-available")
    assert problem["why"] == [{"reason": "not_enough", "missing": 400}]
    assert problem["detail"] == "'tree': not_enough"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reward": "no-such-thing"}, 422, "unknown-reward"),
        ({}, 400, "invalid-body"),
        ({"reward": "A B"}, 400, "invalid-body"),
        ({"reward": "tree", "hold": 0}, 400, "invalid-body"),
        ({"reward": "tree", "hold": 604_801}, 400, "invalid-body"),
        ({"reward": "tree", "hold": 1.5}, 400, "invalid-body"),
        ({"reward": "tree", "price": 1}, 400, "invalid-body"),
    ],
)
async def test_bad_input_is_refused(
    body: dict[str, Any], status: int, code: str, service: Service
) -> None:
    who = await member(service)
    answer = await service.app.post(f"/v1/members/{who}/redemptions", json=body, headers=key("bad"))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_moves_value_needs_a_key(service: Service) -> None:
    who = await member(service)
    had = (await redeem(service, who)).headers["location"]
    for path in (f"/v1/members/{who}/redemptions", f"{had}/hand-over"):
        answer = await service.admin.post(
            path, json={"reward": "tree"} if "members" in path else {}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("name", [NOBODY, "none"])
async def test_an_unknown_member_or_redemption_is_not_there(name: str, service: Service) -> None:
    for path in (f"/v1/members/{name}/rewards", f"/v1/members/{name}/redemptions"):
        assert (await service.app.get(path)).json()["code"] == "member-not-found"
    answer = await redeem(service, name)
    assert (answer.status_code, answer.json()["code"]) == (404, "member-not-found")
    address = f"/v1/redemptions/{name}"
    answers = [
        await service.app.get(address),
        await service.app.post(f"{address}/grant"),
        await service.pos.post(f"{address}/hand-over", json={}, headers=key("desk")),
        await service.pos.post(f"{address}/cancel", json={"reason": "none"}),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {
        (404, "redemption-not-found")
    }


async def test_an_app_hands_nothing_over(service: Service) -> None:
    who = await member(service)
    had = (await redeem(service, who)).headers["location"]
    for step, body in (("hand-over", {}), ("cancel", {"reason": "by myself"})):
        answer = await service.app.post(f"{had}/{step}", json=body, headers=key(step))
        assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


async def test_what_was_had_is_listed_in_pages(service: Service) -> None:
    who = await member(service)
    for name in ("one", "two"):
        await redeem(service, who, name=name)

    first = (await service.app.get(f"/v1/members/{who}/redemptions?limit=1")).json()
    address = f"/v1/members/{who}/redemptions?limit=1&cursor={first['next']}"
    second = (await service.app.get(address)).json()

    assert first["items"][0]["id"] > second["items"][0]["id"]
    assert second["next"] is None
    bad = await service.app.get(f"/v1/members/{who}/redemptions?cursor=nonsense")
    assert (bad.status_code, bad.json()["code"]) == (400, "cursor-invalid")
