"""The face of all writing verbs: what an entrance calls. Each passes the gate of the process."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from service.domain.members.types import Enrol, MemberView, PatchMember
from service.domain.programs.errors import VersionBehind
from service.domain.programs.types import Publish, VersionView
from service.domain.purchases.types import Receipt, RecordPurchase
from service.domain.returns.types import RecordReturn, ReturnReceipt
from service.domain.wallets.types import Adjust, AdjustmentReceipt
from service.flows import (
    adjust_wallets,
    change_member,
    enrol_member,
    record_purchases,
    record_returns,
)
from service.flows.publish_program import publish_program
from service.flows.steps.context import Context, member_key
from service.infra.batch import Gate, Pending
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError

Flow = Callable[..., Coroutine[Any, Any, list[Any]]]


class Verbs:
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        self.ctx = ctx
        self.gate = gate
        self._record_purchases = self._bound(record_purchases.record_purchases)
        self._record_returns = self._bound(record_returns.record_returns)
        self._enrol_members = self._bound(enrol_member.enrol_members)
        self._change_members = self._bound(change_member.change_members)
        self._adjust_wallets = self._bound(adjust_wallets.adjust_wallets)

    def _bound(self, flow: Flow) -> Callable[[Sequence[Any], bool], Any]:
        async def run(commands: Sequence[Any], wait: bool) -> Sequence[Any]:  # noqa: FBT001 the gate's protocol
            return await flow(self.ctx, commands, wait=wait)

        return run

    async def _decides(self) -> None:
        """A worker that may have missed a program version looks before it decides anything."""
        programs = self.ctx.programs
        if not programs.is_fresh():
            await programs.refresh(self.ctx.db)
            if not programs.is_fresh():
                raise VersionBehind

    async def record_purchase(self, actor: Actor, body: RecordPurchase) -> Answer[Receipt]:
        """Record one purchase."""
        await self._decides()
        command = record_purchases.command(actor, body)
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
                command = record_purchases.command(actor, body)
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

    async def record_return(self, actor: Actor, body: RecordReturn) -> Answer[ReturnReceipt]:
        """Record one return."""
        await self._decides()
        command = record_returns.command(actor, body)
        key = record_returns.gate_key(body)
        answer: Answer[ReturnReceipt] = await self.gate.submit(
            self._record_returns, key, command, twin=command.twin
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
    ) -> Answer[AdjustmentReceipt]:
        """Adjust a wallet by hand."""
        await self._decides()
        command = adjust_wallets.Command(actor, member_id, body, key)
        answer: Answer[AdjustmentReceipt] = await self.gate.submit(
            self._adjust_wallets, member_key(member_id), command
        )
        return answer

    async def publish_program(self, actor: Actor, body: Publish) -> Answer[VersionView]:
        """Publish a program version; this worker has it at once."""
        view = await publish_program(
            self.ctx.db, actor, body.source, note=body.note, effective_from=body.effective_from
        )
        await self.ctx.programs.refresh(self.ctx.db)
        return Answer(view)
