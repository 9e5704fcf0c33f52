"""The state machine of the checkout: all that the ledger's has, and a till beside it."""

import datetime as dt
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from service.domain.purchases.types import Mode
from tests.databases import Server
from tests.model import carts
from tests.model.baskets import Wish, wishes
from tests.model.card_life import CardLife
from tests.model.catalogue import MARKET
from tests.model.compare import same
from tests.model.machine import PICK, STARTS, WHO, Members
from tests.model.till import Till

# Never a multiple of the five seconds in which the clock goes on.
SECONDS = st.sampled_from([92, 932, 3632, 24 * 3600 + 32, 7 * 24 * 3600 - 28])
MINOR = st.sampled_from([99, 100, 500, 2500, 10_000])
SHORT = st.sampled_from([1, 12, 36, 50, 24 * 7, 24 * 9, 24 * 14, 24 * 30])
WALLETS = st.sampled_from(["points", "cash"])
MODES = st.sampled_from([Mode.AUTHORISE, Mode.AUTHORISE, Mode.RECORD])


class MarketModel(Members):
    """Each example has a database of its own, which is verified as a whole at its end."""

    server: ClassVar[Server]
    driver: Till
    life: CardLife
    subject = MARKET

    def new_life(self) -> CardLife:
        """With a fresh database."""
        self.database = self.server.create()
        self.driver = Till(self.database.url, MARKET.source(), MARKET.currency)
        return CardLife(self.driver, STARTS[0])

    def teardown(self) -> None:
        """A whole verification finds nothing, before and after what is due is posted."""
        try:
            found = self.driver.differences(self.database.jobs_url)
            self.life.check_liability()
            found += self.driver.differences(self.database.jobs_url)
            assert found == [], found
        finally:
            self.driver.close()
            self.server.drop(self.database)

    @rule(hours=SHORT)
    def wait(self, hours: int) -> None:
        """Nothing happens for a while."""
        self.life.wait(dt.timedelta(hours=hours))

    # ------------------------------------------------------------ purchases

    @rule(who=WHO, wish=wishes(), mode=MODES)
    def pay(self, who: int, wish: Wish, mode: Mode) -> None:
        """A purchase with coupons, units and gift cards."""
        self.life.pay(self.life.basket(self.life.member(who), wish), mode)

    @rule(data=st.data(), who=WHO, wish=wishes(), mode=MODES, hours=st.sampled_from([0, 0, 50]))
    def pay_and_bring_back(
        self, data: st.DataObject, who: int, wish: Wish, mode: Mode, hours: int
    ) -> None:
        """Some of a purchase comes back at once, or when what it earned is usable."""
        self.life.pay(self.life.basket(self.life.member(who), wish), mode)
        if self.life.sales:
            self.life.wait(dt.timedelta(hours=hours))
            sale = self.life.world.purchases[list(self.life.sales)[-1]]
            self._bring_back(data, sale, self.life.now)

    @rule(wish=wishes(), mode=MODES)
    def pay_as_nobody(self, wish: Wish, mode: Mode) -> None:
        """A purchase with coupons and gift cards that no member is named for."""
        self.life.pay(self.life.basket(None, wish), mode)

    @rule(wish=wishes(), again=st.booleans())
    def pay_with_a_card_of_nobody(self, wish: Wish, again: bool) -> None:
        """The same under a card that somebody may claim."""
        if not (again and self.life.cards):
            self.life.cards.append(self.life.key("stray"))
        self.life.pay_unmatched(self.life.cards[-1], self.life.basket(None, wish))

    @rule(who=WHO, wish=wishes(), timed=st.booleans(), named=st.booleans())
    def quote_and_pay(self, who: int, wish: Wish, timed: bool, named: bool) -> None:
        """What was quoted is what is recorded right after."""
        basket = self.life.basket(self.life.member(who), wish)
        quote = self.life.quote(basket, timed=timed)
        self.life.pay(basket, Mode.AUTHORISE, quote=quote if named else None)

    # ------------------------------------------------------------ holds

    @rule(who=st.none() | WHO, wish=wishes(), which=st.integers(0, 1), seconds=SECONDS)
    def place(self, who: int | None, wish: Wish, which: int, seconds: int) -> None:
        """A basket is kept for one of the carts."""
        member = None if who is None else self.life.member(who)
        self.life.place(self.life.basket(member, wish), which, seconds)

    @rule(who=WHO, wish=wishes(), seconds=SECONDS, mode=MODES, minutes=st.sampled_from([0, 1, 20]))
    def place_and_capture(
        self, who: int, wish: Wish, seconds: int, mode: Mode, minutes: int
    ) -> None:
        """A checkout from its beginning to its end."""
        basket = self.life.basket(self.life.member(who), wish)
        if self.life.place(basket, 2, seconds):
            self.life.wait(dt.timedelta(minutes=minutes))
            self.life.pay(self.life.elsewhere(basket, "pos"), mode, hold=list(self.life.holds)[-1])

    @precondition(lambda self: self.life.holds)
    @rule(pick=PICK, seconds=SECONDS)
    def place_again(self, pick: int, seconds: int) -> None:
        """The same checkout is sent once more."""
        slot = list(self.life.carts)[pick % len(self.life.carts)]
        hold = self.life.world.holds[self.life.carts[slot]]
        self.life.place(hold.basket, slot[2], seconds)

    @precondition(lambda self: self.life.holds)
    @rule(pick=PICK, seconds=SECONDS)
    def extend(self, pick: int, seconds: int) -> None:
        """A hold lasts longer, or shorter."""
        self.life.extend(self._hold(pick), seconds)

    @precondition(lambda self: self.life.holds)
    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        """A hold is given up."""
        self.life.release(self._hold(pick))

    @precondition(lambda self: self.life.holds)
    @rule(pick=PICK, mode=MODES, channel=st.sampled_from(["web", "pos"]))
    def capture(self, pick: int, mode: Mode, channel: str) -> None:
        """What was held is paid, perhaps elsewhere, perhaps too late."""
        name = self._hold(pick)
        held = self.life.world.holds[name].basket
        self.life.pay(self.life.elsewhere(held, channel), mode, hold=name)

    @precondition(lambda self: self.life.holds)
    @rule(pick=PICK, wish=wishes(), mode=MODES)
    def capture_with_another_basket(self, pick: int, wish: Wish, mode: Mode) -> None:
        """Something else is paid than what was held."""
        name = self._hold(pick)
        member = self.life.world.holds[name].basket.member
        self.life.pay(self.life.basket(member, wish), mode, hold=name)

    def _hold(self, pick: int) -> str:
        """One that is open, as a rule; else one of the last, whatever became of it."""
        open_ = self.life.open_holds() if pick % 4 else []
        names = open_ or list(self.life.holds)[-4:]
        return names[pick % len(names)]

    # ------------------------------------------------------------ coupons, voids

    @rule(pick=PICK, void=st.booleans())
    def set_void(self, pick: int, void: bool) -> None:
        """A code of its own is voided or reinstated by hand."""
        names = [name for name in self.life.texts if name in self.life.world.codes.all]
        self.life.set_void(names[pick % len(names)], void=void)

    @precondition(lambda self: self.life.sales)
    @rule(pick=PICK)
    def void(self, pick: int) -> None:
        """A purchase was a mistake."""
        keys = list(self.life.sales)
        self.life.void(keys[pick % len(keys)])

    @precondition(lambda self: self.life.sales)
    @rule(data=st.data(), pick=PICK, wish=wishes())
    def exchange(self, data: st.DataObject, pick: int, wish: Wish) -> None:
        """Something else is wanted instead."""
        keys = [key for key in self.life.sales if key in self.life.world.owners]
        if keys:
            sale = self.life.world.purchases[keys[pick % len(keys)]]
            left = self.life.left(sale)
            wanted = data.draw(carts.some_of(sale.lines, left)) if any(left) else None
            basket = self.life.basket(self.life.world.owners[sale.key], wish)
            self.life.exchange(sale.key, wanted, basket)

    # ------------------------------------------------------------ gift cards

    @rule(amount=st.none() | MINOR)
    def issue(self, amount: int | None) -> None:
        """A new gift card, or one that is only printed."""
        self.life.issue(amount)

    @precondition(lambda self: self.life.holders)
    @rule(pick=PICK, amount=MINOR, sells=st.booleans())
    def load(self, pick: int, amount: int, sells: bool) -> None:
        """A gift card is sold, or gets more money."""
        self.life.load(self._card(pick), amount, sells=sells)

    @precondition(lambda self: self.life.holders)
    @rule(pick=PICK, block=st.booleans())
    def block(self, pick: int, block: bool) -> None:
        """A gift card is blocked or unblocked."""
        self.life.block(self._card(pick), block=block)

    def _card(self, pick: int) -> str:
        names = list(self.life.holders)
        return names[pick % len(names)]

    # ------------------------------------------------------------ rewards, transfers

    @rule(
        who=WHO,
        reward=st.sampled_from(["mug", "treat"]),
        seconds=st.none() | SECONDS,
    )
    def redeem(self, who: int, reward: str, seconds: int | None) -> None:
        """A reward, perhaps only kept."""
        self.life.redeem(self.life.member(who), reward, seconds)

    @precondition(lambda self: self.life.redemptions)
    @rule(pick=PICK)
    def grant(self, pick: int) -> None:
        """What is kept for a redemption is taken."""
        self.life.grant(self._redemption(pick))

    @precondition(lambda self: self.life.redemptions)
    @rule(pick=PICK)
    def hand_over(self, pick: int) -> None:
        """A reward is in the member's hands."""
        self.life.hand_over(self._redemption(pick))

    @precondition(lambda self: self.life.redemptions)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        """A redemption is undone."""
        self.life.cancel(self._redemption(pick))

    def _redemption(self, pick: int) -> str:
        names = list(self.life.redemptions)
        return names[pick % len(names)]

    @rule(who=WHO, other=st.integers(1, 2), wallet=WALLETS, thirds=st.integers(1, 4))
    def transfer(self, who: int, other: int, wallet: str, thirds: int) -> None:
        """Some of what is available, all of it, or more."""
        giver, taker = self.life.member(who), self.life.member(who + other)
        units = self.life.world.balance(giver, wallet, self.life.now).available * thirds // 3
        if units and giver != taker:
            self.life.transfer(giver, taker, wallet, units)

    # ------------------------------------------------------------ what must always hold

    @invariant()
    def coupons_agree(self) -> None:
        """Every member's list is the oracle's."""
        self.life.find_coupons()

    @invariant()
    def scarce_things_agree(self) -> None:
        """Caps, budgets and holds are the oracle's."""
        self.life.check_scarce()

    @invariant()
    def gift_cards_agree(self) -> None:
        """And gift cards."""
        self.life.check_cards()
        found = self.driver.broken(list(self.life.holders.values()))
        same(found, [], "tables of gift cards")
