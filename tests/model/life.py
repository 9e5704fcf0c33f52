"""One example of the model: members, their purchases and returns, told to service and oracle alike.

`now` is the instant at which the next thing happens. Every call moves it on by a minute, so no two
things of a member happen at one instant, and the few milliseconds of a call decide nothing.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from service.domain.purchases.types import Mode, Receipt, RecordPurchase
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from tests.model import compare
from tests.model.catalogue import Subject
from tests.model.driver import Driver
from tests.oracle.program import Line
from tests.oracle.purchases import Purchase
from tests.oracle.world import Refused

MINUTE: Final = dt.timedelta(minutes=1)
Buy = tuple[str, str, tuple[Line, ...], dt.datetime]  # key, member, lines, when
LIVES: Final[Iterator[int]] = itertools.count(1)
NOT_TO_RETURN: Final = {"nothing-to-return", "return-exceeds-purchase", "purchase-void"}


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


class Life:
    """What has happened so far. Names are new in every life: all of them share the database."""

    def __init__(self, driver: Driver, subject: Subject, now: dt.datetime) -> None:
        self.driver = driver
        self.program = subject.twin
        self.world = subject.world()
        self.now = now
        self.ids: dict[str, uuid.UUID] = {}
        self.calls: list[Past] = []
        self.awaited: dict[str, dt.datetime] = {}  # purchases that returns wait for, since when
        self.cards: list[str] = []  # cards of nobody, with purchases
        self.instants: set[dt.datetime] = set()
        self._life = next(LIVES)
        self._count = 0

    def key(self, what: str) -> str:
        """A name that no life has used, dashes or not."""
        self._count += 1
        return f"{what}-{self._life:07}-{self._count:04}"

    def member(self, who: int) -> str:
        """One of the members."""
        return list(self.ids)[who % len(self.ids)]

    def wait(self, span: dt.timedelta = MINUTE) -> None:
        """Time goes by."""
        self.now += span
        self.driver.set_clock(self.now)

    def due(self, after: dt.datetime) -> set[dt.datetime]:
        """Instants after this one that matter to somebody."""
        return compare.due_instants(self.world, after)

    def free_instant(self, at: dt.datetime) -> dt.datetime:
        """The instant, or the next minute at which nothing has happened yet."""
        while at in self.instants:
            at += MINUTE
        return min(at, self.now)

    def enrol(self) -> None:
        """Somebody joins."""
        name = self.key("member")
        view = self.driver.enrol(f"card-{name}")
        self.ids[name] = view.id
        self.world.enrol(name, view.enrolled_at)
        self.wait()

    def body(self, buy: Buy, channel: str, mode: Mode = Mode.RECORD) -> RecordPurchase:
        """The request of a purchase."""
        key, member, lines, at = buy
        self.instants.add(at)
        return self.driver.body(key, self.ids[member], lines, at, channel, mode)

    def buy(self, buy: Buy, channel: str, mode: Mode = Mode.RECORD) -> None:
        """A purchase arrives."""
        body = self.body(buy, channel, mode)
        self.bought(buy, body, self.driver.purchase(body), channel)
        self.wait()

    def bought(
        self,
        buy: Buy,
        body: RecordPurchase,
        answer: Answer[Receipt],
        channel: str,
        *,
        alone: bool = True,
    ) -> None:
        """Tell the oracle, compare the receipt; `alone`: nothing else has happened since."""
        assert not answer.replayed
        key, member, lines, at = buy
        now = answer.body.recorded_at
        purchase = self.world.purchase(key, member, lines, at, now, channel)
        compare.receipt(self.world, member, purchase, answer.body, now=now, alone=alone)
        self.calls.append(Past(lambda: self.driver.purchase(body), answer.body))

    def buy_at_once(self, buys: list[Buy], *, one_request: bool) -> None:
        """Purchases arrive together, by one request or by one each."""
        bodies = [self.body(buy, "web") for buy in buys]
        send = self.driver.purchase_batch if one_request else self.driver.purchases_at_once
        for buy, body, answer in zip(buys, bodies, send(bodies), strict=True):
            self.bought(buy, body, answer, "web", alone=False)
        self.wait()

    def buy_unmatched(
        self, card: str, lines: tuple[Line, ...], at: dt.datetime, channel: str
    ) -> None:
        """A purchase under a card that no member has."""
        key = self.key("unmatched")
        self.instants.add(at)
        body = self.driver.body(key, card, lines, at, channel, Mode.RECORD)
        answer = self.driver.purchase(body)
        assert answer.body.member_id is None
        assert answer.body.earned == ()
        self.world.unmatched_purchase(key, card, lines, at, answer.body.recorded_at, channel)
        self.wait()

    def claim(self, member: str, card: str) -> None:
        """The card turns out to be a member's."""
        view = self.driver.claim(self.ids[member], card)
        assert view.claimed == self.world.claim(member, card, self.now)
        self.wait()

    def adjust(self, member: str, wallet: str, amount: int) -> None:
        """A correction by hand; more than is available is refused."""
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
        self.wait()

    def bring_back(
        self, purchase: str, channel: str, wanted: dict[int, int | None] | None, at: dt.datetime
    ) -> None:
        """A return arrives; what the oracle refuses the service refuses, too."""
        body = self.driver.return_body(self.key("return"), (channel, purchase), wanted, at)
        answer = answer_or_refusal(lambda: self.driver.bring_back(body))
        if isinstance(answer, ExpectedError):
            assert answer.slug() in NOT_TO_RETURN
            with pytest.raises(Refused):
                self.world.bring_back(purchase, wanted, at, self.now)
        else:
            now = answer.body.recorded_at or self.now
            refund = self.world.bring_back(purchase, wanted, at, now)
            compare.return_receipt(self.world, purchase, answer, refund)
            if refund is not None:
                self.calls.append(Past(lambda: self.driver.bring_back(body), answer.body))
        self.wait()

    def left(self, purchase: Purchase) -> list[int]:
        """Thousandths of each line that may still come back."""
        return [purchase.left(number) for number in range(1, len(purchase.lines) + 1)]
