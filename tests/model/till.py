"""The driver's commands about a checkout: quotes, holds, coupons, what they keep and leave."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from service.domain.coupons.types import (
    CouponStanding,
    CouponView,
    ImportCodes,
    NameCoupon,
)
from service.domain.gift_cards.types import (
    CheckGiftCard,
    GiftCardReceipt,
    GiftCardStanding,
    GiftCardView,
    IssuedGiftCard,
    IssueGiftCard,
    LoadGiftCard,
    NameGiftCard,
)
from service.domain.purchases.basket import GiftCardIn, RedeemIn
from service.domain.purchases.types import (
    AskQuote,
    ExtendHold,
    HoldView,
    Mode,
    PlaceHold,
    Quote,
    RecordPurchase,
)
from service.domain.returns.types import RecordReturn, ReturnReceipt, VoidPurchase
from service.domain.rewards.types import (
    CancelRedemption,
    HandOver,
    RedeemReward,
    RedemptionView,
)
from service.domain.transfers.types import TransferReceipt, TransferUnits
from service.flows.members.settle_holders import settle_due
from service.flows.steps.returns.exchanging import ExchangeItems, ExchangeReceipt
from service.kernel.answer import Answer
from service.kernel.values import OtherMember
from service.verify.report import Difference
from service.verify.run import Options, verify
from tests.model.driver import TILL, Driver, line_in
from tests.oracle.sales import Basket

WHY: Final = "model"

# What is left of everything scarce: in the slots, and with holds that are over; less what was given
# beyond.
LEFT: Final = """
select b.name, (
  (select coalesce(sum(s.remaining), 0) from budget_slot s where s.name = b.name)
  + (select coalesce(sum(h.amount), 0) from budget_hold h
      where h.name = b.name and h.due_at <= $1)
  - b.overrun)::bigint
