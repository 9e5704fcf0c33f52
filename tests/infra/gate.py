"""A verb that does as it is told, and commands for it through a gate."""

import asyncio
from collections.abc import Sequence
from typing import Any

from service.infra.batch import BUSY, Gate


class Verb:
    """Answers each command with itself in brackets; `calls` are what it was given, with `wait`.

    `open`: set while it may go on. `answers`: what a command is answered instead of itself; an
    exception there is raised for the whole batch. `once`: raised by the next calls, one each.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[list[str], bool]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.answers: dict[str, Any] = {}
        self.once: list[Exception] = []

    async def __call__(self, commands: Sequence[str], wait: bool) -> Sequence[Any]:
        self.calls.append((list(commands), wait))
        await self.open.wait()
        if self.once:
            raise self.once.pop(0)
        for command in commands:
            if isinstance(answer := self.answers.get(command), Exception):
                raise answer
        return [self._answer(command, wait=wait) for command in commands]

    def _answer(self, command: str, *, wait: bool) -> Any:
        answer = self.answers.get(command, f"<{command}>")
        return f"<{command}>" if answer is BUSY and wait else answer

    @property
    def batches(self) -> list[list[str]]:
        return [commands for commands, _ in self.calls]


async def turns(count: int = 5) -> None:
    """Let the loop go round: whatever is ready happens, and no time passes."""
    for _ in range(count):
        await asyncio.sleep(0)


def submit(gate: Gate, verb: Verb, *commands: str, **more: Any) -> list[asyncio.Task[Any]]:
    """Commands submitted now, in order; the key is the first letter."""
    return [
        asyncio.get_running_loop().create_task(gate.submit(verb, command[0], command, **more))
        for command in commands
    ]


async def results(tasks: Sequence[asyncio.Task[Any]]) -> list[Any]:
    return list(await asyncio.gather(*tasks, return_exceptions=True))
