"""A process that remembers what it quoted, beside a shop at another; and what members do there.

`remembering.yaml` beside this file is the program.
"""

import datetime as dt
import pathlib
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec

from service.domain.members.types import Profile
from service.domain.purchases.basket import LineIn
from service.domain.purchases.types import AskQuote, Quote
from service.flows.build import Built
from service.flows.reads import remembered
from service.infra.db import Database
from tests.flows import counter, coupon_shop
from tests.flows.shop import TILL, Shop, another, day, goods

REMEMBERING: Final = (pathlib.Path(__file__).parent / "remembering.yaml").read_text()
CART: Final = (goods(2_000, category="tea"), goods(3_000, category="lamp"))
HOUR: Final = 1 / 24


class Mind:
    """The process that remembers; `elsewhere` is a shop at another process."""

    def __init__(self, db: Database, built: Built) -> None:
        self.db = db
        self.built = built
        self.elsewhere = Shop(db, another(db))
        self._other = another(db)
        self.asked = 0
        self.loaded: list[int] = []
        quotes: Any = built.reads._quotes
        load = quotes._load

        async def counted(asked: Any) -> Any:
            self.loaded.append(len(asked))
            return await load(asked)

        quotes._load = counted

    @classmethod
    async def open(cls, db: Database, source: str = REMEMBERING) -> "Mind":
        """With a program, at day 0."""
        mind = cls(db, another(db))
        await mind.elsewhere.show(day(0))
        await mind.elsewhere.publish(source)
        await mind.built.start()
        await mind._other.start()
        return mind

    async def ask(self, member: Any, *lines: LineIn, **fields: Any) -> dict[str, Any]:
        """What this process answers."""
        self.asked += 1
        return told(await self.built.reads.quote(TILL, asked(member, *lines, **fields)))

    async def right(self, member: Any, *lines: LineIn, **fields: Any) -> dict[str, Any]:
        """What one answers that remembers nothing."""
        quotes: Any = self._other.reads._quotes
        quotes._memory = remembered.Memory()
        return told(await self._other.reads.quote(TILL, asked(member, *lines, **fields)))

    async def again(self, member: Any, *lines: LineIn, **fields: Any) -> dict[str, Any]:
        """What both answer: the same."""
        mine = await self.ask(member, *lines, **fields)
        assert mine == await self.right(member, *lines, **fields)
        return mine

    async def by_heart(self, member: Any) -> dict[str, Any]:
        """Ask until it is remembered, with nothing due meanwhile; the answer."""
        await self.elsewhere.settle()
        await self.ask(member, *CART)
        before = len(self.loaded)
        answer = await self.again(member, *CART)
        assert len(self.loaded) == before
        return answer


def asked(member: Any, *lines: LineIn, **fields: Any) -> AskQuote:
    """A cart to be quoted."""
    return counter.basket(AskQuote, member, *(lines or CART), **fields)


def told(quote: Quote) -> dict[str, Any]:
    """The answer without what every moment makes another."""
    shown = msgspec.structs.asdict(quote)
    del shown["quote_id"], shown["valid_until"]
    shown["earned"] = [(one.wallet, one.amount) for one in quote.earned]
    return shown


def bonus(answer: dict[str, Any]) -> int:
    """Which rules gave bonus, as a sum of powers of two."""
    return sum(amount for wallet, amount in answer["earned"] if wallet == "bonus")


Act = Callable[[Shop, uuid.UUID], Awaitable[object]]


async def buys_tea(shop: Shop, member: uuid.UUID) -> object:
    """50.00, of which 20.00 tea; 6.00 go off the lamp."""
    return await shop.buy(uuid.uuid1().hex, member, *CART)


async def buys_a_piano(shop: Shop, member: uuid.UUID) -> object:
    """Lifts to gold."""
    return await shop.buy(uuid.uuid1().hex, member, goods(100, category="piano"))


async def buys_a_mug(shop: Shop, member: uuid.UUID) -> object:
    """A coupon into the list."""
    return await shop.buy(uuid.uuid1().hex, member, goods(100, category="mug"))


async def adjusts(shop: Shop, member: uuid.UUID) -> object:
    """500 units."""
    return await shop.adjust(member, 500)


async def moves(shop: Shop, member: uuid.UUID) -> object:
    """To Cracow."""
    return await shop.change(member, fields={"city": "Kraków"})


async def is_given_a_coupon(shop: Shop, member: uuid.UUID) -> object:
    """By hand."""
    return await coupon_shop.give(shop, member, "NEXT")


async def brings_back(shop: Shop, member: uuid.UUID) -> object:
    """Half of what was bought for it."""
    bought = await buys_tea(shop, member)
    return await shop.bring_back(uuid.uuid1().hex, bought.id, {0: None})  # type: ignore[attr-defined]


async def holds_and_leaves(shop: Shop, member: uuid.UUID) -> object:
    """What units there are, for six hours."""
    shown = await counter.quote(shop, member, *CART)
    units = shown.usable.points["points"].available
    if not units:
        return None
    return await counter.hold(
        shop, uuid.uuid1().hex, member, *CART, points=min(units, 4_400), hold_for=6 * 3600
    )


async def is_settled(shop: Shop, _: uuid.UUID) -> object:
    """By the job."""
    return await shop.settle()


async def does_nothing(_: Shop, __: uuid.UUID) -> object:
    """Only time goes by."""
    return None


ACTS: Final[tuple[Act, ...]] = (
    *(buys_tea, buys_a_piano, buys_a_mug, adjusts, moves, brings_back, holds_and_leaves),
    *(is_settled, is_settled, does_nothing, does_nothing),
)
HOURS: Final = (0, 0, 1, 3, 7, 24, 47, 49, 24 * 4, 24 * 5 + 1, 24 * 6, 24 * 12 + 1, 24 * 21)
Life = Sequence[tuple[Act, int]]


async def live(mind: Mind, life: Life) -> None:
    """A new member's; two carts are asked for after every act and again.

    A minute goes by before each act, so that no window ends in the middle of two answers.
    """
    shop = mind.elsewhere
    born = Profile(birth_date=(shop.shown or day(0)).date().replace(year=1992))
    member = (await shop.enrol(uuid.uuid1().hex, profile=born)).id
    for act, hours in life:
        await shop.show((shop.shown or day(0)) + dt.timedelta(hours=hours, minutes=1))
        await mind.again(member)
        await act(shop, member)
        for _ in range(2):
            await mind.again(member)
            await mind.again(member, goods(6_000, category="tea"), points=100)