from budget b
"""
ON_CARDS: Final = "select coalesce(sum(posted), 0)::bigint from wallet where wallet = 0"


class Till(Driver):
    """The service with a checkout."""

    def basket(
        self,
        basket: Basket,
        member: uuid.UUID | None,
        codes: Sequence[str],
        cards: Sequence[tuple[str, int | None]],
        at: dt.datetime,
    ) -> dict[str, Any]:
        """The fields that a quote, a hold and a purchase have in common; `codes` and those of the
        gift cards as typed."""
        body = self.body("-", member, basket.lines, at, basket.channel, Mode.AUTHORISE)
        return {
            "channel": body.channel,
            "occurred_at": at,
            "currency": body.currency,
            "member": body.member,
            "lines": tuple(line_in(line) for line in basket.lines),
            "coupons": tuple(codes),
            "redeem": tuple(RedeemIn(wallet=name, amount=units) for name, units in basket.redeem),
            "gift_cards": tuple(GiftCardIn(code=code, amount=minor) for code, minor in cards),
        }

    # ------------------------------------------------------------ checkout

    def quote(self, body: AskQuote) -> Quote:
        """What recording it would decide."""
        return self.ask(self.built.reads.quote(TILL, body))

    def place(self, body: PlaceHold) -> Answer[HoldView]:
        """Keep it."""
        return self.ask(self.built.verbs.place_hold(TILL, body))

    def extend(self, hold: uuid.UUID, seconds: int) -> Answer[HoldView]:
        """Keep it for so long from now."""
        return self.ask(self.built.verbs.extend_hold(TILL, hold, ExtendHold(hold_for=seconds)))

    def release(self, hold: uuid.UUID) -> Answer[HoldView]:
        """Keep it no more."""
        return self.ask(self.built.verbs.release_hold(TILL, hold))

    def hold(self, hold: uuid.UUID) -> HoldView:
        """As it stands."""
        return self.run(self.built.reads.hold(hold))

    def void(self, purchase: uuid.UUID) -> Answer[ReturnReceipt]:
        """As if it had not been."""
        return self.ask(self.built.verbs.void_purchase(TILL, purchase, VoidPurchase(reason=WHY)))

    def exchange(self, bring: RecordReturn, buy: RecordPurchase) -> Answer[ExchangeReceipt]:
        """Items come back and others are bought, both or neither."""
        return self.ask(self.built.verbs.exchange_items(TILL, ExchangeItems(bring=bring, buy=buy)))

    # ------------------------------------------------------------ coupons

    def take_in(self, template: str, codes: Sequence[str]) -> None:
        """Codes that are out already."""
        body = ImportCodes(template=template, codes=tuple(codes))
        key = f"take-in-{template}"
        answer = self.ask(self.built.verbs.import_coupon_batch(TILL, body, key))
        assert answer.body.taken == len(codes)

    def set_void(self, code: str, *, void: bool) -> Answer[CouponStanding]:
        """A code is good no more, or again."""
        verbs, body = self.built.verbs, NameCoupon(code=code, reason=WHY)
        verb = verbs.void_coupon if void else verbs.reinstate_coupon
        return self.ask(verb(TILL, body))

    def coupons(self, member: uuid.UUID) -> tuple[CouponView, ...]:
        """The member's list, all of it."""
        page = self.run(self.built.reads.coupons(member, (), None, 200))
        assert page.next is None
        return page.items

    # ------------------------------------------------------------ rewards, transfers

    def redeem_reward(
        self, member: uuid.UUID, reward: str, hold: int | None, key: str
    ) -> Answer[RedemptionView]:
        """A reward at once, or kept for so many seconds."""
        body = RedeemReward(reward=reward, hold=hold)
        return self.ask(self.built.verbs.redeem_reward(TILL, member, body, key))

    def grant(self, redemption: uuid.UUID) -> Answer[RedemptionView]:
        """What is kept for it is taken."""
        return self.ask(self.built.verbs.grant_redemption(TILL, redemption))

    def hand_over(self, redemption: uuid.UUID, key: str) -> Answer[RedemptionView]:
        """It is in the member's hands."""
        return self.ask(self.built.verbs.hand_over_redemption(TILL, redemption, HandOver(), key))

    def cancel(self, redemption: uuid.UUID) -> Answer[RedemptionView]:
        """It is undone."""
        body = CancelRedemption(reason=WHY)
        return self.ask(self.built.verbs.cancel_redemption(TILL, redemption, body))

    def redemption(self, redemption: uuid.UUID) -> RedemptionView:
        """As it stands."""
        return self.run(self.built.reads.redemption(redemption))

    def transfer(
        self, giver: uuid.UUID, taker: uuid.UUID, wallet: str, units: int, key: str
    ) -> Answer[TransferReceipt]:
        """Units of a member for another."""
        body = TransferUnits(to=OtherMember(id=taker), wallet=wallet, amount=units, reason=WHY)
        return self.ask(self.built.verbs.transfer_units(TILL, giver, body, key))

    # ------------------------------------------------------------ gift cards

    def issue(self, amount: int | None, key: str) -> Answer[IssuedGiftCard]:
        """A gift card, sold at once when there is an amount."""
        body = IssueGiftCard(kind="default", activate=amount is not None, amount=amount)
        return self.ask(self.built.verbs.issue_gift_card(TILL, body, key))

    def load(self, code: str, amount: int, key: str, *, sells: bool) -> Answer[GiftCardReceipt]:
        """Money onto a card."""
        verbs, body = self.built.verbs, LoadGiftCard(code=code, amount=amount)
        verb = verbs.activate_gift_card if sells else verbs.top_up_gift_card
        return self.ask(verb(TILL, body, key))

    def block(self, code: str, *, block: bool) -> Answer[GiftCardStanding]:
        """A card pays no more, or again."""
        verbs, body = self.built.verbs, NameGiftCard(code=code, reason=WHY)
        verb = verbs.block_gift_card if block else verbs.unblock_gift_card
        return self.ask(verb(TILL, body))

    def check(self, code: str) -> GiftCardView:
        """A card as it stands."""
        return self.ask(self.built.verbs.check_gift_card(TILL, CheckGiftCard(code=code), ()))

    # ------------------------------------------------------------ what must hold

    def left(self, now: dt.datetime) -> dict[str, int]:
        """What could still be had of everything scarce, less what was given beyond."""
        return self.run(self._left(now))

    async def _left(self, now: dt.datetime) -> dict[str, int]:
        async with self.db.reading() as tx:
            return dict(await tx.connection.fetch(LEFT, now))

    def settle(self) -> None:
        """What is due is posted for everybody."""
        while self.run(settle_due(self.built.ctx)):
            pass

    def liability(self) -> int:
        """The money on all gift cards, as far as what was due is posted."""
        return self.run(self._liability())

    async def _liability(self) -> int:
        async with self.db.reading() as tx:
            found: int = await tx.connection.fetchval(ON_CARDS)
        return found

    def differences(self, url: str) -> list[Difference]:
        """What a whole verification finds wrong."""
        report = self.run(verify(url, Options(every=True)))
        return list(report.tally.named)
