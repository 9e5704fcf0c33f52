"""What the faces of writing verbs stand on: the gate of the process, and fresh programs."""

import itertools
from collections.abc import Callable, Coroutine, Hashable, Sequence
from typing import Any, Final

from service.domain.holders import store as holders
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MergedAway
from service.domain.programs.errors import VersionBehind
from service.flows.steps.context import Context
from service.flows.steps.gone import FOLLOWED_MAX, named, renamed
from service.infra.batch import Gate

OTHERWISE_MAX: Final = 16  # namings that are tried of a command whose key is taken
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

    async def _submit(self, run: Any, key: Hashable, command: Any, **more: Any) -> Any:
        """The result of a command, with those it names as who they are now."""
        for _ in range(FOLLOWED_MAX):
            try:
                return await self.gate.submit(run, key, command, **more)
            except MergedAway as other:
                command = renamed(command, {other.member_id: other.into})
            except IdempotencyKeyReused as reused:
                return await self._told_before(run, key, command, reused, **more)
        return await self.gate.submit(run, key, command, **more)

    async def _told_before(
        self, run: Any, key: Hashable, command: Any, reused: IdempotencyKeyReused, **more: Any
    ) -> Any:
        """What was answered under the key, when it was for who a member was by then.

        Of a merge, or of its undoing, since it was done: the key stands under the other name. With
        a key that is taken no command has an effect, whatever its names.
        """
        for other in await self._otherwise_named(command):
            try:
                return await self.gate.submit(run, key, other, **more)
            except IdempotencyKeyReused:
                continue
        raise reused

    async def _otherwise_named(self, command: Any) -> list[Any]:
        """The command with its members named as anybody they were ever merged with."""
        ids = sorted(set(named(command)))
        async with self.ctx.db.reading() as tx:
            found = await holders.states(tx, ids, self.ctx.db.clock_offset)
        families = [(one, *(found[one].kin if one in found else ())) for one in ids]
        named_so = itertools.islice(itertools.product(*families), 1, OTHERWISE_MAX)
        return [renamed(command, dict(zip(ids, names, strict=True))) for names in named_so]

    async def _decides(self) -> None:
        """A worker that may have missed a program version looks before it decides anything."""
        programs = self.ctx.programs
        if not programs.is_fresh():
            await programs.refresh(self.ctx.db)
            if not programs.is_fresh():
                raise VersionBehind
