"""The face of the verbs about endpoints; a part of `Verbs`.

None passes the gate: they are rare, and each locks one endpoint for a moment only.
"""

import uuid

from service.domain.endpoints.types import (
    AskReplay,
    CreateEndpoint,
    EndpointView,
    IssuedSecret,
    PatchEndpoint,
    Replay,
    Retried,
    RetryDeadLetters,
    RotateSecret,
)
from service.flows.endpoints.change_endpoint import change_endpoint
from service.flows.endpoints.create_endpoint import create_endpoint
from service.flows.endpoints.remove_endpoint import remove_endpoint
from service.flows.endpoints.replay_events import replay_events
from service.flows.endpoints.retry_dead_letters import retry_dead_letters
from service.flows.endpoints.rotate_endpoint_secret import rotate_endpoint_secret
from service.flows.endpoints.verify_endpoint import verify_endpoint
from service.flows.gated import Gated
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfEndpoints(Gated):
    """Every method answers, or raises an ExpectedError."""

    async def create_endpoint(self, actor: Actor, body: CreateEndpoint) -> Answer[IssuedSecret]:
        """A receiver of events."""
        return Answer(await create_endpoint(self.ctx, actor, body))

    async def change_endpoint(
        self, actor: Actor, endpoint_id: uuid.UUID, body: PatchEndpoint
    ) -> Answer[EndpointView]:
        """What an endpoint is."""
        return Answer(await change_endpoint(self.ctx, actor, endpoint_id, body))

    async def remove_endpoint(self, actor: Actor, endpoint_id: uuid.UUID) -> None:
        """A receiver gets no events any more."""
        await remove_endpoint(self.ctx, actor, endpoint_id)

    async def verify_endpoint(self, actor: Actor, endpoint_id: uuid.UUID) -> Answer[EndpointView]:
        """A receiver proves itself."""
        return Answer(await verify_endpoint(self.ctx, actor, endpoint_id))

    async def rotate_endpoint_secret(
        self, actor: Actor, endpoint_id: uuid.UUID, body: RotateSecret
    ) -> Answer[IssuedSecret]:
        """Another secret."""
        return Answer(await rotate_endpoint_secret(self.ctx, actor, endpoint_id, body))

    async def replay_events(
        self, actor: Actor, endpoint_id: uuid.UUID, body: AskReplay
    ) -> Answer[Replay]:
        """Events of a span once more."""
        return Answer(await replay_events(self.ctx, actor, endpoint_id, body))

    async def retry_dead_letters(
        self, actor: Actor, endpoint_id: uuid.UUID, body: RetryDeadLetters
    ) -> Answer[Retried]:
        """Events that were given up, once more."""
        return Answer(await retry_dead_letters(self.ctx, actor, endpoint_id, body))
