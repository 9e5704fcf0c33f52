"""Where a run stands: a bar on a terminal, a line a step elsewhere; on standard error."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Steps:
    """Call it with what begins now; `expected` seconds make the bar full."""

    def __init__(self, expected: float) -> None:
        self._console = Console(stderr=True)
        self._began = time.monotonic()
        self._progress = Progress(
            TextColumn("{task.description:<44}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("", total=expected)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def __call__(self, what: str) -> None:
        """Another step begins."""
        spent = time.monotonic() - self._began
        if self._progress.disable:
            self._console.print(f"{spent:5.0f} s  {what}", highlight=False)
        self._progress.update(self._task, description=what, completed=spent)
