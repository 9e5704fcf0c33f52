"""How long a part of a request may take."""

import asyncio

import pytest

from service.api import deadline
from service.api.deadline import within
from service.api.errors import BodyTooSlow, TookTooLong
from service.api.table import ROUTES
from service.app import edge_of
from tests.api.client import serving
from tests.api.limits.test_entrance import Slow, sent
from tests.api.recorder import alone
from tests.databases import Fresh


async def answer() -> int:
    await asyncio.sleep(0)
    return 7


async def test_what_is_done_in_time_is_answered_and_nothing_is_left() -> None:
    task = asyncio.current_task()
    assert task is not None

    assert await within(0.001, answer(), TookTooLong) == 7
    await asyncio.sleep(0.005)  # nobody is cancelled later

    assert task.cancelling() == 0


async def test_what_takes_too_long_is_given_up() -> None:
    given_up = asyncio.Event()

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    with pytest.raises(TookTooLong):
        await within(0.001, never(), TookTooLong)

    task = asyncio.current_task()
    assert given_up.is_set()
    assert task is not None
    assert task.cancelling() == 0


async def test_the_time_of_one_within_another_is_its_own() -> None:
    async def inner() -> None:
        await within(30, asyncio.Event().wait(), BodyTooSlow)

    with pytest.raises(TookTooLong):
        await within(0.001, inner(), TookTooLong)


async def test_a_cancellation_from_outside_is_one() -> None:
    waiting = asyncio.create_task(within(30, asyncio.Event().wait(), TookTooLong))
    await asyncio.sleep(0)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_handler_that_hangs_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "HANDLER_SECONDS_MAX", 0.01)
    async with alone() as one:
        edge_of(one.application).services.verbs = Slow()  # type: ignore[assignment]
        (task,) = await sent(one, 1)
        found = await task

    assert found is not None
    assert (found.status, found.json()["code"]) == (503, "took-too-long")
    assert found.json()["retryable"] is True
    assert int(found.headers["retry-after"]) >= 1


async def test_what_is_made_in_parts_has_longer(
    database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(database.url, jobs=False) as service:
        monkeypatch.setattr(deadline, "HANDLER_SECONDS_MAX", 0)
        key = {"Idempotency-Key": "of-the-batch"}
        body = {"kind": "default", "size": 3}
        made = await service.admin.post("/v1/gift-cards/batches", json=body, headers=key)
        other = await service.admin.get("/v1/program")
        monkeypatch.setattr(deadline, "LONG_SECONDS_MAX", 0)
        late = await service.admin.post("/v1/gift-cards/batches", json=body, headers=key)

    assert made.status_code == 201, made.text
    assert [one.json()["code"] for one in (other, late)] == ["took-too-long"] * 2
    long = {one.operation_id for one in ROUTES if one.is_long}
    assert long == {"make_coupon_batch", "import_coupon_batch", "make_gift_card_batch"}
