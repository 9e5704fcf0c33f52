"""What a code is, and whether it can be used now."""

import datetime as dt
import unicodedata
from typing import Any

import asyncpg
import pytest

from service.domain.coupons import codes
from service.domain.coupons.errors import TooManyCodes
from service.domain.coupons.types import CouponCheck
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.kernel.codes import normalise
from service.kernel.ids import new_id
from service.kernel.values import Client, Identifier
from tests.flows.coupon_shop import bring, check, codes_of, give, make, void, with_coupons
from tests.flows.shop import SECRET, Shop, card, day

UNKNOWN = CouponCheck(usable=False, reason="unknown")


async def code_of(shop: Shop, template: str = "FLYER") -> str:
    """The only code of a batch."""
    batch = (await make(shop, 1, template, key=f"batch-{template}")).body
    return (await codes_of(shop, batch.id))[0]


async def spend(shop: Shop, code: str) -> None:
    """The code is used once."""
    digest = codes.digest(SECRET.encode(), normalise(code) or "")
    async with shop.db.reading() as tx:
        await tx.connection.execute("update coupon set used = used + 1 where digest = $1", digest)


async def test_a_good_code_tells_what_it_is_and_until_when(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id)

    found = await check(shop, gift.code, ola.id, languages=("pl",))

    assert found == CouponCheck(
        usable=True,
        coupon="…" + (normalise(gift.code) or "")[-4:],
        template="GIFT",
        title={"pl": "Prezent"},
        text={"en": "For you"},
        terms={"en": "Once"},
        valid_until=gift.valid_until,
    )


async def test_a_shared_code_is_named_as_the_program_writes_it(shop: Shop) -> None:
    await with_coupons(shop)

    found = await check(shop, "a1w4ys7".replace("4", "a"))

    assert (found.usable, found.coupon, found.template) == (True, "ALWAYS-7", "ALWAYS")


# ------------------------------------------------------------------ one answer for all it is not


async def test_unknown_malformed_void_and_foreign_codes_are_answered_alike(shop: Shop) -> None:
    await with_coupons(shop)
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    of_ola, leaked = (await give(shop, ola.id)).code, await code_of(shop)
    await void(shop, code=leaked)

    for code in (of_ola, leaked, "7K4V-9QM2-X0HD-T", "no", "☕" * 20, "x" * 64, "' or 1=1 --"):
        assert await check(shop, code, jan.id) == UNKNOWN, code


async def test_all_of_them_ask_the_database_as_often(shop: Shop) -> None:
    """Or who measures could tell a code that exists from one that does not."""
    await with_coupons(shop)
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    of_ola, leaked = (await give(shop, ola.id)).code, await code_of(shop)
    await void(shop, code=leaked)
    for code in ("warming-up", of_ola):
        await check(shop, code, jan.id)

    counts = set()
    for code in (of_ola, leaked, "7K4V-9QM2-X0HD-T", "no"):
        async with queries(shop) as seen:
            await check(shop, code, jan.id)
        counts.add(len(seen))

    assert len(counts) == 1


