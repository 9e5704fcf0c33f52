"""Who may be guessing codes through a partner's key: told as an event, and never a lock."""

import asyncio
import datetime as dt
import uuid
from typing import Any

import msgspec

from service.domain.coupons.guesses import PARTNER_TOLD
from service.flows.keys.create_key import create_key
from service.flows.steps import alarming
from service.kernel.ids import derived_id
from tests.flows.coupon_shop import check, with_coupons
from tests.flows.shop import Shop, another, day


def codes(first: int, count: int) -> list[bytes]:
    """Digests of codes that do not exist."""
    return [number.to_bytes(32) for number in range(first, first + count)]


async def partner(shop: Shop, name: str = "shop") -> uuid.UUID:
    """A client with a key."""
    await create_key(shop.db, "checkout", name)
    return derived_id("client", "checkout", name)


async def events(shop: Shop) -> list[dict[str, Any]]:
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select body from outbox where type = 'regulars.security.code-guessing.v1'"
            " order by version"
        )
    return [msgspec.json.decode(row["body"]) for row in rows]


async def test_so_many_codes_in_ten_minutes_are_told_once(shop: Shop) -> None:
    client = await partner(shop)
    await shop.show(day(0) + dt.timedelta(minutes=1))

    await alarming.notice(shop.built.ctx, client, codes(0, PARTNER_TOLD - 1))
    assert await events(shop) == []
    await alarming.notice(
        shop.built.ctx, client, codes(0, PARTNER_TOLD - 1)
    )  # the same are no more
    assert await events(shop) == []
    await alarming.notice(shop.built.ctx, client, codes(PARTNER_TOLD, 1))
    await alarming.notice(shop.built.ctx, client, codes(PARTNER_TOLD + 1, 50))

    (told,) = await events(shop)
    assert (told["source"], told["subject"]) == (f"/clients/{client}", str(client))
    assert told["sequence"] == "1".zfill(19)
    assert told["data"] == {
        "client_id": str(client),
        "since": day(0).isoformat().replace("+00:00", "Z"),
        "tried": PARTNER_TOLD,
    }


async def test_processes_that_notice_together_tell_once(shop: Shop) -> None:
    client = await partner(shop)
    workers = [shop, *(Shop(shop.db, another(shop.db)) for _ in range(3))]
    await shop.show(day(0) + dt.timedelta(minutes=1))

    await asyncio.gather(
        *(alarming.notice(workers[n % 4].built.ctx, client, codes(20 * n, 20)) for n in range(12))
    )

    assert len(await events(shop)) == 1


async def test_the_next_ten_minutes_are_another_event(shop: Shop) -> None:
    client = await partner(shop)
    for window in range(2):
        other = Shop(shop.db, another(shop.db))  # its clock of time-outs does not go so fast
        await other.show(day(0) + dt.timedelta(minutes=10 * window + 1))
        await alarming.notice(other.built.ctx, client, codes(1000 * window, PARTNER_TOLD))

    assert [told["sequence"][-1] for told in await events(shop)] == ["1", "2"]


async def test_partners_are_told_of_one_by_one(shop: Shop) -> None:
    for name in ("one", "other"):
        half = codes(0, PARTNER_TOLD // 2)
        await alarming.notice(shop.built.ctx, await partner(shop, name), half)

    assert await events(shop) == []


async def test_who_is_no_partner_is_told_of_nobody(shop: Shop) -> None:
    await alarming.notice(shop.built.ctx, uuid.UUID(int=5), codes(0, PARTNER_TOLD))

    assert await events(shop) == []


async def test_wrong_codes_that_nobody_is_known_to_have_tried_count_and_lock_nobody(
    shop: Shop,
) -> None:
    await with_coupons(shop)
    for number in range(30):  # more than any limit of those who are known
        answer = await check(shop, f"7K4V-9QM2-{number:04}")
        assert answer.reason == "unknown"

    async with shop.db.reading() as tx:
        failures = await tx.connection.fetch("select failures from code_guess")
    assert [row["failures"] for row in failures] == [30]
