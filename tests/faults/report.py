"""What a run came to: faults, operations, outages, and what is wrong."""

import bisect
import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

from tests.faults.history import Op, Outcome, Sort
from tests.faults.ledger import Found
from tests.faults.plan import Kind, Plan

SHOWN_MAX: Final = 40
_UNANSWERED: Final = (0, 503)


class Happened(msgspec.Struct, frozen=True):
    """A fault: when it began, and when what it broke might work again."""

    kind: Kind
    began: float
    healed: float


class Report(msgspec.Struct, kw_only=True):
    """`wrong`: in words; empty: the run has passed."""

    plan: Plan
    ops: list[Op]
    happened: list[Happened]
    wrong: list[str]
    attempts: int
    cuts: int
    found: Found


class Outage(msgspec.Struct):
    """Of one kind: how many; the longest time nobody was served; the slowest answer."""

    faults: int = 0
    silence: float = 0.0
    slowest: float = 0.0
    unanswered: int = 0


def outages(happened: Sequence[Happened], ops: Sequence[Op]) -> dict[Kind, Outage]:
    """By kind. A fault counts until the next one begins, and of an answer what lies in between."""
    done = [(op.sent, op.answered) for op in ops if op.answered is not None]
    served = sorted(answered for _, answered in done)
    failed = sorted(
        at
        for op in ops
        for at, status in zip(op.ended, op.statuses, strict=True)
        if status in _UNANSWERED
    )
    found: dict[Kind, Outage] = {}
    ends = [*(one.began for one in happened[1:]), float("inf")]
    for one, end in zip(happened, ends, strict=True):
        outage = found.setdefault(one.kind, Outage())
        outage.faults += 1
        outage.silence = max(outage.silence, _silence(served, one.began, end))
        outage.unanswered += bisect.bisect_left(failed, end) - bisect.bisect_left(failed, one.began)
        within = [min(answered, end) - max(sent, one.began) for sent, answered in done]
        outage.slowest = max([outage.slowest, *within])
    return found


def _silence(served: Sequence[float], began: float, end: float) -> float:
    first = max(0, bisect.bisect_left(served, began) - 1)
    near = [at for at in served[first:] if at <= end]
    return max([later - at for at, later in itertools.pairwise(near)], default=0.0)


def show(report: Report, console: Console) -> None:
    """All of it, for people."""
    console.print(_faults(report))
    console.print(_operations(report))
    events, streamed = len(report.found.events), sum(map(len, report.found.streams.values()))
    console.print(
        f"{report.attempts:,} requests; {report.cuts} commits cut; {events:,} events,"
        f" {streamed:,} in streams, {len(report.found.came):,} deliveries"
    )
    for text in report.wrong[:SHOWN_MAX]:
        console.print(text, markup=False, soft_wrap=True)
    if len(report.wrong) > SHOWN_MAX:
        console.print(f"… and {len(report.wrong) - SHOWN_MAX} more")
    told = f"seed {report.plan.seed}, {len(report.happened)} faults"
    if report.wrong:
        console.print(f"FAIL: {told}, {len(report.wrong)} things are wrong.")
    else:
        console.print(f"PASS: {told}; nothing lost, nothing double, nothing out of order.")


def _faults(report: Report) -> Table:
    table = Table(title="Faults")
    for name in ("fault", "times", "nobody served", "slowest answer", "503 or none"):
        table.add_column(name, justify="left" if name == "fault" else "right")
    found = outages(report.happened, report.ops)
    for kind in (kind for kind in Kind if kind in found):
        one = found[kind]
        figures = (f"{one.silence:.1f} s", f"{one.slowest:.1f} s", f"{one.unanswered:,}")
        table.add_row(kind, str(one.faults), *figures)
    return table


def _operations(report: Report) -> Table:
    table = Table(title="Operations")
    names = ("operation", "done", "refused", "unknown", "asked again", "503", "no answer")
    for name in names:
        table.add_column(name, justify="left" if name == "operation" else "right")
    for sort in [*Sort, None]:
        ops = [op for op in report.ops if sort is None or op.sort is sort]
        outcomes = Counter(op.outcome for op in ops)
        statuses = Counter(status for op in ops for status in op.statuses)
        figures = (
            *(outcomes[one] for one in (Outcome.OK, Outcome.REFUSED, Outcome.UNKNOWN)),
            sum(len(op.statuses) - 1 for op in ops),
            statuses[503],
            statuses[0],
        )
        table.add_row(sort or "all", *(f"{figure:,}" for figure in figures))
    return table
