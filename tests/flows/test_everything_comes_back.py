"""Whatever is held, paid, exchanged and claimed in whatever order: once all of it is returned,
everybody has what he had, every card what was put on it, and every budget all of it."""

import asyncio
import datetime as dt
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.domain.budgets import store as budgets
from service.domain.holders import store as holders
from service.domain.purchases.basket import LineIn
from service.domain.purchases.types import HoldView, Mode
from service.flows.steps.returns.exchanging import ExchangeItems
from service.infra.batch import Overloaded
from service.kernel.errors import ExpectedError
from tests.flows.counter import beyond, buy, extend, hold, release, rich, sale, unique
from tests.flows.gift_card_shop import balance, block, issue, top_up, unblock
from tests.flows.shop import TILL, Shop, another, brought, goods
from tests.flows.steps.checkout.test_paying_by_card import by

STEPS = 60
POINTS = 2_000  # of who has a card from the start
CATEGORIES = ("tea", "lamp", "cake", "hat", "jam", "plain")
Lines = tuple[LineIn, ...]


class Crowd:
    """A few people, cards and codes, and what they have done; `shop`: where the next step is."""

    def __init__(self, seed: int, shops: list[Shop]) -> None:
        self.random = random.Random(seed)
        self.shops = shops
        self.people: dict[str, Any] = {}
        self.loads: dict[str, int] = {}
        self.codes: list[str] = []
        self.unclaimed = ["u1", "u2", "u3"]
        self.holds: list[tuple[HoldView, Any, Lines, dict[str, Any]]] = []
        self.left: dict[str, list[int]] = {}  # purchase -> units of each line that are left

    @classmethod
    async def gather(cls, seed: int, shops: list[Shop]) -> "Crowd":
        """Two members with points, three cards of 30.00, six codes."""
        crowd = cls(seed, shops)
        crowd.people = {n: await rich(shops[0], n, POINTS) for n in ("1", "2")}
        crowd.loads = {(await issue(shops[0], 3_000)).code: 3_000 for _ in range(3)}
        crowd.codes = await unique(shops[0], 6)
        return crowd

    def who(self) -> Any:
        """A member, nobody, or somebody with a card that is not claimed."""
        return self.random.choice([*self.people.values(), None, *self.unclaimed])

    def lines(self) -> Lines:
        """One to three lines of one to seven units."""
        draw = self.random
        return tuple(
            goods(
                draw.randint(100, 4_000),
                draw.choice((1, 2, 3, 7)),
                category=draw.choice(CATEGORIES),
            )
            for _ in range(draw.randint(1, 3))
        )

    def paying(self, who: Any) -> dict[str, Any]:
        """Points, cards and coupons, or none of them."""
        draw, found = self.random, dict[str, Any]()
        if who in self.people.values() and draw.random() < 0.5:
            found["points"] = draw.choice((100, 150, 300))
        if draw.random() < 0.6:
            codes = draw.sample(list(self.loads), draw.randint(1, 2))
            found["gift_cards"] = tuple(by(one, draw.choice((None, 333, 1_000))) for one in codes)
        coupons = [draw.choice(self.codes)] if draw.random() < 0.4 else []
        coupons += ["FEW-LEFT"] if draw.random() < 0.2 else []
        return found | ({"coupons": tuple(coupons)} if coupons else {})

    # -------------------------------------------------------------- steps

    async def hold(self, shop: Shop, _: int) -> None:
        """Under one of four keys, so that some are replaced."""
        who, lines = self.who(), self.lines()
        paying, key = self.paying(who), f"c{self.random.randint(1, 4)}"
        seconds = self.random.choice((60, 600))
        made = await hold(shop, key, who, *lines, hold_for=seconds, **paying)
        self.holds.append((made, who, lines, paying))

    def cart(self) -> tuple[Any, Lines, dict[str, Any]]:
        """A fresh one; or one that is held, sometimes with other lines, or by who signed up."""
        if not self.holds or self.random.random() < 0.3:
            who = self.who()
            return who, self.lines(), self.paying(who)
        made, who, lines, paying = self.random.choice(self.holds)
        lines = self.lines() if self.random.random() < 0.2 else lines
        who = self.random.choice(list(self.people.values())) if self.random.random() < 0.3 else who
        return who, lines, {**paying, "hold_id": made.id}

    async def buy(self, shop: Shop, n: int) -> None:
        """Before or after payment."""
        who, lines, fields = self.cart()
        await buy(shop, f"p{n}", who, *lines, mode=self.random.choice(list(Mode)), **fields)
        self.left[f"p{n}"] = [int(line.quantity) for line in lines]

    async def arrive_late(self, shop: Shop, n: int) -> None:
        """A unit comes back of a purchase that is not known yet."""
        who, lines, fields = self.cart()
        await shop.bring_back(f"r{n}", f"p{n}", {1: 1})
        await buy(shop, f"p{n}", who, *lines, mode=Mode.RECORD, **fields)
        self.left[f"p{n}"] = [int(line.quantity) - (not at) for at, line in enumerate(lines)]

    def some(self) -> tuple[str, int, int]:
        """Purchase, line and units that can come back."""
        found = [
            (key, at, units)
            for key, left in self.left.items()
            for at, units in enumerate(left)
            if units
        ]
        key, at, units = self.random.choice(found) if found else ("none", 0, 1)
        return key, at, self.random.randint(1, units)

    async def bring(self, shop: Shop, n: int) -> None:
        """Some units of a line."""
        key, at, units = self.some()
        if key in self.left:
            await shop.bring_back(f"r{n}", key, {at + 1: units})
            self.left[key][at] -= units

    async def exchange(self, shop: Shop, n: int) -> None:
        """Some units of a line for another cart, also of somebody else."""
        key, at, units = self.some()
        who, lines, fields = self.cart()
        body = ExchangeItems(
            bring=brought(f"r{n}", key, {at + 1: units}, channel="web"),
            buy=sale(f"p{n}", who, *lines, **fields),
        )
        if key in self.left:
            await shop.verbs.exchange_items(TILL, body)
            self.left[key][at] -= units
            self.left[f"p{n}"] = [int(line.quantity) for line in lines]

    async def change_hold(self, shop: Shop, _: int) -> None:
        """It lasts longer, or is let go."""
        if self.holds:
            hold_id = self.random.choice(self.holds)[0].id
            if self.random.random() < 0.5:
                await extend(shop, hold_id, self.random.choice((10, 300)))
            else:
                await release(shop, hold_id)

    async def wait(self, _: Shop, __: int) -> None:
        """Until some holds are over, or all; sometimes the job comes by."""
        shop = self.shops[0]
        assert shop.shown is not None
        await shop.show(shop.shown + dt.timedelta(seconds=self.random.choice((30, 61, 700))))
        if self.random.random() < 0.5:
            await shop.settle()

    async def claim(self, shop: Shop, _: int) -> None:
        """A card that was nobody's is a new member's."""
        if self.unclaimed:
            number = self.unclaimed.pop()
            self.people[number] = (await shop.enrol(number)).id

    async def change_card(self, shop: Shop, _: int) -> None:
        """A gift card is blocked, or not any more, or gets 5.00."""
        code = self.random.choice(list(self.loads))
        await self.random.choice((block, unblock, unblock))(shop, code=code)
        await top_up(shop, code, 500)
        self.loads[code] += 500

    # -------------------------------------------------------------- all of it

    def steps(self) -> list[Callable[[Shop, int], Awaitable[None]]]:
        """What may happen; what comes twice is more likely."""
        twice = [self.hold, self.buy, self.exchange, self.bring] * 2
        once = [self.arrive_late, self.change_hold, self.wait, self.claim, self.change_card]
        return [*twice, *once]

    async def step(self, n: int) -> bool:
        """Something happens, or is refused; answers whether it happened."""
        try:
            await self.random.choice(self.steps())(self.random.choice(self.shops), n)
        except (ExpectedError, Overloaded):
            return False
        return True

    async def return_all(self) -> None:
        """What is held is let go, and what is left of every purchase comes back."""
        for made, *_ in self.holds:
            if (await self.shops[0].reads.hold(made.id)).state == "open":
                await release(self.shops[0], made.id)
        for key, left in self.left.items():
            if any(left):
                await self.shops[0].bring_back(f"all-{key}", key)

    async def check(self) -> None:
        """Everybody has what he had."""
        shop = self.shops[0]
        for number, member in self.people.items():
            for wallet, view in (await shop.wallets(member)).items():
                had = POINTS if number in ("1", "2") and wallet == "points" else 0
                found = view.balance
                assert (found.available, found.pending, found.held, found.debt) == (had, 0, 0, 0)
        for code, amount in self.loads.items():
            assert await balance(shop, code) == (amount, 0)
        async with shop.db.transaction() as tx:
            await holders.clock(tx, shop.db.clock_offset)
            await budgets.collect(tx)
        assert await beyond(shop, "lamps") == (5_000, 0)
        assert await beyond(shop, "coupon:FEW") == (3, 0)


@pytest.mark.parametrize("at_once", [1, 5])
@pytest.mark.parametrize("seed", range(3))
async def test_everything_comes_back(checkout: Shop, seed: int, at_once: int) -> None:
    """One step after another, or several together, at two processes."""
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()
    crowd = await Crowd.gather(seed, [checkout, other])

    happened = 0
    for start in range(0, STEPS, at_once):
        came = await asyncio.gather(*(crowd.step(n) for n in range(start, start + at_once)))
        happened += sum(came)
    await crowd.return_all()

    await crowd.check()
    assert happened > STEPS // 4
    await other.built.gate.drain()
