"""The face of the verbs about coupons; a part of `Verbs`."""

import uuid

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
from service.flows.coupons import (
    issue_coupons,
    void_coupons,
)
from service.flows.coupons.check_coupon import check_coupon
from service.flows.coupons.import_coupon_batch import import_coupon_batch
from service.flows.coupons.make_coupon_batch import make_coupon_batch
from service.flows.gated import Gated
from service.flows.steps.context import Context, member_key
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.texts import Languages


class VerbsOfCoupons(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._issue_coupons = self._bound(issue_coupons.issue_coupons)
        self._void_coupons = self._bound(void_coupons.void_coupons)

    async def issue_coupon(
        self, actor: Actor, member_id: uuid.UUID, body: IssueCoupon, key: str
    ) -> Answer[IssuedCoupon]:
        """Put a personal coupon into a member's list by hand."""
        await self._decides()
        command = issue_coupons.Command(actor, member_id, body, key)
        answer: Answer[IssuedCoupon] = await self._submit(
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
        answer: Answer[CouponStanding] = await self._submit(self._void_coupons, key, command)
        return answer

    async def check_coupon(
        self, actor: Actor, body: CheckCoupon, languages: Languages
    ) -> CouponCheck:
        """What a code is; one that does not exist is counted, so it is no mere read."""
        await self._decides()
        return await check_coupon(self.ctx, actor, body, languages)

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
