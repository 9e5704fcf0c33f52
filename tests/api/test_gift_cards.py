"""Gift cards over HTTP."""

from typing import Any

import httpx
import pytest

from tests.api.client import Service

NOBODY = "0192f0c0-0000-7000-8000-000000000001"
UNKNOWN = "7K4V-9QM2-X0HD-T3W5-8"


async def post(
    client: httpx.AsyncClient, verb: str, key: str | None = None, /, **body: Any
) -> httpx.Response:
    """A request to an address under /v1/gift-cards."""
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post(f"/v1/gift-cards{verb}", json=body, headers=headers)


async def issued(service: Service, amount: int = 2_500, key: str = "issue-0001") -> dict[str, Any]:
    """An active card of the demo program, whose cards have PINs."""
    body = {"kind": "default", "activate": True, "amount": amount}
    answer = await post(service.admin, "", key, **body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_card_is_issued_topped_up_checked_blocked_and_listed(service: Service) -> None:
    card = await issued(service)
    code, pin = card["code"], card["pin"]

    top = await post(service.pos, "/top-up", "top-up-001", code=code, amount=1_000)
    checked = await post(service.app, "/check", code=code.lower(), pin=pin)
    blocked = await post(service.admin, "/block", card_id=card["id"], reason="lost")
    listed = await post(service.pos, "/entries", code=code)

    assert (card["state"], card["amount"], card["currency"]) == ("active", 2_500, "EUR")
    assert (top.status_code, top.json()["balance"]) == (201, 3_500)
    titles = {"en": "Gift card", "pl": "Karta podarunkowa"}
    assert (checked.json()["balance"], checked.json()["title"]) == (3_500, titles)
    assert checked.headers["cache-control"] == "no-store"
    assert blocked.json()["state"] == "blocked"
    assert [one["amount"] for one in listed.json()["items"]] == [1_000, 2_500]
    again = await post(service.admin, "/unblock", code=code, reason="found")
    assert again.json()["state"] == "active"
    polish = await service.app.post(
        "/v1/gift-cards/check",
        json={"code": code, "pin": pin},
        headers={"Accept-Language": "pl-PL, en;q=0.5"},
    )
    assert polish.json()["title"] == {"pl": "Karta podarunkowa"}


async def test_cards_of_a_rack_are_made_exported_and_sold(service: Service) -> None:
    made = await post(service.admin, "/batches", "batch-0001", kind="default", size=5)
    address = made.headers["location"]
    exported = await service.admin.get(f"{address}/codes")
    header, *lines = exported.text.split("\r\n")
    code, pin = lines[0].split(",")

    assert (made.status_code, made.json()["done"], made.json()["pins"]) == (201, 5, True)
    assert (await service.admin.get(address)).json() == made.json()
    assert exported.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert exported.headers["cache-control"] == "no-store"
    assert (header, len(lines), lines.pop()) == ("code,pin", 6, "")
    sold = await post(service.pos, "/activate", "sale-00001", code=code, amount=5_000)
    assert (sold.status_code, sold.json()["balance"]) == (201, 5_000)
    assert (await post(service.app, "/check", code=code, pin=pin)).json()["balance"] == 5_000
    again = await post(service.admin, "/batches", "batch-0001", kind="default", size=5)
    assert (again.status_code, again.json()) == (200, made.json())
    assert again.headers["idempotency-replayed"] == "true"


async def test_the_same_key_answers_the_same(service: Service) -> None:
    card = await issued(service)
    again = await post(service.admin, "", "issue-0001", kind="default", activate=True, amount=2_500)
    assert (again.status_code, again.json()) == (200, card)
    assert again.headers["idempotency-replayed"] == "true"

    answers = [
        await post(service.pos, "/top-up", "top-up-001", code=card["code"], amount=1_000)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("", {"kind": "none", "activate": False}, 422, "unknown-gift-card-kind"),
        ("", {"kind": "default", "activate": True}, 422, "activation-needs-amount"),
        (
            "",
            {"kind": "default", "activate": True, "amount": 499},
            422,
            "gift-card-amount-refused",
        ),
        (
            "",
            {"kind": "default", "activate": True, "amount": 500, "currency": "PLN"},
            422,
            "currency-mismatch",
        ),
        ("", {"kind": "default", "activate": True, "amount": 0}, 400, "invalid-body"),
        ("", {"kind": "default", "activate": False, "pin": "12a4"}, 400, "invalid-body"),
        ("", {"kind": "default", "activate": "yes"}, 400, "invalid-body"),
        ("/batches", {"kind": "none", "size": 1}, 422, "unknown-gift-card-kind"),
        ("/batches", {"kind": "default", "size": 1_000_001}, 400, "invalid-body"),
        ("/activate", {"code": UNKNOWN, "amount": 500}, 404, "gift-card-not-found"),
        ("/top-up", {"code": "☕", "amount": 500}, 404, "gift-card-not-found"),
        ("/top-up", {"code": "", "amount": 500}, 400, "invalid-body"),
    ],
)
async def test_what_cannot_be_done_says_why(
    service: Service, verb: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await post(service.admin, verb, "12345678", **body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("verb", ["/block", "/unblock", "/entries"])
async def test_a_card_is_named_by_code_or_id(service: Service, verb: str) -> None:
    more = {} if verb == "/entries" else {"reason": "lost"}

    missing = await post(service.admin, verb, card_id=NOBODY, **more)
    both = await post(service.admin, verb, card_id=NOBODY, code=UNKNOWN, **more)

    assert (missing.status_code, missing.json()["code"]) == (404, "gift-card-not-found")
    assert (both.status_code, both.json()["code"]) == (422, "gift-card-named-by-code-or-id")


async def test_money_moves_only_under_an_idempotency_key(service: Service) -> None:
    for verb, body in (
        ("", {"kind": "default", "activate": False}),
        ("/batches", {"kind": "default", "size": 1}),
        ("/activate", {"code": UNKNOWN, "amount": 500}),
        ("/top-up", {"code": UNKNOWN, "amount": 500}),
    ):
        answer = await post(service.admin, verb, None, **body)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


async def test_who_has_no_pin_is_told_the_same_as_of_a_code_nobody_has(service: Service) -> None:
    card = await issued(service)
    blocked = await issued(service, key="issue-0002")
    await post(service.admin, "/block", card_id=blocked["id"], reason="lost")
    wrong = "0000" + card["pin"][4:]

    answers = [
        await service.app.post(
            "/v1/gift-cards/check", json=body, headers={"X-Request-Id": "the-same-1"}
        )
        for body in (
            {"code": UNKNOWN},
            {"code": UNKNOWN, "pin": "4711"},
            {"code": card["code"]},
            {"code": card["code"], "pin": wrong},
            {"code": blocked["code"], "pin": wrong},
            {"code": "x" * 64},
        )
    ]

    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}
    assert (await post(service.pos, "/check", code=card["code"])).json()["balance"] == 2_500


async def test_wrong_pins_and_wrong_codes_are_told_when_to_come_again(service: Service) -> None:
    card = await issued(service)
    for number in range(5):
        await post(service.app, "/check", code=card["code"], pin=f"00000000000{number}")
    locked = await post(service.app, "/check", code=card["code"], pin=card["pin"])
    client = {"device": "phone-7"}
    for number in range(20):
        await post(service.app, "/check", code=f"guess-{number:03}", client=client)
    guessing = await post(service.app, "/check", code=UNKNOWN, client=client)

    assert (locked.status_code, locked.json()["code"]) == (429, "too-many-pins")
    assert locked.headers["retry-after"] == str(locked.json()["retry_after_seconds"])
    assert (guessing.status_code, guessing.json()["code"]) == (429, "too-many-codes")
    assert (await post(service.app, "/check", code=UNKNOWN)).status_code == 404  # no key is locked


async def test_a_batch_nobody_has_is_404(service: Service) -> None:
    for batch_id in (NOBODY, "1"):
        for path in ("", "/codes"):
            found = await service.admin.get(f"/v1/gift-cards/batches/{batch_id}{path}")
            assert (found.status_code, found.json()["code"]) == (404, "gift-card-batch-not-found")


async def test_a_till_sells_and_an_app_only_checks(service: Service) -> None:
    body = {"code": UNKNOWN, "amount": 500}
    assert (await post(service.app, "/top-up", "12345678", **body)).status_code == 403
    assert (await post(service.app, "/entries", code=UNKNOWN)).status_code == 403
    assert (
        await post(service.pos, "", "12345678", kind="default", activate=False)
    ).status_code == (403)
    assert (await post(service.pos, "/block", code=UNKNOWN, reason="lost")).status_code == 403
