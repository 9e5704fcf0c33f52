"""The state machine: whatever happens to members, the service and the oracle agree after each step.

`now` is the instant at which the next thing happens. Every call moves it on by a minute, so no two
things of a member happen at one instant, and the few milliseconds of a call decide nothing.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.domain.purchases.types import Mode, Receipt, RecordPurchase
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from tests.model import carts, compare
from tests.model.catalogue import Subject
from tests.model.driver import Driver
from tests.oracle.program import Line
from tests.oracle.purchases import Purchase
from tests.oracle.world import Refused, World

MINUTE = dt.timedelta(minutes=1)
STARTS = (  # ordinary days, ends of months, the days around changes of the clocks
    dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC),
    dt.datetime(2027, 1, 30, 22, 30, tzinfo=dt.UTC),
    dt.datetime(2027, 3, 13, 12, tzinfo=dt.UTC),
    dt.datetime(2027, 9, 20, 18, tzinfo=dt.UTC),
    dt.datetime(2028, 2, 29, 15, tzinfo=dt.UTC),
)
LEAPS = st.sampled_from([1, 12, 36, 24 * 7, 24 * 14, 24 * 30, 24 * 61, 24 * 120])  # hours


@dataclass(frozen=True)
class Past:
    """A call that was made, to be made again: it must answer the same and change nothing."""

    again: Callable[[], Answer[Any]]
    body: Any


def answer_or_refusal(call: Callable[[], Answer[Any]]) -> Answer[Any] | ExpectedError:
    """What the service says, yes or no."""
    try:
        return call()
    except ExpectedError as refusal:
        return refusal


class Model(RuleBasedStateMachine):
    """Subclasses set `driver` and `subject`; examples share the database."""

    driver: ClassVar[Driver]
    subject: ClassVar[Subject]
    lives: ClassVar[Iterator[int]] = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.life = next(self.lives)
        self.world = World(self.subject.twin, self.subject.claim_max)
        self.ids: dict[str, uuid.UUID] = {}
        self.calls: list[Past] = []
        self.awaited: dict[str, dt.datetime] = {}  # purchases that returns wait for, since when
        self.cards: list[str] = []  # cards of nobody with purchases
        self.instants: set[dt.datetime] = set()
        self.count = 0
        self.now = STARTS[0]

    def key(self, what: str) -> str:
        """A name that no example has used, dashes or not."""
        self.count += 1
        return f"{what}-{self.life:07}-{self.count:04}"

    def called(self) -> None:
        """A minute has gone by."""
        self.now += MINUTE
        self.driver.set_clock(self.now)

    # ------------------------------------------------------------ members and time

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: dt.datetime) -> None:
        """Two members at some time of the year; budgets are full."""
        self.now = start
        self.driver.set_clock(start)
        self.driver.refill_budgets()
        self.enrol()
        self.enrol()

    @precondition(lambda self: 0 < len(self.ids) < 3)
    @rule()
    def enrol(self) -> None:
        """Somebody joins."""
        name = self.key("member")
        view = self.driver.enrol(f"card-{name}")
        self.ids[name] = view.id
        self.world.enrol(name, view.enrolled_at)
        self.called()

    @rule(hours=LEAPS)
    def wait(self, hours: int) -> None:
        """Nothing happens for a while."""
        self.now += dt.timedelta(hours=hours)
        self.driver.set_clock(self.now)

    @rule(pick=st.integers(0, 30), early=st.booleans())
    def wait_for_something_due(self, pick: int, early: bool) -> None:
        """To the very instant at which something is due, or to the minute before."""
        due = sorted(compare.due_instants(self.world, self.now + 2 * MINUTE))
        if due:
            at = due[pick % len(due)]
            self.now = at - MINUTE if early else at
            self.driver.set_clock(self.now)

    # ------------------------------------------------------------ purchases

    @rule(
        who=st.integers(0, 2),
        lines=carts.lines(),
        channel=st.sampled_from(["web", "app", "pos"]),
        mode=st.sampled_from(Mode),
    )
    def buy(self, who: int, lines: tuple[Line, ...], channel: str, mode: Mode) -> None:
        """A purchase now."""
        self._buy(self.key("buy"), self._member(who), lines, self.now, channel, mode)

    @rule(
        who=st.integers(0, 2),
        lines=carts.lines(),
        channel=st.sampled_from(["web", "app"]),
        ago=st.integers(1, 24 * 60 * 100),
    )
    def report_late(self, who: int, lines: tuple[Line, ...], channel: str, ago: int) -> None:
        """A purchase of some minutes to some months ago arrives now."""
        at = self._free_instant(self.now - ago * MINUTE)
        self._buy(self.key("late"), self._member(who), lines, at, channel, Mode.RECORD)

    @rule(who=st.integers(0, 2), lines=carts.lines(), pick=st.integers(0, 30))
    def report_late_at_an_end(self, who: int, lines: tuple[Line, ...], pick: int) -> None:
        """A purchase arrives late that happened at the very instant something else was due."""
        since = self.now - dt.timedelta(days=300)
        due = sorted(at for at in compare.due_instants(self.world, since) if at < self.now)
        if due:
            at = self._free_instant(due[pick % len(due)])
            self._buy(self.key("late"), self._member(who), lines, at, "pos", Mode.RECORD)

    @rule(
        lines=st.lists(carts.lines(), min_size=2, max_size=5),
        shift=st.integers(0, 2),
        one_request=st.booleans(),
    )
    def buy_at_once(
        self,
        lines: list[tuple[Line, ...]],
        shift: int,
        one_request: bool,
    ) -> None:
        """Several purchases arrive together: by one request several of a member, else one each."""
        members = list(self.ids)
        carts_ = lines if one_request else lines[: len(members)]
        buys = [
            (
                self.key("batch"),
                members[(n + shift) % len(members)],
                cart,
                self.now - dt.timedelta(seconds=len(carts_) - n),
            )
            for n, cart in enumerate(carts_)
        ]
        bodies = [self._body(*buy, "web", Mode.RECORD) for buy in buys]
        send = self.driver.purchase_batch if one_request else self.driver.purchases_at_once
        answers = send(bodies)
        for buy, body, answer in zip(buys, bodies, answers, strict=True):
            self._bought(buy, body, answer, "web", alone=False)
        self.called()

    @rule(who=st.integers(0, 2), lines=carts.lines(), copies=st.integers(2, 4))
    def send_one_purchase_many_times(self, who: int, lines: tuple[Line, ...], copies: int) -> None:
        """The same purchase several times at the same moment: one effect, the others replays."""
        buy = (self.key("same"), self._member(who), lines, self.now)
        body = self._body(*buy, "web", Mode.AUTHORISE)
        answers = self.driver.purchases_at_once([body] * copies)
        assert sorted(answer.replayed for answer in answers) == [False] + [True] * (copies - 1)
        first = next(answer for answer in answers if not answer.replayed)
        assert all(answer.body == first.body for answer in answers)
        self._bought(buy, body, first, "web")
        self.called()

    @precondition(lambda self: self.calls)
    @rule(pick=st.integers(0, 1000))
    def repeat_a_call(self, pick: int) -> None:
        """Any earlier call again: the same answer, marked as a replay, and no effect."""
        past = self.calls[pick % len(self.calls)]
        answer = past.again()
        assert answer.replayed
        assert answer.body == past.body
        self.called()

    # ------------------------------------------------------------ returns of items

    @precondition(lambda self: self.world.purchases)
    @rule(data=st.data(), pick=st.integers(0, 1000), ago=st.integers(0, 5000))
    def bring_back(self, data: st.DataObject, pick: int, ago: int) -> None:
        """Some or all of a purchase comes back, reported at once or later."""
        purchase = list(self.world.purchases.values())[pick % len(self.world.purchases)]
        self._bring_some_back(data, purchase, max(purchase.at, self.now - ago * MINUTE))

    @precondition(lambda self: len(self.awaited) < 2)
    @rule(
        wanted=st.none()
        | st.dictionaries(
            st.integers(1, 4), st.none() | st.sampled_from([500, 732, 1000, 5000]), min_size=1
        )
    )
    def bring_back_before_it_is_known(self, wanted: dict[int, int | None] | None) -> None:
        """A return arrives whose purchase does not."""
        key = self.key("awaited")
        self.awaited[key] = self.now
        self._bring_back(key, "pos", wanted, self.now)

    @precondition(lambda self: self.awaited)
    @rule(
        who=st.integers(0, 2),
        lines=carts.lines(),
        ago=st.integers(0, 24 * 60 * 40),
        second=st.booleans(),
    )
    def report_what_came_back(
        self,
        who: int,
        lines: tuple[Line, ...],
        ago: int,
        second: bool,
    ) -> None:
        """The purchase a return waits for arrives, perhaps after another return of it."""
        key, since = next(iter(self.awaited.items()))
        if second:
            self._bring_back(key, "pos", {1: 300}, self.now)
        del self.awaited[key]
        earliest = self.now - dt.timedelta(days=390)  # the programs take 400 days
        at = self._free_instant(max(earliest, min(since, self.now) - ago * MINUTE))
        self._buy(key, self._member(who), lines, at, "pos", Mode.RECORD)

    # ------------------------------------------------------------ cards of nobody, corrections

    @rule(
        lines=carts.lines(),
        ago=st.integers(0, 24 * 60 * 50),
        again=st.booleans(),
        channel=st.sampled_from(["web", "app"]),
    )
    def buy_with_a_card_of_nobody(
        self,
        lines: tuple[Line, ...],
        ago: int,
        again: bool,
        channel: str,
    ) -> None:
        """A purchase under a card that no member has."""
        if not (again and self.cards):
            self.cards.append(self.key("stray"))
        card, key = self.cards[-1], self.key("unmatched")
        at = self._free_instant(self.now - ago * MINUTE)
        self.instants.add(at)
        body = self.driver.body(key, card, lines, at, channel, Mode.RECORD)
        answer = self.driver.purchase(body)
        assert answer.body.member_id is None
        assert answer.body.earned == ()
        self.world.unmatched_purchase(key, card, lines, at, answer.body.recorded_at, channel)
        self.called()

    @precondition(lambda self: self.cards)
    @rule(who=st.integers(0, 2), pick=st.integers(0, 5))
    def claim(self, who: int, pick: int) -> None:
        """A member turns out to be the one with that card."""
        member = self._member(who)
        card = self.cards.pop(pick % len(self.cards))
        view = self.driver.claim(self.ids[member], card)
        assert view.claimed == self.world.claim(member, card, self.now)
        self.called()

    @rule(who=st.integers(0, 2), wallet=st.integers(0, 2), amount=st.integers(-150, 120))
    def adjust(self, who: int, wallet: int, amount: int) -> None:
        """A correction by hand; more than is available is refused."""
        if amount:
            self._adjust(self._member(who), self.subject.twin.wallets[wallet].id, amount)

    @rule(who=st.integers(0, 2), wallet=st.integers(0, 2), thirds=st.integers(1, 3))
    def spend(self, who: int, wallet: int, thirds: int) -> None:
        """Some or all of what is available goes."""
        member, name = self._member(who), self.subject.twin.wallets[wallet].id
        amount = self.world.balance(member, name, self.now).available * thirds // 3
        if amount:
            self._adjust(member, name, -amount)

    @precondition(lambda self: self.world.owners)
    @rule(data=st.data(), pick=st.integers(0, 1000), keep=st.integers(0, 20))
    def spend_and_bring_back(self, data: st.DataObject, pick: int, keep: int) -> None:
        """Nearly all that is available goes, then a purchase comes back: from here comes debt."""
        key = list(self.world.owners)[pick % len(self.world.owners)]
        for wallet in self.subject.twin.wallets:
            amount = (
                self.world.balance(self.world.owners[key], wallet.id, self.now).available - keep
            )
            if amount > 0 and not wallet.qualifying:
                self._adjust(self.world.owners[key], wallet.id, -amount)
        self._bring_some_back(data, self.world.purchases[key], self.now)

    # ------------------------------------------------------------ what must always hold

    @invariant()
    def agree(self) -> None:
        """Wallets and tiers are the oracle's, for everybody."""
        instants = (self.now + compare.AHEAD, self.now - compare.BACK)
        answers = self.driver.answers(list(self.ids.values()), instants)
        for name, answer in zip(self.ids, answers, strict=True):
            compare.member(self.world, name, answer, self.now)

    @invariant()
    def tables_hold(self) -> None:
        """The tables agree with themselves and with the events."""
        compare.same(self.driver.broken(list(self.ids.values())), [], "tables")

    # ------------------------------------------------------------ how

    def _member(self, who: int) -> str:
        return list(self.ids)[who % len(self.ids)]

    def _free_instant(self, at: dt.datetime) -> dt.datetime:
        """The instant, or the next minute at which nothing has happened yet."""
        while at in self.instants:
            at += MINUTE
        return min(at, self.now)

    def _body(
        self,
        key: str,
        member: str,
        lines: tuple[Line, ...],
        at: dt.datetime,
        channel: str,
        mode: Mode,
    ) -> RecordPurchase:
        self.instants.add(at)
        return self.driver.body(key, self.ids[member], lines, at, channel, mode)

    def _buy(
        self,
        key: str,
        member: str,
        lines: tuple[Line, ...],
        at: dt.datetime,
        channel: str,
        mode: Mode,
    ) -> None:
        body = self._body(key, member, lines, at, channel, mode)
        self._bought((key, member, lines, at), body, self.driver.purchase(body), channel)
        self.called()

    def _bought(
        self,
        buy: tuple[str, str, tuple[Line, ...], dt.datetime],
        body: RecordPurchase,
        answer: Answer[Receipt],
        channel: str,
        *,
        alone: bool = True,
    ) -> Purchase:
        """Tell the oracle, compare the receipt; `alone`: nothing else has happened since."""
        key, member, lines, at = buy
        assert not answer.replayed
        now = answer.body.recorded_at
        purchase = self.world.purchase(key, member, lines, at, now, channel)
        compare.receipt(self.world, member, purchase, answer.body, now=now, alone=alone)
        self.calls.append(Past(lambda: self.driver.purchase(body), answer.body))
        return purchase

    def _adjust(self, member: str, wallet: str, amount: int) -> None:
        key = self.key("adjustment")

        def make() -> Answer[Any]:
            return self.driver.adjust(self.ids[member], wallet, amount, key)

        answer = answer_or_refusal(make)
        if isinstance(answer, ExpectedError):
            assert answer.slug() == "insufficient-points"
            assert compare.is_refused(self.world, member, wallet, amount, self.now)
        else:
            now = answer.body.recorded_at
            self.world.adjust(member, wallet, amount, now)
            compare.balances(self.world, member, answer.body.wallets, now)
            self.calls.append(Past(make, answer.body))
        self.called()

    def _bring_some_back(self, data: st.DataObject, purchase: Purchase, at: dt.datetime) -> None:
        left = [purchase.left(n) for n in range(1, len(purchase.lines) + 1)]
        wanted = None
        if any(left) and data.draw(st.booleans()):
            wanted = data.draw(carts.some_of(purchase.lines, left))
        self._bring_back(purchase.key, purchase.channel, wanted, at)

    def _bring_back(
        self, purchase: str, channel: str, wanted: dict[int, int | None] | None, at: dt.datetime
    ) -> None:
        body = self.driver.return_body(self.key("return"), (channel, purchase), wanted, at)
        answer = answer_or_refusal(lambda: self.driver.bring_back(body))
        if isinstance(answer, ExpectedError):
            assert answer.slug() in {"nothing-to-return", "return-exceeds-purchase"}
            with pytest.raises(Refused):
                self.world.bring_back(purchase, wanted, at, self.now)
        else:
            now = answer.body.recorded_at or self.now
            refund = self.world.bring_back(purchase, wanted, at, now)
            compare.return_receipt(self.world, purchase, answer, refund)
            if refund is not None:
                self.calls.append(Past(lambda: self.driver.bring_back(body), answer.body))
        self.called()
