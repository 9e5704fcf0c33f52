"""The face of the verbs about programs; a part of `Verbs`."""

from service.domain.programs.types import Publish, VersionView
from service.flows.gated import Gated
from service.flows.programs.publish_program import publish_program
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfPrograms(Gated):
    """Every method answers, or raises an ExpectedError."""

    async def publish_program(self, actor: Actor, body: Publish) -> Answer[VersionView]:
        """Publish a program version; this worker has it at once."""
        view = await publish_program(
            self.ctx.db, actor, body.source, note=body.note, effective_from=body.effective_from
        )
        await self.ctx.programs.refresh(self.ctx.db)
        return Answer(view)
