"""A bar on the terminal: how far, how fast, how long still. An import's summary in words."""

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from service.domain.imports.types import Kind
from service.imports.importer import Summary

Report = Callable[[int, int], None]  # done, of


class _Rate(ProgressColumn):
    """How many a second, lately."""

    def render(self, task: Task) -> Text:
        """As a column of the bar."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


@contextlib.contextmanager
def bar(description: str) -> Iterator[Report]:
    """A bar on standard error; where that is no terminal, its last state."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(description, total=None)

        def report(done: int, of: int) -> None:
            if shown.tasks[0].total is None:
                shown.reset(task, total=of, completed=done)
            shown.update(task, completed=done, total=of)

        yield report
        if shown.tasks[0].total is None:
            shown.update(task, total=1, completed=1)


def words(summary: Summary) -> list[str]:
    """The summary of an import, a line a fact."""
    what = summary.kind.value
    rows, seconds = summary.rows, max(summary.seconds, 0.001)
    this_run = rows - summary.before
    if summary.before >= rows:
        return [f"all {rows:,} {what} of this file were taken in before: nothing to do"]
    found = [f"{this_run:,} {what} in {seconds:,.1f} s, {this_run / seconds:,.0f} a second"]
    if summary.before:
        found.append(f"{summary.before:,} were done by an earlier run")
    found.append(f"{summary.added:,} added, {summary.known:,} were there already")
    if summary.claimed:
        found.append(f"{summary.claimed:,} purchases recorded before were credited")
    if summary.kind is Kind.PURCHASES:
        found.append(
            f"{summary.lines:,} lines in the file: {summary.quantity_zero:,} of quantity 0 count"
            f" as 1, for {summary.nothing_paid:,} nothing was paid"
        )
    if summary.sorted:
        found.append("the file was not in time order and was sorted first")
    if summary.rejects is not None:
        found.append(f"{summary.rejected:,} rejected: see {summary.rejects}")
    return found
