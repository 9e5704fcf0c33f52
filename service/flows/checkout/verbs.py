"""The face of the verbs of a checkout; a part of `Verbs`."""

import asyncio
import uuid
from collections.abc import Sequence

from service.domain.purchases.types import (
    ExtendHold,
    HoldView,
    PlaceHold,
    Receipt,
    RecordPurchase,
)
from service.domain.returns.types import RecordReturn, ReturnReceipt, VoidPurchase
from service.flows.checkout import (
    exchange_items,
    extend_hold,
    place_holds,
    record_purchases,
    record_returns,
    release_hold,
)
from service.flows.gated import Gated
from service.flows.steps.checkout.proving import prove
from service.flows.steps.context import Context
from service.flows.steps.returns.exchanging import ExchangeItems, ExchangeReceipt
from service.infra.batch import Gate, Pending
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


class VerbsOfTheCheckout(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._record_purchases = self._bound(record_purchases.record_purchases)
        self._exchange_items = self._bound(exchange_items.exchange_items)
        self._place_holds = self._bound(place_holds.place_holds)
        self._extend_holds = self._bound(extend_hold.extend_holds)
        self._release_holds = self._bound(release_hold.release_holds)
        self._record_returns = self._bound(record_returns.record_returns)

    async def record_purchase(self, actor: Actor, body: RecordPurchase) -> Answer[Receipt]:
        """Record one purchase."""
        await self._decides()
        proofs = await prove(self.ctx, actor, body)
        command = record_purchases.command(actor, body, proofs=proofs)
        key = record_purchases.gate_key(body)
        answer: Answer[Receipt] = await self._submit(
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
        answer: Answer[HoldView] = await self._submit(
            self._place_holds, place_holds.gate_key(body), command, twin=command.twin
        )
        return answer

    async def extend_hold(
        self, actor: Actor, hold_id: uuid.UUID, body: ExtendHold
    ) -> Answer[HoldView]:
        """Another end for an open hold."""
        command = extend_hold.Command(actor, hold_id, body)
        answer: Answer[HoldView] = await self._submit(
            self._extend_holds, ("hold", str(hold_id)), command
        )
        return answer

    async def release_hold(self, actor: Actor, hold_id: uuid.UUID) -> Answer[HoldView]:
        """What a hold keeps is free again."""
        command = release_hold.Command(actor, hold_id)
        answer: Answer[HoldView] = await self._submit(
            self._release_holds, ("hold", str(hold_id)), command
        )
        return answer

    async def record_return(self, actor: Actor, body: RecordReturn) -> Answer[ReturnReceipt]:
        """Record one return."""
        await self._decides()
        command = record_returns.command(actor, body)
        key = record_returns.gate_key(body)
        answer: Answer[ReturnReceipt] = await self._submit(
            self._record_returns, key, command, twin=command.twin
        )
        return answer

    async def void_purchase(
        self, actor: Actor, purchase_id: uuid.UUID, body: VoidPurchase
    ) -> Answer[ReturnReceipt]:
        """A purchase is as if it had not been."""
        await self._decides()
        command = record_returns.void_command(actor, purchase_id, body)
        answer: Answer[ReturnReceipt] = await self._submit(
            self._record_returns, record_returns.gate_key(command.body), command, twin=command.twin
        )
        return answer

    async def exchange_items(self, actor: Actor, body: ExchangeItems) -> Answer[ExchangeReceipt]:
        """A return and a purchase, both or neither."""
        await self._decides()
        command = exchange_items.command(actor, body, await prove(self.ctx, actor, body.buy))
        answer: Answer[ExchangeReceipt] = await self._submit(
            self._exchange_items, exchange_items.gate_key(body), command, twin=command.twin
        )
        return answer
