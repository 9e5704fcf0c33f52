"""What is quoted is what is held, and what is recorded: drawn carts of drawn members.

Each example is a short life of a shop of its own. A cart is quoted twice (what is remembered of the
member decides the second time), held perhaps, quoted with its hold, and paid; some that are held
change before they are paid. What a quote tells cannot be had is refused, and the rest is asked for.
"""

import asyncio
import contextlib
import datetime as dt
import pathlib
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.purchases.basket import GiftCardIn, LineIn
from service.domain.purchases.types import HoldView, NotAppliedShown, Quote, Receipt
from service.infra.db import Database
from service.kernel.errors import ExpectedError
from service.rules.cart import LineKind
from tests.databases import Fresh, Server
from tests.flows.counter import buy, hold, quote, unique
from tests.flows.coupon_shop import give
from tests.flows.gift_card_shop import issue
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import Shop, day, goods

PROMISES: Final = (pathlib.Path(__file__).parent / "promises.yaml").read_text()
EXAMPLES: Final = 60
CARTS: Final = 2  # of each example

PRICED: Final = (
    *("member_id", "program_version", "currency", "subtotal", "discount", "total", "due", "lines"),
    *("effects", "redeemed", "gift_cards", "coupons", "not_applied"),
)
NO_FAILURE: Final = {"condition_failed", "excluded_by", "no_effect"}  # told, and refuses nothing

# ------------------------------------------------------------------ what is drawn

AMOUNTS = st.sampled_from([1, 99, 333, 1000, 1499, 1500, 2000, 2999, 4000, 5001, 12_000])
LINES = st.lists(
    st.builds(
        goods,
        AMOUNTS,
        quantity=st.sampled_from([1, 1, 2, 3, 7, "0.732"]),
        category=st.sampled_from([None, "tea", "tea", "coffee", "coffee", "tobacco"]),
        brand=st.sampled_from([None, "acme"]),
        kind=st.sampled_from([LineKind.GOODS] * 6 + [LineKind.SHIPPING, LineKind.GIFT_CARD]),
    ),
    min_size=1,
    max_size=4,
)
CODES = st.lists(
    st.sampled_from(
        [
            *("GIVE-FIVE", "TENTH10", "HOT-TEA", "DOUBLE2", "daily77", "NO-SUCH-CODE"),
            *("ALONE", "ONE", "ONE again", "TWICE", "THANKS"),
        ]
    ),
    max_size=4,
    unique=True,
)
CHANNELS = st.sampled_from(["web", "app", "pos"])


@dataclass(frozen=True)
class Cart:
    """`codes`: shared ones, or names of the member's own; `points`, `cash`: units to pay with."""

    lines: tuple[LineIn, ...]
    codes: tuple[str, ...]
    points: int
    cash: int
    card: int


@st.composite
def carts(draw: st.DrawFn) -> Cart:
    """A cart; most pay with nothing but money."""
    return Cart(
        tuple(draw(LINES)),
        tuple(draw(CODES)),
        draw(st.sampled_from([0, 0, 14, 21, 70, 15])),
        draw(st.sampled_from([0, 0, 0, 1, 250])),
        draw(st.sampled_from([0, 0, 100, 1000, 9999])),
    )


@dataclass(frozen=True)
class Visit:
    """A cart that is asked for and paid, `hours` after the one before."""

    who: int
    cart: Cart
    asked_in: str
    paid_in: str
    held: bool
    instead: Cart | None
    hours: int


VISITS = st.lists(
    st.builds(
        Visit,
        who=st.integers(0, 3),
        cart=carts(),
        asked_in=CHANNELS,
        paid_in=CHANNELS,
        held=st.booleans(),
        instead=st.none() | carts(),
        hours=st.sampled_from([0, 0, 1, 13, 20, 24 * 8, 24 * 40]),
    ),
    min_size=CARTS,
    max_size=CARTS,
)

# ------------------------------------------------------------------ the shop


@dataclass(frozen=True)
class People:
    """Who comes to the shop: nobody; a card that is nobody's; a new member; a silver one who has a
    household. `own`: their codes; `card`: a gift card that all of them know."""

    members: tuple[Any, ...]
    own: dict[Any, dict[str, str]]
    card: str


