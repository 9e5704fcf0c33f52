"""The face of the verbs of a desk: what puts right what was done; a part of `Verbs`."""

import uuid

import msgspec

from service.domain.returns.types import ReturnReceipt, VoidPurchase
from service.flows import record_returns, undo_operation
from service.flows.gated import Gated
from service.flows.steps.context import Context
from service.flows.steps.undoing import UndoOperation, UndoReceipt
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfTheDesk(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._void_purchases = self._bound(record_returns.record_returns)
        self._undo_operations = self._bound(undo_operation.undo_operations)

    async def undo_operation(
        self, actor: Actor, operation_id: uuid.UUID, body: UndoOperation
    ) -> Answer[UndoReceipt]:
        """What was just done is as if it had not been."""
        await self._decides()
        if await undo_operation.names_purchase(self.ctx, actor, operation_id):
            void = await self._void(actor, operation_id, body)
            return undo_operation.of_purchase(operation_id, void)
        command = undo_operation.Command(actor, operation_id, body)
        answer: Answer[UndoReceipt] = await self.gate.submit(
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
        answer: Answer[ReturnReceipt] = await self.gate.submit(
            self._void_purchases, key, command, twin=command.twin
        )
        return answer
