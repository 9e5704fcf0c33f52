"""What does not depend on the order in which purchases and returns arrive.

By semantics.md 4: the wallet totals (available + pending - debt) of rules without tier, history,
limit or budget conditions while no lot expired in between; the qualifying total of every window;
the tier now. The program `plain` has such rules only, and its units live for two years.
"""

import datetime as dt
import pathlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.domain.purchases.types import Mode
from service.domain.returns.types import RecordReturn
from tests.databases import Server
from tests.model import carts
from tests.model.driver import Driver
from tests.model.programs import plain
from tests.oracle.days import Span
from tests.oracle.program import Line
from tests.oracle.world import World

NOON: Final = dt.datetime(2027, 6, 14, 12, tzinfo=dt.UTC)  # when the first thing arrives
SOURCE: Final = pathlib.Path(__file__).parent / "programs" / "plain.yaml"
WALLETS: Final = ("points", "stars", "status")
DAY: Final = dt.timedelta(days=1)
LATER: Final = (dt.timedelta(0), 45 * DAY, 110 * DAY)  # after the last arrival


@dataclass(frozen=True)
class Buy:
    """A purchase of so many minutes before noon."""

    number: int
    ago: int
    lines: tuple[Line, ...]

    def at(self) -> dt.datetime:
        """When it took place."""
        return NOON - dt.timedelta(minutes=self.ago)


@dataclass(frozen=True)
class Back:
    """A return of some of it: thousandths per line, None for all that is left of the line."""

    number: int
    wanted: tuple[tuple[int, int | None], ...]


Action = Buy | Back


@dataclass(frozen=True)
class Standing:
    """What must come out the same: units per wallet, and of each ladder total, tier and history."""

    wallets: dict[str, int]
    totals: dict[str, int]
    tiers: dict[str, str]


@st.composite
def histories(draw: st.DrawFn) -> list[Action]:
    """Three or four purchases of the last weeks and two or three returns, no line twice."""
    agos = draw(st.lists(st.integers(1, 60 * 24 * 60), min_size=3, max_size=4, unique=True))
    buys = [Buy(number, ago, draw(carts.lines())) for number, ago in enumerate(agos)]
    lines = [(buy.number, n) for buy in buys for n in range(1, len(buy.lines) + 1)]
    backs: list[Action] = []
    for number, n in draw(st.lists(st.sampled_from(lines), min_size=2, max_size=3, unique=True)):
        bought = buys[number].lines[n - 1].quantity
        units = draw(st.none() | st.integers(1, bought))
        backs.append(Back(number, ((n, units),)))
    return [*buys, *backs]


