"""The face of all writing verbs: what an entrance calls. Each passes the gate of the process."""

import asyncio
import uuid
from collections.abc import Sequence

from service.domain.coupons.types import (
    BatchView,
    CheckCoupon,
    CouponCheck,
    CouponStanding,
    ImportCodes,
    ImportReceipt,
    IssueCoupon,
    IssuedCoupon,
    MakeBatch,
    NameCoupon,
)
from service.domain.members.types import Enrol, MemberView, PatchMember
from service.domain.programs.types import Publish, VersionView
from service.domain.purchases.types import (
    AttachPurchase,
    ExtendHold,
    HoldView,
    PlaceHold,
    Receipt,
    RecordPurchase,
)
from service.domain.returns.types import RecordReturn, ReturnReceipt, VoidPurchase
from service.domain.rewards.types import (
    CancelRedemption,
    HandOver,
    RedeemReward,
    RedemptionView,
)
from service.domain.wallets.types import Adjust
from service.flows import (
    adjust_wallets,
    attach_purchase,
    cancel_redemption,
    change_member,
    enrol_member,
    exchange_items,
    extend_hold,
    grant_redemption,
    hand_over_redemption,
    issue_coupons,
    place_holds,
    record_purchases,
    record_returns,
    redeem_reward,
    release_hold,
    void_coupons,
)
from service.flows.check_coupon import check_coupon
from service.flows.import_coupon_batch import import_coupon_batch
from service.flows.make_coupon_batch import make_coupon_batch
from service.flows.publish_program import publish_program
from service.flows.steps.context import Context, member_key
from service.flows.steps.exchanging import ExchangeItems, ExchangeReceipt
from service.flows.steps.proving import prove
from service.flows.verbs_of_approvals import VerbsOfApprovals
from service.flows.verbs_of_gift_cards import VerbsOfGiftCards
from service.flows.verbs_of_sharing import VerbsOfSharing
from service.flows.verbs_of_staff import VerbsOfStaff
from service.flows.verbs_of_the_desk import VerbsOfTheDesk
from service.infra.batch import Gate, Pending
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.texts import Languages


