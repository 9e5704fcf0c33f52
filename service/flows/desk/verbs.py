"""The face of the verbs of a desk: what corrects, approves and puts right; a part of `Verbs`."""

import uuid

import msgspec

from service.domain.approvals.types import ApprovalView, RefuseApproval
from service.domain.purchases.types import (
    AttachPurchase,
    Receipt,
)
from service.domain.returns.types import ReturnReceipt, VoidPurchase
from service.domain.wallets.types import Adjust
from service.flows.checkout import record_returns
from service.flows.desk import (
    adjust_wallets,
    attach_purchase,
    decide_approvals,
    undo_operation,
)
from service.flows.gated import Gated
from service.flows.steps.context import Context, member_key
from service.flows.steps.undoing.undoing import UndoOperation, UndoReceipt
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfTheDesk(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._adjust_wallets = self._bound(adjust_wallets.adjust_wallets)
        self._decide_approvals = self._bound(decide_approvals.decide_approvals)
        self._attach_purchases = self._bound(attach_purchase.attach_purchases)
        self._void_purchases = self._bound(record_returns.record_returns)
        self._undo_operations = self._bound(undo_operation.undo_operations)

    async def adjust_wallet(
        self, actor: Actor, member_id: uuid.UUID, body: Adjust, key: str
    ) -> Answer[adjust_wallets.Told]:
        """Adjust a wallet by hand; parked: it waits for a second person."""
        await self._decides()
        command = adjust_wallets.Command(actor, member_id, body, key)
        answer: Answer[adjust_wallets.Told] = await self._submit(
            self._adjust_wallets, member_key(member_id), command
        )
        return answer

    async def give_approval(self, actor: Actor, approval_id: uuid.UUID) -> Answer[ApprovalView]:
        """What was asked for is done now."""
        return await self._decide(decide_approvals.Command(actor, approval_id))

    async def refuse_approval(
        self, actor: Actor, approval_id: uuid.UUID, body: RefuseApproval
    ) -> Answer[ApprovalView]:
        """What was asked for is not done."""
        return await self._decide(decide_approvals.Command(actor, approval_id, body.reason))

    async def _decide(self, command: decide_approvals.Command) -> Answer[ApprovalView]:
        await self._decides()
        key = ("approval", str(command.approval_id))
        answer: Answer[ApprovalView] = await self._submit(self._decide_approvals, key, command)
        return answer

    async def attach_purchase(
        self, actor: Actor, purchase_id: uuid.UUID, body: AttachPurchase, key: str | None = None
    ) -> Answer[Receipt]:
        """A purchase is a member's after all: of nobody known before, or of another one."""
        await self._decides()
        command = attach_purchase.Command(actor, purchase_id, body, key)
        answer: Answer[Receipt] = await self._submit(
            self._attach_purchases, ("purchase", str(purchase_id)), command
        )
        return answer

    async def undo_operation(
        self, actor: Actor, operation_id: uuid.UUID, body: UndoOperation
    ) -> Answer[UndoReceipt]:
        """What was just done is as if it had not been."""
        await self._decides()
        if await undo_operation.names_purchase(self.ctx, actor, operation_id):
            void = await self._void(actor, operation_id, body)
            return undo_operation.of_purchase(operation_id, void)
        command = undo_operation.Command(actor, operation_id, body)
        answer: Answer[UndoReceipt] = await self._submit(
            self._undo_operations, undo_operation.gate_key(operation_id), command
        )
        return answer

    async def _void(
        self, actor: Actor, purchase_id: uuid.UUID, body: UndoOperation
    ) -> Answer[ReturnReceipt]:
        """As `void_purchase`; who may undo anything may void anything by it."""
        if actor.may("operations:undo-any"):
            actor = msgspec.structs.replace(actor, scopes=actor.scopes | {"purchases:void-any"})
        wanted = VoidPurchase(reason=body.reason, store=body.store or actor.store)
        command = record_returns.void_command(actor, purchase_id, wanted)
        key = record_returns.gate_key(command.body)
        answer: Answer[ReturnReceipt] = await self._submit(
            self._void_purchases, key, command, twin=command.twin
        )
        return answer