@dataclass(frozen=True)
class Case:
    """The same actions in several orders, with days between arrivals."""

    orders: list[list[Action]]
    waits: list[int]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Two orders of one history; the units of a first purchase have been spent before."""
    actions = draw(histories())
    orders = [draw(st.permutations(actions)) for _ in range(2)]
    waits = draw(st.lists(st.sampled_from([0, 0, 1, 9, 14]), min_size=8, max_size=8))
    return Case(orders, waits)


@pytest.fixture(scope="module")
def driver(server: Server) -> Iterator[Driver]:
    """The service with the program `plain`, for all examples."""
    fresh = server.create()
    driver = Driver(fresh.url, SOURCE.read_text(encoding="utf-8"), "NZD")
    yield driver
    driver.close()
    server.drop(fresh)


FIRST: Final = (Line("first", 2000, 8000, category="coffee"),)  # 80 status, 250 points, 26 stars
COUNTER: Final = iter(range(1, 1_000_000))


class Told:
    """One member to whom everything happens in one order, told to the service and to the oracle."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.name = f"told-{next(COUNTER)}"
        self.world = World(plain.PROGRAM, Span(400, "day"))
        self.now = NOON - 100 * DAY
        driver.set_clock(self.now)
        view = driver.enrol(self.name)
        self.member: uuid.UUID = view.id
        self.world.enrol(self.name, view.enrolled_at)
        self._spend_first()

    def _spend_first(self) -> None:
        """A purchase whose units are spent: when it comes back, that is debt."""
        self.tell(Buy(99, 100 * 24 * 60, FIRST))
        self.wait(20)
        for wallet in ("points", "stars"):
            units = -self.world.balance(self.name, wallet, self.now).available
            answer = self.driver.adjust(self.member, wallet, units, f"{self.name}-{wallet}-spent")
            self.world.adjust(self.name, wallet, units, answer.body.recorded_at)
        self.wait((NOON - self.now) // DAY)

    def wait(self, days: int) -> None:
        """Time goes by."""
        self.now += days * DAY
        self.driver.set_clock(self.now)

    def tell(self, action: Action) -> None:
        """It arrives, at the service and at the oracle."""
        key = f"{self.name}-{action.number}"
        if isinstance(action, Buy):
            at = action.at()
            body = self.driver.body(key, self.member, action.lines, at, "pos", Mode.RECORD)
            now = self.driver.purchase(body).body.recorded_at
            self.world.purchase(key, self.name, action.lines, at, now, "pos")
        else:
            wanted = dict(action.wanted)
            answer = self.driver.bring_back(self.return_of(key, action))
            assert answer.parked == (self.world.bring_back(key, wanted, self.now, self.now) is None)

    def return_of(self, key: str, action: Back) -> RecordReturn:
        """It, as a request named after its lines."""
        name = f"{key}-{'-'.join(str(n) for n, _ in action.wanted)}-back"
        return self.driver.return_body(name, ("pos", key), dict(action.wanted), self.now)

    def served(self) -> Standing:
        """As the service has it."""
        wallets = self.driver.wallets(self.member).wallets
        ladders = self.driver.tier(self.member).ladders
        return Standing(
            {
                name: wallets[name].balance.available
                + wallets[name].balance.pending
                - wallets[name].balance.debt
                for name in WALLETS
            },
            {name: ladder.progress.total for name, ladder in ladders.items()},
            {name: ladder.progress.tier for name, ladder in ladders.items()},
        )

    def expected(self) -> Standing:
        """As the oracle has it."""
        world, name, now = self.world, self.name, self.now
        books = {wallet: world.balance(name, wallet, now) for wallet in WALLETS}
        ladders = [ladder.id for ladder in plain.PROGRAM.ladders]
        return Standing(
            {wallet: b.available + b.pending - b.debt for wallet, b in books.items()},
            {ladder: world.ladder(name, ladder, now).total(now) for ladder in ladders},
            {ladder: world.tier(name, ladder, now) for ladder in ladders},
        )


def live(driver: Driver, order: Sequence[Action], waits: Sequence[int]) -> list[Standing]:
    """What stands after the last arrival and some time later, the oracle agreeing each time."""
    told = Told(driver)
    for action, wait in zip(order, waits, strict=False):
        told.tell(action)
        told.wait(wait)
    found = []
    end = NOON + sum(waits) * DAY  # the same for every order
    for later in LATER:
        told.now = end + later
        driver.set_clock(told.now)
        found.append(told.served())
        assert found[-1] == told.expected()
    return found


FIRST_BACK: Final = Back(99, ((1, None),))


@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases(), first_back_at=st.integers(0, 7))
@example(
    case=Case(
        [
            [Back(0, ((1, None),)), Buy(0, 50, FIRST), Buy(1, 90, FIRST), Back(1, ((1, 500),))],
            [Buy(1, 90, FIRST), Buy(0, 50, FIRST), Back(1, ((1, 500),)), Back(0, ((1, None),))],
        ],
        [0, 14, 0, 1, 0, 0, 0, 0],
    ),
    first_back_at=1,
)
def test_arrival_in_any_order_comes_to_the_same(
    driver: Driver, case: Case, first_back_at: int
) -> None:
    orders = [list(order) for order in case.orders]
    for n, order in enumerate(orders):
        order.insert((first_back_at + 3 * n) % (len(order) + 1), FIRST_BACK)
    first, *others = [live(driver, order, case.waits) for order in orders]
    for other in others:
        assert other == first


@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(actions=histories())
def test_arrival_at_one_moment_comes_to_the_same(driver: Driver, actions: list[Action]) -> None:
    """All of it at once, whichever gets there first; returns may overtake their purchases."""
    told, in_order = Told(driver), Told(driver)
    driver.run(_all_at_once(told, [*actions, FIRST_BACK]))
    for action in [*actions, FIRST_BACK]:
        in_order.tell(action)
    assert in_order.served() == in_order.expected()
    assert told.served() == in_order.served()


async def _all_at_once(told: Told, actions: Sequence[Action]) -> None:
    await told.driver.everything_at_once(
        [
            told.driver.body(
                f"{told.name}-{action.number}",
                told.member,
                action.lines,
                action.at(),
                "pos",
                Mode.RECORD,
            )
            if isinstance(action, Buy)
            else told.return_of(f"{told.name}-{action.number}", action)
            for action in actions
        ]
    )
