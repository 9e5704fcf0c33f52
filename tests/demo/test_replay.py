"""What is sent for a purchase with coupons, and what becomes of the answers."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from service.demo.asgi import Answered
from service.demo.replay import Replay, bring_in
from service.imports.importer import ImportStopped
from service.imports.purchase_rows import ImportedPurchase
from service.imports.run_purchases import NotTaken
from service.kernel.answer import Answer

BODY = msgspec.convert(
    {
        "channel": "store",
        "external_id": "31198570044",
        "occurred_at": dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC),
        "currency": "USD",
        "member": [{"kind": "household", "value": "900"}],
        "lines": [
            {"sku": "1", "amount": 5_00, "discount_given": 1_00},
            {"sku": "2", "quantity": 2, "amount": 2_50, "category": "GROCERY"},
        ],
    },
    ImportedPurchase,
)


class Till:
    """Notes what is sent, and answers the same to all of it."""

    def __init__(self, status: int, body: Any = None) -> None:
        self.sent: list[tuple[str, Any, Any]] = []
        self._answer = Answered(status, body)

    async def post(self, path: str, body: Any, headers: Any = None) -> Answered:
        self.sent.append((path, msgspec.json.decode(msgspec.json.encode(body)), headers))
        return self._answer


def replay(till: Till, basket: str = BODY.external_id) -> Replay:
    return Replay(till, {basket: ("18-51380041013", "18-53377610033")})  # type: ignore[arg-type]


async def record(till: Till) -> Answer[Any]:
    taken = replay(till).take(BODY)
    assert taken is not None
    return await taken


async def test_it_has_happened_and_was_charged_what_the_retailer_received() -> None:
    till = Till(201, {"id": "x"})

    assert await record(till) == Answer({"id": "x"})

    ((path, sent, _),) = till.sent
    assert path == "/v1/purchases"
    assert sent == {
        "mode": "record",
        "channel": "store",
        "external_id": "31198570044",
        "occurred_at": "2026-01-20T12:00:00Z",
        "currency": "USD",
        "member": [{"kind": "household", "value": "900"}],
        "lines": [
            {"sku": "1", "amount": 500, "discount_given": 100},
            {"sku": "2", "quantity": 2, "amount": 250, "category": "GROCERY"},
        ],
        "coupons": ["18-51380041013", "18-53377610033"],
        "charged": {"total": 650},
    }


async def test_without_coupons_the_import_records_it() -> None:
    till = Till(201)
    assert replay(till, "another").take(BODY) is None
    assert till.sent == []


async def test_one_that_is_known_is_a_replay() -> None:
    assert (await record(Till(200, {}))).replayed


@pytest.mark.parametrize("status", [400, 409, 422])
async def test_a_refusal_is_told_with_its_reason(status: int) -> None:
    body = {"code": "unknown-store", "title": "No such store", "detail": "No store '7'"}
    with pytest.raises(NotTaken, match="unknown-store: No store '7'"):
        await record(Till(status, body))


async def test_where_the_service_cannot_go_on_neither_does_the_demo() -> None:
    body = {"code": "unavailable", "title": "Come again"}
    with pytest.raises(ImportStopped, match="31198570044: unavailable: Come again"):
        await record(Till(503, body))


async def test_codes_are_brought_in_under_keys_of_their_content() -> None:
    till = Till(201, {"refused": []})
    await bring_in(till, {"campaign-1": ("1-1", "1-2"), "campaign-2": ("2-1",)})  # type: ignore[arg-type]
    await bring_in(till, {"campaign-1": ("1-1", "1-2")})  # type: ignore[arg-type]

    (first, second, again) = till.sent
    assert first[1]["template"] == "campaign-1"
    assert first[1]["codes"] == ["1-1", "1-2"]
    assert first == again
    assert first[2] != second[2]


@pytest.mark.parametrize(
    ("status", "body"),
    [(201, {"refused": [{"position": 0, "reason": "taken"}]}), (422, {"code": "unknown-template"})],
)
async def test_a_code_that_is_not_taken_stops_the_demo(status: int, body: Any) -> None:
    with pytest.raises(ImportStopped, match="campaign-1"):
        await bring_in(Till(status, body), {"campaign-1": ("1-1",)})  # type: ignore[arg-type]
