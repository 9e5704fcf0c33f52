"""Whatever a desk does in whatever order, each member has what follows from what is left.

Purchases of three kinds go from member to member, come back in parts and are voided; wallets are
adjusted and adjustments undone. The oracle is a few lines: nobody reaches silver, nothing expires
(or the total is not asked for, only whether the ledger adds up), no budget runs out.
"""

import datetime as dt
import random
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from service.kernel.errors import ExpectedError
from tests.flows.moves import move
from tests.flows.shop import Shop, day, goods
from tests.flows.undoing import MANAGER, undo

STEPS: Final = 16
LINES: Final = {
    "cake": [goods(600, category="cake") for _ in range(3)],  # 60 stars while any is left
    "acme": [goods(900, 3, brand="acme"), goods(600, 2, brand="acme")],  # 10 stars each
    "plain": [goods(2_000, 2)],
}


class Bought:
    """A purchase: whose it is, how many units of each line are left."""

    def __init__(self, key: str, purchase_id: uuid.UUID, holder: uuid.UUID) -> None:
        self.key = key
        self.id = purchase_id
        self.holder = holder
        self.left = [int(line.quantity) for line in LINES[key]]

    @property
    def units(self) -> int:
        """All of them."""
        return sum(self.left)

    def earned(self) -> Counter[str]:
        """What its member has of it: a point and a status for each euro left, and stars."""
        lines = zip(LINES[self.key], self.left, strict=True)
        euros = sum((line.amount or 0) * n // int(line.quantity) for line, n in lines) // 100
        stars = {"cake": 60 * (self.units > 0), "acme": 10 * self.units, "plain": 0}[self.key]
        return Counter(points=euros, status=euros, stars=stars)


class Walk:
    """Members, purchases and adjustments, and a next step."""

    def __init__(self, shop: Shop, seed: int, step: dt.timedelta) -> None:
        self.shop = shop
        self.dice = random.Random(seed)  # a test that fails can be run again
        self.step = step
        self.members: list[uuid.UUID] = []
        self.bought: list[Bought] = []
        self.adjusted: dict[uuid.UUID, tuple[uuid.UUID, str, int]] = {}  # those that stand
        self.done: Counter[str] = Counter()

    async def begin(self) -> None:
        """Three members, three purchases on day 0."""
        self.members = [(await self.shop.enrol(str(n))).id for n in range(3)]
        for key, lines in LINES.items():
            holder = self.dice.choice(self.members)
            made = await self.shop.buy(key, holder, *lines, at=day(0))
            self.bought.append(Bought(key, made.id, holder))

    async def go(self) -> None:
        """One step; what is refused has changed nothing."""
        steps: list[Callable[[], Awaitable[None]]] = [
            *([self.move] * 3),
            *(self.bring_back, self.adjust, self.undo, self.void, self.wait),
        ]
        step = self.dice.choice(steps)
        try:
            await step()
            self.done[step.__name__] += 1
        except ExpectedError as refusal:
            self.done[type(refusal).__name__] += 1

    async def move(self) -> None:
        """A purchase goes to another member."""
        one = self.dice.choice(self.bought)
        to = self.dice.choice([member for member in self.members if member != one.holder])
        await move(self.shop, one.id, one.holder, to)
        one.holder = to

    async def bring_back(self) -> None:
        """Units of a line come back."""
        one = self.dice.choice(self.bought)
        line = self.dice.randrange(len(one.left))
        units = self.dice.randint(1, max(1, one.left[line]))
        await self.shop.bring_back(f"r-{self.done.total()}", one.id, {line: units})
        one.left[line] -= units

    async def adjust(self) -> None:
        """A few units by hand."""
        member, wallet = self.dice.choice(self.members), self.dice.choice(["points", "stars"])
        amount = self.dice.choice([-20, -7, 5, 30])
        made = await self.shop.adjust(member, amount, wallet)
        self.adjusted[made.id] = (member, wallet, amount)

    async def undo(self) -> None:
        """An adjustment that stands is taken back."""
        if self.adjusted:
            op_id = self.dice.choice(list(self.adjusted))
            await undo(self.shop, op_id, MANAGER)
            del self.adjusted[op_id]

    async def void(self) -> None:
        """Now and then a purchase is as if it had not been."""
        if self.dice.random() < 0.3:
            one = self.dice.choice(self.bought)
            await undo(self.shop, one.id, MANAGER)
            one.left = [0] * len(one.left)

    async def wait(self) -> None:
        """Time goes by; the job has run or has not."""
        assert self.shop.shown is not None
        await self.shop.show(self.shop.shown + self.step)
        if self.dice.random() < 0.5:
            await self.shop.settle()

    def wanted(self, member: uuid.UUID) -> Counter[str]:
        """What a member has and owes, taken together."""
        found = Counter(points=0, status=0, stars=0)
        for one in self.bought:
            if one.holder == member:
                found.update(one.earned())
        for of, wallet, amount in self.adjusted.values():
            found[wallet] += amount if of == member else 0
        return found


@pytest.mark.parametrize("seed", range(5))
async def test_everybody_has_what_is_left_of_theirs(desk: Shop, seed: int) -> None:
    walk = Walk(desk, seed, dt.timedelta(hours=3))
    await walk.begin()

    for _ in range(STEPS):
        await walk.go()

    assert walk.done["move"] > 1
    for member in walk.members:
        balances = {name: one.balance for name, one in (await desk.wallets(member)).items()}
        found = {
            name: of.available + of.pending + of.held - of.debt for name, of in balances.items()
        }
        assert {name: found[name] for name in ("points", "status", "stars")} == walk.wanted(member)
    (acme,) = (one for one in walk.bought if one.key == "acme")
    assert await desk.left("acme-weeks") == 100 - 10 * acme.units


@pytest.mark.parametrize("seed", range(5, 8))
async def test_the_ledger_adds_up_also_when_units_lapse_meanwhile(desk: Shop, seed: int) -> None:
    """Nine days at a time: pending points are released, stars lapse. The fixture verifies."""
    walk = Walk(desk, seed, dt.timedelta(days=9))
    await walk.begin()

    for _ in range(STEPS):
        await walk.go()

    assert walk.done["wait"] > 0
    assert walk.done["move"] > 0
