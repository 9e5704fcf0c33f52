"""The state machine: after each thing that happens the service and the oracle agree."""

import datetime as dt
from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.domain.purchases.types import Mode
from tests.model import carts, compare
from tests.model.catalogue import Subject
from tests.model.driver import Driver
from tests.model.life import MINUTE, Buy, Life
from tests.oracle.program import Line
from tests.oracle.purchases import Purchase

STARTS: Final = (  # ordinary days, ends of months, the days around changes of the clocks
    dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC),
    dt.datetime(2027, 1, 30, 22, 30, tzinfo=dt.UTC),
    dt.datetime(2027, 3, 13, 12, tzinfo=dt.UTC),
    dt.datetime(2027, 9, 20, 18, tzinfo=dt.UTC),
    dt.datetime(2028, 2, 29, 15, tzinfo=dt.UTC),
)
HOURS: Final = st.sampled_from([1, 12, 36, 24 * 7, 24 * 14, 24 * 30, 24 * 61, 24 * 120])
WHO: Final = st.integers(0, 2)
PICK: Final = st.integers(0, 1000)
OLDEST: Final = dt.timedelta(days=390)  # the programs take purchases of the last 400 days
PARTS: Final = st.none() | st.sampled_from([500, 732, 1000, 5000])


class Members(RuleBasedStateMachine):
    """Members, time, purchases and what becomes of them. Subclasses set `driver` and `subject`;
    examples share the database, not the members."""

    driver: Driver
    subject: ClassVar[Subject]

    def __init__(self) -> None:
        super().__init__()
        self.life = self.new_life()

    def new_life(self) -> Life:
        """In which nothing has happened yet."""
        return Life(self.driver, self.subject, STARTS[0])

    # ------------------------------------------------------------ members and time

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: dt.datetime) -> None:
        """Two members at some time of the year; budgets are full."""
        self.life.now = start
        self.driver.set_clock(start)
        self.driver.refill_budgets()
        self.life.enrol()
        self.life.enrol()

    @precondition(lambda self: 0 < len(self.life.ids) < 3)
    @rule()
    def enrol(self) -> None:
        """Somebody joins."""
        self.life.enrol()

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        """Nothing happens for a while."""
        self.life.wait(dt.timedelta(hours=hours))

    @rule(pick=PICK, early=st.booleans())
    def wait_for_something_due(self, pick: int, early: bool) -> None:
        """To the very instant at which something is due, or to the minute before."""
        now = self.life.now
        due = sorted(self.life.due(now + 2 * MINUTE))[:30]
        if due:
            at = due[pick % len(due)]
            self.life.wait((at - MINUTE if early else at) - now)

    # ------------------------------------------------------------ purchases

    @rule(
        who=WHO,
        lines=carts.lines(),
        channel=st.sampled_from(["web", "app", "pos"]),
        mode=st.sampled_from(Mode),
    )
    def buy(self, who: int, lines: tuple[Line, ...], channel: str, mode: Mode) -> None:
        """A purchase now."""
        buy = (self.life.key("buy"), self.life.member(who), lines, self.life.now)
        self.life.buy(buy, channel, mode)

    @precondition(lambda self: self.life.calls)
    @rule(pick=PICK)
    def repeat_a_call(self, pick: int) -> None:
        """Any earlier call again: the same answer, marked as a replay, and no effect."""
        past = self.life.calls[pick % len(self.life.calls)]
        answer = past.again()
        assert answer.replayed
        compare.same(answer.body, past.body, "again")
        self.life.wait()

    # ------------------------------------------------------------ returns of items

    @precondition(lambda self: self.life.world.purchases)
    @rule(data=st.data(), pick=PICK, ago=st.integers(0, 5000))
    def bring_back(self, data: st.DataObject, pick: int, ago: int) -> None:
        """Some or all of a purchase comes back, reported at once or later."""
        known = list(self.life.world.purchases.values())
        purchase = known[pick % len(known)]
        self._bring_back(data, purchase, max(purchase.at, self.life.now - ago * MINUTE))

    @precondition(lambda self: len(self.life.awaited) < 2)
    @rule(wanted=st.none() | st.dictionaries(st.integers(1, 4), PARTS, min_size=1))
    def bring_back_before_it_is_known(self, wanted: dict[int, int | None] | None) -> None:
        """A return arrives whose purchase does not."""
        key = self.life.key("awaited")
        self.life.awaited[key] = self.life.now
        self.life.bring_back(key, "pos", wanted, self.life.now)

    @precondition(lambda self: self.life.awaited)
    @rule(who=WHO, lines=carts.lines(), ago=st.integers(0, 24 * 60 * 40), second=st.booleans())
    def report_what_came_back(
        self, who: int, lines: tuple[Line, ...], ago: int, second: bool
    ) -> None:
        """The purchase a return waits for arrives, perhaps after another return of it."""
        key, since = next(iter(self.life.awaited.items()))
        if second:
            self.life.bring_back(key, "pos", {1: 300}, self.life.now)
        del self.life.awaited[key]
        at = max(self.life.now - OLDEST, min(since, self.life.now) - ago * MINUTE)
        buy = (key, self.life.member(who), lines, self.life.free_instant(at))
        self.life.buy(buy, "pos")

    def _bring_back(self, data: st.DataObject, purchase: Purchase, at: dt.datetime) -> None:
        left = self.life.left(purchase)
        wanted = None
        if any(left) and data.draw(st.booleans()):
            wanted = data.draw(carts.some_of(purchase.lines, left))
        self.life.bring_back(purchase.key, purchase.channel, wanted, at)

    # ------------------------------------------------------------ cards of nobody, corrections

    @rule(
        lines=carts.lines(),
        ago=st.integers(0, 24 * 60 * 50),
        again=st.booleans(),
        channel=st.sampled_from(["web", "app"]),
    )
    def buy_with_a_card_of_nobody(
        self, lines: tuple[Line, ...], ago: int, again: bool, channel: str
    ) -> None:
        """A purchase under a card that no member has."""
        if not (again and self.life.cards):
            self.life.cards.append(self.life.key("stray"))
        at = self.life.free_instant(self.life.now - ago * MINUTE)
        self.life.buy_unmatched(self.life.cards[-1], lines, at, channel)

    @precondition(lambda self: self.life.cards)
    @rule(who=WHO, pick=PICK)
    def claim(self, who: int, pick: int) -> None:
        """A member turns out to be the one with that card."""
        card = self.life.cards.pop(pick % len(self.life.cards))
        self.life.claim(self.life.member(who), card)

    @rule(who=WHO, wallet=st.integers(0, 2), amount=st.integers(-150, 120))
    def adjust(self, who: int, wallet: int, amount: int) -> None:
        """A correction by hand; more than is available is refused."""
        if amount:
            name = self.life.program.wallets[wallet].id
            self.life.adjust(self.life.member(who), name, amount)

    # ------------------------------------------------------------ what must always hold

    @invariant()
    def agree(self) -> None:
        """Wallets and tiers are the oracle's, for everybody."""
        now = self.life.now
        instants = (now + compare.AHEAD, now - compare.BACK)
        answers = self.driver.answers(list(self.life.ids.values()), instants)
        for name, answer in zip(self.life.ids, answers, strict=True):
            compare.member(self.life.world, name, answer, now)

    @invariant()
    def tables_hold(self) -> None:
        """The tables agree with themselves and with the events."""
        compare.same(self.driver.broken(list(self.life.ids.values())), [], "tables")


