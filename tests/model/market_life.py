"""A life with a checkout: quotes, holds, purchases with coupons and units that pay, voids."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from service.domain.purchases.types import (
    AskQuote,
    HoldView,
    Mode,
    PlaceHold,
    Receipt,
    RecordPurchase,
)
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.values import Identifier
from tests.model import compare, compare_market
from tests.model.baskets import Wish
from tests.model.catalogue import MARKET
from tests.model.compare import same
from tests.model.driver import BEGINNING
from tests.model.life import Life, Past, answer_or_refusal
from tests.model.till import Till
from tests.oracle.deciding import NO_FAILURE
from tests.oracle.market import Market
from tests.oracle.sales import Basket, Deal, Sale
from tests.oracle.world import Refused

STEP: Final = dt.timedelta(seconds=5)
SLOWEST: Final = 2.5  # seconds of a call on a busy machine: what it dates falls between two steps
GUESSES_MAX: Final = 10  # wrong codes of a member within ten minutes
SHARED: Final = {"FIVE": "give-five", "OPEN": "Open To All", "STAYS": "STAYS22"}
UNIQUE: Final = {
    "LEAF": ("KEAF-0001", "KEAF-0002", "KEAF-0003", "KEAF-0004"),
    "TWICE": ("TW1CE-001", "TW1CE-002"),
}
Slot = tuple[str | None, str, int]  # member, channel, which of the member's carts there


class MarketLife(Life):
    """`texts`: the oracle's name of a code -> how it is typed; `names`: id of a coupon -> its name.
    `carts`: the hold that a cart had last; `holds`: name -> id."""

    driver: Till
    world: Market

    def __init__(self, driver: Till, now: dt.datetime) -> None:
        super().__init__(driver, MARKET, now)
        self.texts = dict(SHARED)
        self.texts_of_cards: dict[str, str] = {}  # gift card -> its code
        self.names: dict[uuid.UUID, str] = {}
        self.holds: dict[str, uuid.UUID] = {}
        self.carts: dict[Slot, str] = {}
        self.sales: dict[str, uuid.UUID] = {}  # purchase -> id
        self.wrong = 0
        for template, codes in UNIQUE.items():
            driver.take_in(template, codes)
            for code in codes:
                self.texts[code] = code
                self.world.codes.issue(code, template, None, None)

    def due(self, after: dt.datetime) -> set[dt.datetime]:
        """And ends of holds. What is due some milliseconds after its second, because a call took
        as long, is waited for until the next multiple of `STEP`: so nothing ever happens within
        the milliseconds of something due."""
        found = super().due(after)
        found |= {hold.due_at for hold in self.world.holds.values() if hold.state == "open"}
        return {at + (BEGINNING - at) % STEP if at.microsecond else at for at in found}

    def enrol(self) -> None:
        """Somebody joins with something to spend."""
        super().enrol()
        member = list(self.ids)[-1]
        self.adjust(member, "points", 300)
        self.adjust(member, "cash", 1500)

    # ------------------------------------------------------------ baskets

    def basket(self, member: str | None, wish: Wish) -> Basket:
        """The wish, once it is known what there is to use."""
        names = list(self.texts)
        codes = dict.fromkeys(names[pick % len(names)] for pick in wish.picks)
        basket = Basket(member, wish.lines, wish.channel, tuple(codes))
        found = self.world.decide(basket, self.now, self.now, happened=False)
        units = [
            (wallet, self._units(basket, found, wallet, how))
            for wallet, how in wish.how
            if member is not None
        ]
        basket = replace(basket, redeem=tuple(one for one in units if one[1] > 0))
        due = self.world.decide(basket, self.now, self.now, happened=False).due
        cards = list(self.texts_of_cards)
        paying = {cards[pick % len(cards)]: how for pick, how in wish.cards if cards}
        return replace(
            basket, cards=tuple((name, self._minor(name, how, due)) for name, how in paying.items())
        )

    def _minor(self, name: str, how: str, due: int) -> int | None:
        """How much of a gift card is to pay; None: all it has."""
        have = self.world.cards.all[name].book.available()
        return {"all": None, "some": max(1, min(have, due) // 2), "over": have + 1}[how]

    def _units(self, basket: Basket, found: Deal, wallet: str, how: str) -> int:
        assert basket.member is not None
        (paying,) = [one for one in self.world.shop.paying if one.wallet == wallet]
        most = self.world.most(basket, found, wallet)
        available = self.world.balance(basket.member, wallet, self.now).available
        return {
            "most": most,
            "some": max(paying.least, most // 2 // paying.step * paying.step),
            "least": paying.least,
            "over": (available // paying.step + 2) * paying.step,
            "odd": most + 1,
        }[how]

    def _fields(self, basket: Basket, at: dt.datetime) -> dict[str, Any]:
        member = self.ids[basket.member] if basket.member is not None else None
        codes = [self.texts[name] for name in basket.codes]
        cards = [(self.texts_of_cards[name], amount) for name, amount in basket.cards]
        return self.driver.basket(basket, member, codes, cards, at)

    def _same_refusal(self, basket: Basket, served: ExpectedError, call: Callable[[], Any]) -> None:
        """The oracle refuses it, too, and for the same reason."""
        expected = self.world.decide(basket, self.now, self.now, happened=False)
        whys = expected.whys
        if served.slug() == "too-many-codes":
            assert self.wrong >= GUESSES_MAX
            return
        self.wrong += list(whys.values()).count("unknown")
        try:
            call()
        except Refused as refusal:
            same(served.slug(), str(refusal), "refusal", whys)
        else:
            raise AssertionError(f"the service refuses {basket}: {served}")
        if served.slug() in {"coupons-refused", "gift-cards-refused"}:
            whys = whys if served.slug() == "coupons-refused" else expected.cards_not
            told = {one["position"]: one["reason"] for one in served.members()["reasons"]}
            same(told, {n: why for n, why in whys.items() if why not in NO_FAILURE}, "refused")

    @staticmethod
    def elsewhere(basket: Basket, channel: str) -> Basket:
        """The same basket in another channel."""
        return replace(basket, channel=channel)

    # ------------------------------------------------------------ quotes and purchases

    def quote(self, basket: Basket, *, timed: bool) -> str | None:
        """Ask what it would cost; the quote, unless nothing of the sort could be had."""
        fields = self._fields(basket, self.now)
        if not timed:
            fields["occurred_at"] = None
        served = answer_or_refusal(lambda: Answer(self.driver.quote(AskQuote(**fields))))
        expected = self.world.decide(basket, self.now, self.now, happened=False)
        if isinstance(served, ExpectedError):
            same(served.slug(), "too-many-codes", basket)
            assert self.wrong >= GUESSES_MAX
            return None
        self.wrong += list(expected.whys.values()).count("unknown")
        compare_market.quote(self.world, basket, expected, served.body)
        quote_id: str = served.body.quote_id
        return quote_id

    def pay(
        self,
        basket: Basket,
        mode: Mode,
        hold: str | None = None,
        quote: str | None = None,
        at: dt.datetime | None = None,
    ) -> None:
        """A purchase with all that its basket names."""
        key, at = self.key("pay"), at or self.now
        self.instants.add(at)
        body = RecordPurchase(
            mode=mode,
            external_id=key,
            hold_id=None if hold is None else self.holds[hold],
            quote_id=quote,
            **self._fields(basket, at),
        )
        answer = answer_or_refusal(lambda: self.driver.purchase(body))

        def sell(now: dt.datetime) -> Sale:
            what = (basket.lines, at, now, basket.channel)
            how: dict[str, Any] = {
                "codes": basket.codes,
                "cards": basket.cards,
                "happened": mode is Mode.RECORD,
                "hold": hold,
            }
            if basket.member is None:
                return self.world.unmatched_purchase(key, key, *what, **how)
            return self.world.purchase(key, basket.member, *what, redeem=basket.redeem, **how)

        if isinstance(answer, ExpectedError):
            self._same_refusal(basket, answer, lambda: sell(self.now))
        else:
            now = answer.body.recorded_at
            self._sold(sell(now), answer.body, now)
            self.calls.append(Past(lambda: self.driver.purchase(body), answer.body))
        self.wait()

    def pay_unmatched(self, card: str, basket: Basket) -> None:
        """A purchase with coupons and gift cards under a card that no member has."""
        key, fields = self.key("pay"), self._fields(basket, self.now)
        fields["member"] = (Identifier("card", card),)
        body = RecordPurchase(mode=Mode.RECORD, external_id=key, **fields)
        answer = self.driver.purchase(body)
        now = answer.body.recorded_at
        sale = self.world.unmatched_purchase(
            key, card, basket.lines, self.now, now, basket.channel,
            codes=basket.codes, cards=basket.cards,
        )  # fmt: skip
        self._sold(sale, answer.body, now)
        self.wait()

    def _sold(self, sale: Sale, body: Receipt, now: dt.datetime) -> None:
        assert sale.deal is not None
        assert sale.basket is not None
        self.sales[sale.key] = body.id
        compare_market.deal(sale.deal, body)
        if sale.basket.member is not None:
            compare.receipt(self.world, sale.basket.member, sale, body, now=now, alone=True)

    # ------------------------------------------------------------ holds

    def place(self, basket: Basket, which: int, seconds: int) -> bool:
        """Keep a basket for a cart, instead of what is kept for it; whether that was granted."""
        slot = (basket.member, basket.channel, which)
        had = self._open(slot)
        fields = self._fields(basket, self.now)
        body = PlaceHold(checkout=f"cart-{which}", hold_for=seconds, **fields)
        answer = answer_or_refusal(lambda: self.driver.place(body))
        name, at = self.key("hold"), self.now
        if isinstance(answer, ExpectedError):
            due_at = at + dt.timedelta(seconds=seconds)
            self._same_refusal(
                basket, answer, lambda: self.world.place(name, basket, at, at, due_at, had)
            )
        elif had is not None and self.world.holds[had].basket.same(basket):
            assert answer.replayed
            assert answer.body.id == self.holds[had]
        else:
            self._held(slot, name, basket, answer, had)
            assert abs((answer.body.due_at - self.now).total_seconds() - seconds) < SLOWEST
        self.wait()
        return isinstance(answer, Answer)

    def open_holds(self) -> list[str]:
        """Those that keep something now."""
        self.world.pass_time(self.now)
        return [name for name in self.holds if self.world.holds[name].state == "open"]

    def _open(self, slot: Slot) -> str | None:
        self.world.pass_time(self.now)
        name = self.carts.get(slot)
        return name if name is not None and self.world.holds[name].state == "open" else None

    def _held(
        self, slot: Slot, name: str, basket: Basket, answer: Answer[HoldView], had: str | None
    ) -> None:
        assert not answer.replayed
        view = answer.body
        at = self.now
        expected = self.world.place(name, basket, at, view.created_at, view.due_at, had)
        compare_market.deal(expected, view)
        if slot[0] is not None:
            compare.balances(self.world, slot[0], view.wallets, view.created_at)
        self.carts[slot] = name
        self.holds[name] = view.id

    def extend(self, name: str, seconds: int) -> None:
        """It lasts so long from now, unless it is over."""
        answer = answer_or_refusal(lambda: self.driver.extend(self.holds[name], seconds))
        if isinstance(answer, ExpectedError):
            self._refused(answer, lambda: self.world.extend(name, self.now, self.now))
        else:
            self.world.extend(name, self.now, answer.body.due_at)
            assert abs((answer.body.due_at - self.now).total_seconds() - seconds) < SLOWEST
        self.wait()

    def release(self, name: str) -> None:
        """What it keeps is free."""
        answer = answer_or_refusal(lambda: self.driver.release(self.holds[name]))
        if isinstance(answer, ExpectedError):
            self._refused(answer, lambda: self.world.release(name, self.now))
        else:
            self.world.pass_time(self.now)
            assert answer.replayed == (self.world.holds[name].state != "open")
            self.world.release(name, self.now)
        self.wait()

    def _refused(self, served: ExpectedError, call: Callable[[], Any]) -> None:
        try:
            call()
        except Refused as refusal:
            same(served.slug(), str(refusal), "refusal")
        else:
            raise AssertionError(f"the service refuses it: {served}")

    # ------------------------------------------------------------ what must hold

    def find_coupons(self) -> None:
        """Learn the codes of coupons that came into lists, and compare the lists."""
        for member, holder in self.ids.items():
            found = self.driver.coupons(holder)
            for one in found:
                if one.id in self.names:
                    continue
                name = next(
                    name
                    for name, code in self.world.codes.all.items()
                    if (code.owner, code.template) == (member, one.template)
                    and code.until_at == one.valid_until
                    and name not in self.texts
                )
                self.names[one.id], self.texts[name] = name, one.code
            compare_market.coupons(self.world, member, found, self.names, self.now)

    def check_scarce(self) -> None:
        """What is left of everything, and every hold."""
        self.world.pass_time(self.now)
        expected = {name: n - self.world.beyond[name] for name, n in self.world.left.items()}
        same(self.driver.left(self.now), expected, "left")
        found = {name: self.driver.hold(hold) for name, hold in self.holds.items()}
        compare_market.holds(self.world, found, self.now)