class queries:  # noqa: N801  # used like a function
    """The statements that the pool's connections run meanwhile."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._seen: list[str] = []
        self._connections: list[Any] = []

    def _note(self, record: asyncpg.connection.LoggedQuery) -> None:
        self._seen.append(record.query)

    async def __aenter__(self) -> list[str]:
        pool = self._shop.db.pool
        self._connections = [holder._con for holder in pool._holders if holder._con is not None]
        for connection in self._connections:
            connection.add_query_logger(self._note)
        return self._seen

    async def __aexit__(self, *failure: object) -> None:
        for connection in self._connections:
            connection.remove_query_logger(self._note)
        assert self._seen


F31 = [
    ("good-c0de-77", True),
    ("GOOD C0DE 77", True),
    ("  goodcode77\u00a0", True),  # a space that does not break, O for 0
    (
        "\uff27\uff2f\uff2f\uff24\uff0d\uff23\uff2f\uff24\uff25\uff0d\uff17\uff17",
        True,
    ),  # full width
    ("G-O-O-D-C-O-D-E-7-7", True),
    ("GOODCOD\u0415" + "77", False),  # a Cyrillic E
    ("GOOD\u200bCODE77", False),  # zero width
    ("GOODCODE77\u0130", False),
    ("GOODCODE77\u00df", False),
    ("GOODCODE7", False),
    ("GOODCODE777", False),
    ("g" * 33, False),
]


@pytest.mark.parametrize(("typed", "usable"), F31, ids=[ascii(typed) for typed, _ in F31])
async def test_f31_a_code_is_known_however_a_person_types_it(
    shop: Shop, typed: str, usable: bool
) -> None:
    await with_coupons(shop)
    await bring(shop, "GOODCODE77")

    found = await check(shop, typed)

    assert found.usable is usable, unicodedata.normalize("NFKC", typed)
    assert usable or found == UNKNOWN


# ------------------------------------------------------------------ why not


async def test_a_code_is_good_from_its_first_day_to_the_end_of_its_last(shop: Shop) -> None:
    await with_coupons(shop)
    code = await code_of(shop, "SPRING")
    midnight = dt.datetime(2026, 3, 4, 23, tzinfo=dt.UTC)  # 5 March in Warsaw
    end = dt.datetime(2026, 3, 10, 23, tzinfo=dt.UTC)

    for at, reason in (
        (day(0), "not_started"),
        (midnight - dt.timedelta(seconds=5), "not_started"),
        (midnight, None),
        (end - dt.timedelta(seconds=5), None),
        (end, "expired"),
    ):
        await shop.show(at)
        found = await check(shop, code)
        assert (found.reason, found.usable) == (reason, reason is None), at
        assert (found.valid_from, found.valid_until) == (midnight, end)


async def test_a_code_is_used_up_after_its_last_use(shop: Shop) -> None:
    await with_coupons(shop)
    code = await code_of(shop, "TWICE")
    await spend(shop, code)
    assert (await check(shop, code)).usable
    await spend(shop, code)

    assert (await check(shop, code)).reason == "used_up"


async def test_an_open_hold_of_the_last_use_is_told(shop: Shop) -> None:
    await with_coupons(shop)
    code = await code_of(shop)
    digest = codes.digest(SECRET.encode(), normalise(code) or "")
    async with shop.db.reading() as tx:
        await tx.connection.execute(
            "insert into coupon_hold values ($1, $2, $3)", digest, new_id(), day(1)
        )

    assert (await check(shop, code)).reason == "needs_hold"
    await shop.show(day(1))
    assert (await check(shop, code)).usable


async def test_a_personal_code_and_one_with_a_member_limit_need_the_member(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id)

    assert (await check(shop, gift.code)).reason == "needs_member"
    assert (await check(shop, "OPENING", (card("nobody's"),))).reason == "needs_member"
    assert (await check(shop, gift.code, (card("1"),))).usable
    assert (await check(shop, "OPENING", (card("1"),))).usable


async def use(shop: Shop, holder: Any, template: str = "OPENING") -> None:
    async with shop.db.reading() as tx:
        await tx.connection.execute(
            "insert into coupon_use (holder_id, template, occurred_at, purchase_id, position)"
            " values ($1, $2, $3, $4, 0)",
            *(holder, template, day(0), new_id()),
        )


async def test_a_member_who_used_it_as_often_as_one_may_is_told_so(shop: Shop) -> None:
    await with_coupons(shop)
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    await use(shop, ola.id)

    assert (await check(shop, "opening", ola.id)).reason == "member_limit"
    assert (await check(shop, "opening", jan.id)).usable
    async with shop.db.reading() as tx:
        await tx.connection.execute("update coupon_use set given_back_at = $1", day(0))
    assert (await check(shop, "opening", ola.id)).usable


async def test_a_shared_code_whose_cap_is_taken_is_used_up(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    async with shop.db.reading() as tx:
        await tx.connection.execute(
            "update budget_slot set remaining = 0 where name = 'coupon:OPENING'"
        )

    assert (await check(shop, "OPENING", ola.id)).reason == "used_up"
    assert (await check(shop, "ALWAYS7")).usable


async def test_a_template_that_left_the_program_is_unknown(shop: Shop) -> None:
    await with_coupons(shop)
    code = await code_of(shop)
    await shop.publish(effective_from=day(3))
    await shop.show(day(2))
    assert (await check(shop, code)).usable

    await shop.show(day(3))

    assert await check(shop, code) == UNKNOWN


async def test_who_shows_it_must_be_somebody_the_program_can_know(shop: Shop) -> None:
    await with_coupons(shop)

    with pytest.raises(MemberNotFound):
        await check(shop, "OPENING", new_id())
    with pytest.raises(UnknownIdentifierKind):
        await check(shop, "OPENING", (Identifier("fax", "1"),))


# ------------------------------------------------------------------ guessing


async def test_after_ten_unknown_codes_even_a_good_one_is_refused(shop: Shop) -> None:
    await with_coupons(shop)
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    gift = await give(shop, ola.id)
    for number in range(10):
        assert await check(shop, f"guess-{number:03}", ola.id) == UNKNOWN

    with pytest.raises(TooManyCodes) as refused:
        await check(shop, gift.code, ola.id)

    assert 590 <= refused.value.retry_after_seconds <= 1200
    assert (await check(shop, gift.code)).reason == "needs_member"  # the partner is not locked
    assert (await check(shop, "OPENING", jan.id)).usable


async def test_after_twenty_unknown_codes_a_device_is_refused_whoever_it_serves(
    shop: Shop,
) -> None:
    await with_coupons(shop)
    client = Client(device="kiosk-1", address="198.51.100.7")
    code = await code_of(shop)
    for number in range(20):
        await check(shop, f"guess-{number:03}", client=client)

    for one in (client, Client(device="kiosk-1"), Client(address="198.51.100.7")):
        with pytest.raises(TooManyCodes):
            await check(shop, code, client=one)
    assert (await check(shop, code, client=Client(device="kiosk-2"))).usable
    assert (await check(shop, "ALWAYS-7", client=client)).usable  # a shared code is no secret


async def test_a_code_that_is_known_is_no_guess(shop: Shop) -> None:
    await with_coupons(shop)
    client = Client(device="kiosk-1")
    for _ in range(25):
        assert (await check(shop, "OPENING", client=client)).reason == "needs_member"

    assert await shop.count("code_guess") == 0