class Verbs(VerbsOfGiftCards, VerbsOfSharing, VerbsOfTheDesk, VerbsOfStaff, VerbsOfApprovals):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._record_purchases = self._bound(record_purchases.record_purchases)
        self._attach_purchases = self._bound(attach_purchase.attach_purchases)
        self._exchange_items = self._bound(exchange_items.exchange_items)
        self._place_holds = self._bound(place_holds.place_holds)
        self._extend_holds = self._bound(extend_hold.extend_holds)
        self._release_holds = self._bound(release_hold.release_holds)
        self._record_returns = self._bound(record_returns.record_returns)
        self._enrol_members = self._bound(enrol_member.enrol_members)
        self._change_members = self._bound(change_member.change_members)
        self._redeem_rewards = self._bound(redeem_reward.redeem_rewards)
        self._grant_redemptions = self._bound(grant_redemption.grant_redemptions)
        self._hand_over_redemptions = self._bound(hand_over_redemption.hand_over_redemptions)
        self._cancel_redemptions = self._bound(cancel_redemption.cancel_redemptions)
        self._adjust_wallets = self._bound(adjust_wallets.adjust_wallets)
        self._issue_coupons = self._bound(issue_coupons.issue_coupons)
        self._void_coupons = self._bound(void_coupons.void_coupons)

    async def record_purchase(self, actor: Actor, body: RecordPurchase) -> Answer[Receipt]:
        """Record one purchase."""
        await self._decides()
        proofs = await prove(self.ctx, actor, body)
        command = record_purchases.command(actor, body, proofs=proofs)
        key = record_purchases.gate_key(body)
        answer: Answer[Receipt] = await self.gate.submit(
            self._record_purchases, key, command, twin=command.twin
        )
        return answer

    async def record_purchase_batch(
        self, actor: Actor, items: Sequence[RecordPurchase]
    ) -> list[Answer[Receipt] | ExpectedError]:
        """Record many, each with its own result; items of one member run in their order."""
        await self._decides()
        waiting: list[Pending | ExpectedError] = []
        for body in items:
            try:
                proofs = await prove(self.ctx, actor, body)
                command = record_purchases.command(actor, body, proofs=proofs)
            except ExpectedError as refusal:
                waiting.append(refusal)
                continue
            key = record_purchases.gate_key(body)
            waiting.append(
                self.gate.enqueue(
                    self._record_purchases, key, command, bounded=False, wait_seconds_max=60
                )
            )
        futures = [w.future for w in waiting if isinstance(w, Pending)]
        done = iter(await asyncio.gather(*futures, return_exceptions=True))
        results = [w if isinstance(w, ExpectedError) else next(done) for w in waiting]
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, ExpectedError):
                raise result
        return results  # type: ignore[return-value] # what is no answer was raised

    async def place_hold(self, actor: Actor, body: PlaceHold) -> Answer[HoldView]:
        """Keep for a checkout what its cart takes."""
        await self._decides()
        command = place_holds.command(actor, body, await prove(self.ctx, actor, body))
        answer: Answer[HoldView] = await self.gate.submit(
            self._place_holds, place_holds.gate_key(body), command, twin=command.twin
        )
        return answer

    async def extend_hold(
        self, actor: Actor, hold_id: uuid.UUID, body: ExtendHold
    ) -> Answer[HoldView]:
        """Another end for an open hold."""
        command = extend_hold.Command(actor, hold_id, body)
        answer: Answer[HoldView] = await self.gate.submit(
            self._extend_holds, ("hold", str(hold_id)), command
        )
        return answer

    async def release_hold(self, actor: Actor, hold_id: uuid.UUID) -> Answer[HoldView]:
        """What a hold keeps is free again."""
        command = release_hold.Command(actor, hold_id)
        answer: Answer[HoldView] = await self.gate.submit(
            self._release_holds, ("hold", str(hold_id)), command
        )
        return answer

    async def record_return(self, actor: Actor, body: RecordReturn) -> Answer[ReturnReceipt]:
        """Record one return."""
        await self._decides()
        command = record_returns.command(actor, body)
        key = record_returns.gate_key(body)
        answer: Answer[ReturnReceipt] = await self.gate.submit(
            self._record_returns, key, command, twin=command.twin
        )
        return answer

    async def void_purchase(
        self, actor: Actor, purchase_id: uuid.UUID, body: VoidPurchase
    ) -> Answer[ReturnReceipt]:
        """A purchase is as if it had not been."""
        await self._decides()
        command = record_returns.void_command(actor, purchase_id, body)
        answer: Answer[ReturnReceipt] = await self.gate.submit(
            self._record_returns, record_returns.gate_key(command.body), command, twin=command.twin
        )
        return answer

    async def attach_purchase(
        self, actor: Actor, purchase_id: uuid.UUID, body: AttachPurchase, key: str | None = None
    ) -> Answer[Receipt]:
        """A purchase is a member's after all: of nobody known before, or of another one."""
        await self._decides()
        command = attach_purchase.Command(actor, purchase_id, body, key)
        answer: Answer[Receipt] = await self.gate.submit(
            self._attach_purchases, ("purchase", str(purchase_id)), command
        )
        return answer

    async def exchange_items(self, actor: Actor, body: ExchangeItems) -> Answer[ExchangeReceipt]:
        """A return and a purchase, both or neither."""
        await self._decides()
        command = exchange_items.command(actor, body, await prove(self.ctx, actor, body.buy))
        answer: Answer[ExchangeReceipt] = await self.gate.submit(
            self._exchange_items, exchange_items.gate_key(body), command, twin=command.twin
        )
        return answer

    async def enrol_member(self, actor: Actor, body: Enrol, key: str | None) -> Answer[MemberView]:
        """Enrol a member."""
        await self._decides()
        command = enrol_member.Command(actor, body, key)
        answer: Answer[MemberView] = await self.gate.submit(
            self._enrol_members, enrol_member.gate_key(body), command
        )
        return answer

    async def change_member(
        self, actor: Actor, member_id: uuid.UUID, body: PatchMember
    ) -> Answer[MemberView]:
        """Change a member."""
        await self._decides()
        command = change_member.Command(actor, member_id, body)
        answer: Answer[MemberView] = await self.gate.submit(
            self._change_members, member_key(member_id), command
        )
        return answer

    async def adjust_wallet(
        self, actor: Actor, member_id: uuid.UUID, body: Adjust, key: str
    ) -> Answer[adjust_wallets.Told]:
        """Adjust a wallet by hand; parked: it waits for a second person."""
        await self._decides()
        command = adjust_wallets.Command(actor, member_id, body, key)
        answer: Answer[adjust_wallets.Told] = await self.gate.submit(
            self._adjust_wallets, member_key(member_id), command
        )
        return answer

    async def issue_coupon(
        self, actor: Actor, member_id: uuid.UUID, body: IssueCoupon, key: str
    ) -> Answer[IssuedCoupon]:
        """Put a personal coupon into a member's list by hand."""
        await self._decides()
        command = issue_coupons.Command(actor, member_id, body, key)
        answer: Answer[IssuedCoupon] = await self.gate.submit(
            self._issue_coupons, member_key(member_id), command
        )
        return answer

    async def void_coupon(self, actor: Actor, body: NameCoupon) -> Answer[CouponStanding]:
        """A coupon is good no more."""
        return await self._set_void(void_coupons.Command(actor, body, void=True))

    async def reinstate_coupon(self, actor: Actor, body: NameCoupon) -> Answer[CouponStanding]:
        """A void coupon is good again."""
        return await self._set_void(void_coupons.Command(actor, body, void=False))

    async def _set_void(self, command: void_coupons.Command) -> Answer[CouponStanding]:
        key = void_coupons.gate_key(command.body)
        answer: Answer[CouponStanding] = await self.gate.submit(self._void_coupons, key, command)
        return answer

    async def check_coupon(self, body: CheckCoupon, languages: Languages) -> CouponCheck:
        """What a code is; one that does not exist is counted, so it is no mere read."""
        await self._decides()
        return await check_coupon(self.ctx, body, languages)

    async def make_coupon_batch(self, actor: Actor, body: MakeBatch, key: str) -> Answer[BatchView]:
        """Make unique codes; too long for the gate, and it locks no member."""
        await self._decides()
        return await make_coupon_batch(self.ctx, actor, body, key)

    async def import_coupon_batch(
        self, actor: Actor, body: ImportCodes, key: str
    ) -> Answer[ImportReceipt]:
        """Take in codes that are out already; beside the gate as well."""
        await self._decides()
        return await import_coupon_batch(self.ctx, actor, body, key)

    async def redeem_reward(
        self, actor: Actor, member_id: uuid.UUID, body: RedeemReward, key: str
    ) -> Answer[RedemptionView]:
        """A reward for units, at once or kept for a while."""
        await self._decides()
        command = redeem_reward.Command(actor, member_id, body, key)
        answer: Answer[RedemptionView] = await self.gate.submit(
            self._redeem_rewards, member_key(member_id), command
        )
        return answer

    async def grant_redemption(
        self, actor: Actor, redemption_id: uuid.UUID
    ) -> Answer[RedemptionView]:
        """What is held for a redemption is taken."""
        await self._decides()
        command = grant_redemption.Command(actor, redemption_id)
        answer: Answer[RedemptionView] = await self.gate.submit(
            self._grant_redemptions, ("redemption", str(redemption_id)), command
        )
        return answer

    async def hand_over_redemption(
        self, actor: Actor, redemption_id: uuid.UUID, body: HandOver, key: str
    ) -> Answer[RedemptionView]:
        """What a reward is, is in the member's hands."""
        await self._decides()
        command = hand_over_redemption.Command(actor, redemption_id, body, key)
        answer: Answer[RedemptionView] = await self.gate.submit(
            self._hand_over_redemptions, ("redemption", str(redemption_id)), command
        )
        return answer

    async def cancel_redemption(
        self, actor: Actor, redemption_id: uuid.UUID, body: CancelRedemption
    ) -> Answer[RedemptionView]:
        """A redemption is undone."""
        await self._decides()
        command = cancel_redemption.Command(actor, redemption_id, body)
        answer: Answer[RedemptionView] = await self.gate.submit(
            self._cancel_redemptions, ("redemption", str(redemption_id)), command
        )
        return answer

    async def publish_program(self, actor: Actor, body: Publish) -> Answer[VersionView]:
        """Publish a program version; this worker has it at once."""
        view = await publish_program(
            self.ctx.db, actor, body.source, note=body.note, effective_from=body.effective_from
        )
        await self.ctx.programs.refresh(self.ctx.db)
        return Answer(view)
