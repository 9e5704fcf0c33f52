"""The counter of a shop: quotes, holds and codes with few words.

`checkout.yaml` beside this file is its program; the fixture `checkout` is a shop that has it.
"""

import contextlib
import pathlib
import uuid
from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar

from service.domain.purchases.basket import Basket, LineIn, MemberRef, RedeemIn
from service.domain.purchases.types import (
    AskQuote,
    ExtendHold,
    HoldView,
    Mode,
    PlaceHold,
    Quote,
    Receipt,
    RecordPurchase,
)
from service.kernel.answer import Answer
from tests.flows.coupon_shop import codes_of, make
from tests.flows.shop import TILL, Shop, Who, bought, card

CHECKOUT: Final = (pathlib.Path(__file__).parent / "checkout.yaml").read_text()
B = TypeVar("B", bound=Basket)


def basket(kind: type[B], member: Who, *lines: LineIn, **fields: Any) -> B:
    """A cart to be quoted or held; `member` as in `bought`, `points` to pay with."""
    who: Any = member
    if isinstance(member, str):
        who = (card(member),)
    elif isinstance(member, uuid.UUID):
        who = MemberRef(id=member)
    given = {"channel": "web", "currency": "EUR", "member": who, "lines": lines} | paying(fields)
    return kind(**given)


def paying(fields: dict[str, Any]) -> dict[str, Any]:
    """`points=500` among the fields is units of that wallet to pay with, `cash=`, `stamps=` too."""
    wallets = {name: fields.pop(name) for name in ("points", "cash", "stamps") if name in fields}
    redeem = tuple(RedeemIn(wallet=name, amount=amount) for name, amount in wallets.items())
    return fields | ({"redeem": redeem} if redeem else {})


def sale(key: str, member: Who, *lines: LineIn, **fields: Any) -> RecordPurchase:
    """A purchase (see `bought`); `points` to pay with."""
    return bought(key, member, *lines, **paying(fields))


async def buy(shop: Shop, key: str, member: Who, *lines: LineIn, **fields: Any) -> Receipt:
    """Authorise a purchase (see `sale`)."""
    return (await shop.record(sale(key, member, *lines, **fields))).body


async def report(shop: Shop, key: str, member: Who, *lines: LineIn, **fields: Any) -> Receipt:
    """Record what has happened."""
    return await buy(shop, key, member, *lines, mode=Mode.RECORD, **fields)


async def quote(shop: Shop, member: Who, *lines: LineIn, **fields: Any) -> Quote:
    """Ask what a cart would come to."""
    return await shop.reads.quote(TILL, basket(AskQuote, member, *lines, **fields))


async def place(
    shop: Shop, checkout: str, member: Who, *lines: LineIn, **fields: Any
) -> Answer[HoldView]:
    """Hold a cart; the answer says whether it was held already."""
    body = basket(PlaceHold, member, *lines, checkout=checkout, **fields)
    return await shop.verbs.place_hold(TILL, body)


async def hold(shop: Shop, checkout: str, member: Who, *lines: LineIn, **fields: Any) -> HoldView:
    """Hold a cart."""
    return (await place(shop, checkout, member, *lines, **fields)).body


async def release(shop: Shop, hold_id: uuid.UUID) -> Answer[HoldView]:
    """Let go of a hold."""
    return await shop.verbs.release_hold(TILL, hold_id)


async def extend(shop: Shop, hold_id: uuid.UUID, seconds: int) -> HoldView:
    """A hold lasts so long from now on."""
    return (await shop.verbs.extend_hold(TILL, hold_id, ExtendHold(hold_for=seconds))).body


async def rich(shop: Shop, number: str, points: int = 1_000) -> uuid.UUID:
    """A new member with points."""
    member = (await shop.enrol(number)).id
    if points:
        await shop.adjust(member, points)
    return member


async def unique(shop: Shop, size: int = 1, template: str = "UNIQUE") -> list[str]:
    """Unique codes, as they are printed."""
    batch = (await make(shop, size, template, key=f"batch-{uuid.uuid1().hex}")).body
    return await codes_of(shop, batch.id)


def reasons(shown: Quote | HoldView | Receipt) -> list[tuple[int | str | None, str]]:
    """(position of a coupon or id of a wallet, why it was not applied)."""
    return [
        (one.position if one.wallet is None else one.wallet, one.reason)
        for one in shown.not_applied
    ]


def positions(shown: Quote | HoldView | Receipt) -> list[int]:
    """Which of the presented coupons were applied."""
    return [one.position for one in shown.coupons]


async def held(shop: Shop, member: uuid.UUID, wallet: str = "points") -> tuple[int, int]:
    """(available, held) now."""
    balance = (await shop.wallets(member))[wallet].balance
    return (balance.available, balance.held)


async def beyond(shop: Shop, budget: str) -> tuple[int, int]:
    """(left in the slots, given beyond the cap) of a budget."""
    async with shop.db.reading() as tx:
        overrun: int = await tx.connection.fetchval(
            "select overrun from budget where name = $1", budget
        )
    return (await shop.left(budget), overrun)


@contextlib.asynccontextmanager
async def nothing_written(shop: Shop, *but: str) -> AsyncIterator[None]:
    """Every row of every table, but for some, is after it as it was before."""
    before = await shop.tables(*but)
    yield
    assert await shop.tables(*but) == before
