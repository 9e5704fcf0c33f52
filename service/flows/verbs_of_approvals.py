"""The face of the verbs of a second person; a part of `Verbs`."""

import uuid

from service.domain.approvals.types import ApprovalView, RefuseApproval
from service.flows import decide_approvals
from service.flows.decide_approvals import Command
from service.flows.gated import Gated
from service.flows.steps.context import Context
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfApprovals(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._decide_approvals = self._bound(decide_approvals.decide_approvals)

    async def give_approval(self, actor: Actor, approval_id: uuid.UUID) -> Answer[ApprovalView]:
        """What was asked for is done now."""
        return await self._decide(Command(actor, approval_id))

    async def refuse_approval(
        self, actor: Actor, approval_id: uuid.UUID, body: RefuseApproval
    ) -> Answer[ApprovalView]:
        """What was asked for is not done."""
        return await self._decide(Command(actor, approval_id, body.reason))

    async def _decide(self, command: Command) -> Answer[ApprovalView]:
        await self._decides()
        key = ("approval", str(command.approval_id))
        answer: Answer[ApprovalView] = await self.gate.submit(self._decide_approvals, key, command)
        return answer
