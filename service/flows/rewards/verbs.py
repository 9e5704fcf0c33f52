"""The face of the verbs about rewards; a part of `Verbs`."""

import uuid

from service.domain.rewards.types import (
    CancelRedemption,
    HandOver,
    RedeemReward,
    RedemptionView,
)
from service.flows.gated import Gated
from service.flows.rewards import (
    cancel_redemption,
    grant_redemption,
    hand_over_redemption,
    redeem_reward,
)
from service.flows.steps.context import Context, member_key
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfRewards(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._redeem_rewards = self._bound(redeem_reward.redeem_rewards)
        self._grant_redemptions = self._bound(grant_redemption.grant_redemptions)
        self._hand_over_redemptions = self._bound(hand_over_redemption.hand_over_redemptions)
        self._cancel_redemptions = self._bound(cancel_redemption.cancel_redemptions)

    async def redeem_reward(
        self, actor: Actor, member_id: uuid.UUID, body: RedeemReward, key: str
    ) -> Answer[RedemptionView]:
        """A reward for units, at once or kept for a while."""
        await self._decides()
        command = redeem_reward.Command(actor, member_id, body, key)
        answer: Answer[RedemptionView] = await self._submit(
            self._redeem_rewards, member_key(member_id), command
        )
        return answer

    async def grant_redemption(
        self, actor: Actor, redemption_id: uuid.UUID
    ) -> Answer[RedemptionView]:
        """What is held for a redemption is taken."""
        await self._decides()
        command = grant_redemption.Command(actor, redemption_id)
        answer: Answer[RedemptionView] = await self._submit(
            self._grant_redemptions, ("redemption", str(redemption_id)), command
        )
        return answer

    async def hand_over_redemption(
        self, actor: Actor, redemption_id: uuid.UUID, body: HandOver, key: str
    ) -> Answer[RedemptionView]:
        """What a reward is, is in the member's hands."""
        await self._decides()
        command = hand_over_redemption.Command(actor, redemption_id, body, key)
        answer: Answer[RedemptionView] = await self._submit(
            self._hand_over_redemptions, ("redemption", str(redemption_id)), command
        )
        return answer

    async def cancel_redemption(
        self, actor: Actor, redemption_id: uuid.UUID, body: CancelRedemption
    ) -> Answer[RedemptionView]:
        """A redemption is undone."""
        await self._decides()
        command = cancel_redemption.Command(actor, redemption_id, body)
        answer: Answer[RedemptionView] = await self._submit(
            self._cancel_redemptions, ("redemption", str(redemption_id)), command
        )
        return answer