async def people(shop: Shop) -> People:
    """Everybody with what they have, at day 0."""
    sharing = Sharing(shop)
    ola, jan = [(await shop.enrol(number)).id for number in ("1", "2")]
    await shop.adjust(jan, 120, "status")
    home = await sharing.household(ola, jan)
    for wallet, units in (("points", 100), ("cash", 500)):
        await shop.adjust(ola, units, wallet)
        await sharing.pool(home, ola, units // 2, wallet)
        await sharing.draw(home, jan, units // 4, wallet)
    own: dict[Any, dict[str, str]] = {}
    for member, owner in ((None, ola), ("stray", jan), (ola, ola), (jan, jan)):
        one, other = await unique(shop, 2, "ONE")
        own[member] = {"ONE": one, "ONE again": other}
        for template in ("ALONE", "TWICE"):
            (own[member][template],) = await unique(shop, 1, template)
        own[member]["THANKS"] = (await give(shop, owner, "THANKS")).code
    return People((None, "stray", ola, jan), own, (await issue(shop, 3_000)).code)


@pytest.fixture(scope="module")
def promised(server: Server) -> Iterator[tuple[Fresh, People]]:
    """A database with the program and the people, to make others from."""
    fresh = server.create()

    async def begin() -> People:
        async with opened(fresh) as shop:
            await shop.publish(PROMISES)
            return await people(shop)

    yield fresh, asyncio.run(begin())
    server.drop(fresh)


@contextlib.asynccontextmanager
async def opened(fresh: Fresh) -> AsyncIterator[Shop]:
    """A shop on the database."""
    db = await Database.open(fresh.url)
    try:
        shop = await Shop.open(db)
        yield shop
        await shop.built.gate.drain()
    finally:
        await db.close()


class Life:
    """A shop with those who come to it, and what they have."""

    def __init__(self, shop: Shop, known: People) -> None:
        self.shop = shop
        self.people = known
        self.paid = 0

    def fields(self, member: Any, cart: Cart) -> dict[str, Any]:
        """The cart as a request has it."""
        codes = tuple(self.people.own[member].get(code, code) for code in cart.codes)
        units = {"points": cart.points, "cash": cart.cash}
        named: dict[str, Any] = {"coupons": codes} | {w: n for w, n in units.items() if n}
        if cart.card:
            named["gift_cards"] = (GiftCardIn(code=self.people.card, amount=cart.card),)
        return named

    async def visit(self, visit: Visit) -> None:
        """Quote, perhaps hold, and pay; what was told each time is the same."""
        member, shop, more = self.people.members[visit.who], self.shop, dict[str, Any]()
        if visit.hours and shop.shown is not None:
            await shop.show(shop.shown + dt.timedelta(hours=visit.hours))
        channel = visit.asked_in
        cart, asked = await self._offered(member, visit.cart, channel=channel)
        if visit.held:
            placed = await hold(
                shop, f"c{uuid.uuid1()}", member, *cart.lines, channel=channel,
                **self.fields(member, cart),
            )  # fmt: skip
            assert priced(placed) == priced(asked)
            more["hold_id"] = placed.id
            again = await self._quoted(member, cart, channel=channel, **more)
            assert decided(again) == decided(asked)
            if visit.instead is None:
                channel = visit.paid_in  # what a hold pins is the same wherever it is paid
            else:
                cart, asked = await self._offered(member, visit.instead, channel=channel, **more)
        bought = await self._buy(member, cart, channel=channel, **more)
        assert decided(bought) == decided(asked)

    async def _offered(self, member: Any, cart: Cart, **more: Any) -> tuple[Cart, Quote]:
        """The cart without what cannot be had: as long as it is quoted so, recording refuses it."""
        asked = await self._quoted(member, cart, **more)
        while failures(asked):
            with pytest.raises(ExpectedError):
                await self._buy(member, cart, **more)
            cart = without(cart, failures(asked))
            asked = await self._quoted(member, cart, **more)
        return cart, asked

    async def _buy(self, member: Any, cart: Cart, **more: Any) -> Receipt:
        self.paid += 1
        given = self.fields(member, cart) | more
        return await buy(self.shop, f"p{self.paid}", member, *cart.lines, **given)

    async def _quoted(self, member: Any, cart: Cart, **more: Any) -> Quote:
        given = self.fields(member, cart) | more
        first = await quote(self.shop, member, *cart.lines, **given)
        second = await quote(self.shop, member, *cart.lines, **given)
        assert decided(first) == decided(second)
        assert first.usable == second.usable
        return first


def priced(shown: Quote | HoldView | Receipt) -> dict[str, Any]:
    """What it costs, and why."""
    return {name: getattr(shown, name) for name in PRICED}


def decided(shown: Quote | Receipt) -> dict[str, Any]:
    """The same with what it earns, and where the member stands then."""
    earned = sorted((one.wallet, one.amount) for one in shown.earned)
    return priced(shown) | {"earned": earned, "tier": shown.tier}


def failures(shown: Quote) -> list[NotAppliedShown]:
    """What was asked for and is not to be had: for each of them recording refuses the whole."""
    return [
        one for one in shown.not_applied if one.wallet is not None or one.reason not in NO_FAILURE
    ]


def without(cart: Cart, what: list[NotAppliedShown]) -> Cart:
    """The cart, no longer asking for that."""
    wallets = {one.wallet for one in what}
    codes = {one.position for one in what if one.coupon is not None}
    return Cart(
        lines=cart.lines,
        codes=tuple(code for n, code in enumerate(cart.codes) if n not in codes),
        points=0 if "points" in wallets else cart.points,
        cash=0 if "cash" in wallets else cart.cash,
        card=0 if any(one.gift_card is not None for one in what) else cart.card,
    )


async def live(fresh: Fresh, known: People, visits: list[Visit]) -> None:
    """One example."""
    async with opened(fresh) as shop:
        await shop.built.start()
        await shop.show(day(0.1))
        life = Life(shop, known)
        for visit in visits:
            await life.visit(visit)
        await shop.built.gate.drain()
        assert await shop.faults() == []


@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(visits=VISITS)
def test_what_is_quoted_is_held_and_recorded(
    server: Server, promised: tuple[Fresh, People], visits: list[Visit]
) -> None:
    published, known = promised
    fresh = server.create(published.name)
    try:
        asyncio.run(live(fresh, known, visits))
    finally:
        server.drop(fresh)
