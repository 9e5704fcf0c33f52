"""A member on the way to be erased, and all that is locked with it."""

import uuid
from collections.abc import Sequence

import msgspec

from service.flows.steps.sharing.passing import Passing
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.kernel.actor import Actor


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """`family`: the member and all who were merged into it, locked. `op_id`: the operation.

    `together`: the works on the member, on its household and on the gift cards its open holds keep
    money of, settled.
    """

    member_id: uuid.UUID
    family: Sequence[uuid.UUID]
    together: Passing
    op_id: uuid.UUID
    actor: Actor

    @property
    def work(self) -> Work:
        """The member's."""
        return self.together.works[self.member_id]

    @property
    def works(self) -> dict[uuid.UUID, Work]:
        """All of them."""
        return self.together.works

    @property
    def standings(self) -> dict[str, Standing]:
        """Where the member stands on each ladder."""
        return self.together.standings.get(self.member_id, {})