class Model(Members):
    """And purchases that arrive late or together, and debt."""

    @rule(
        who=WHO,
        lines=carts.lines(),
        channel=st.sampled_from(["web", "app"]),
        ago=st.integers(1, 24 * 60 * 100),
    )
    def report_late(self, who: int, lines: tuple[Line, ...], channel: str, ago: int) -> None:
        """A purchase of some minutes to some months ago arrives now."""
        at = self.life.free_instant(self.life.now - ago * MINUTE)
        self.life.buy((self.life.key("late"), self.life.member(who), lines, at), channel)

    @rule(who=WHO, lines=carts.lines(), pick=PICK)
    def report_late_at_an_end(self, who: int, lines: tuple[Line, ...], pick: int) -> None:
        """A purchase arrives late that happened at the very instant something else was due."""
        since = self.life.now - dt.timedelta(days=300)
        found = self.life.due(since)
        due = sorted(at for at in found if at < self.life.now)
        if due:
            at = self.life.free_instant(due[pick % len(due)])
            self.life.buy((self.life.key("late"), self.life.member(who), lines, at), "pos")

    @rule(
        lines=st.lists(carts.lines(), min_size=2, max_size=5), shift=WHO, one_request=st.booleans()
    )
    def buy_at_once(self, lines: list[tuple[Line, ...]], shift: int, one_request: bool) -> None:
        """Several purchases arrive together: by one request several of a member, else one each."""
        members = list(self.life.ids)
        receipts = lines if one_request else lines[: len(members)]
        buys: list[Buy] = [
            (
                self.life.key("batch"),
                members[(n + shift) % len(members)],
                receipt,
                self.life.now - dt.timedelta(seconds=len(receipts) - n),
            )
            for n, receipt in enumerate(receipts)
        ]
        self.life.buy_at_once(buys, one_request=one_request)

    @rule(who=WHO, lines=carts.lines(), copies=st.integers(2, 4))
    def send_one_purchase_many_times(self, who: int, lines: tuple[Line, ...], copies: int) -> None:
        """The same purchase several times at the same moment: one effect, the others replays."""
        buy = (self.life.key("same"), self.life.member(who), lines, self.life.now)
        body = self.life.body(buy, "web", Mode.AUTHORISE)
        answers = self.driver.purchases_at_once([body] * copies)
        assert sorted(answer.replayed for answer in answers) == [False] + [True] * (copies - 1)
        first = next(answer for answer in answers if not answer.replayed)
        assert all(answer.body == first.body for answer in answers)
        self.life.bought(buy, body, first, "web")
        self.life.wait()

    @precondition(lambda self: self.life.world.owners)
    @rule(data=st.data(), pick=PICK, keep=st.integers(0, 20))
    def spend_and_bring_back(self, data: st.DataObject, pick: int, keep: int) -> None:
        """Nearly all that is available goes, then a purchase comes back: from here comes debt."""
        world = self.life.world
        key = list(world.owners)[pick % len(world.owners)]
        for wallet in self.life.program.wallets:
            available = world.balance(world.owners[key], wallet.id, self.life.now).available
            if available > keep and not wallet.qualifying:
                self.life.adjust(world.owners[key], wallet.id, keep - available)
        self._bring_back(data, world.purchases[key], self.life.now)

    @rule(who=WHO, wallet=st.integers(0, 2), thirds=st.integers(1, 3))
    def spend(self, who: int, wallet: int, thirds: int) -> None:
        """Some or all of what is available goes."""
        member, name = self.life.member(who), self.life.program.wallets[wallet].id
        amount = self.life.world.balance(member, name, self.life.now).available * thirds // 3
        if amount:
            self.life.adjust(member, name, -amount)
