"""The face of the verbs of activities; a part of `Verbs`."""

import asyncio
from collections.abc import Sequence

from service.domain.activities.types import ActivityView, RecordActivity
from service.flows.activities import record_activities
from service.flows.gated import Gated
from service.flows.steps.context import Context
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


class VerbsOfActivities(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._record_activities = self._bound(record_activities.record_activities)

    async def record_activity(self, actor: Actor, body: RecordActivity) -> Answer[ActivityView]:
        """Record one activity."""
        await self._decides()
        command = record_activities.command(actor, body)
        answer: Answer[ActivityView] = await self._submit(
            self._record_activities, record_activities.gate_key(body), command, twin=command.twin
        )
        return answer

    async def record_activity_batch(
        self, actor: Actor, items: Sequence[RecordActivity]
    ) -> list[Answer[ActivityView] | ExpectedError]:
        """Record many, each with its own result; items of one member run in their order."""
        await self._decides()
        waiting = [
            self.gate.enqueue(
                self._record_activities,
                record_activities.gate_key(body),
                record_activities.command(actor, body),
                bounded=False,
                wait_seconds_max=60,
            )
            for body in items
        ]
        futures = [one.future for one in waiting]
        results = await asyncio.gather(*futures, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, ExpectedError):
                raise result
        return results  # type: ignore[return-value] # what is no answer was raised
