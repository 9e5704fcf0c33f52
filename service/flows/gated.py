"""What the faces of writing verbs stand on: the gate of the process, and fresh programs."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from service.domain.programs.errors import VersionBehind
from service.flows.steps.context import Context
from service.infra.batch import Gate

Flow = Callable[..., Coroutine[Any, Any, list[Any]]]


class Gated:
    """A face of verbs; its own methods are none."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        self.ctx = ctx
        self.gate = gate

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
