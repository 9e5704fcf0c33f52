"""The figures for a person: what was measured, and what was to be reached."""

import statistics

from rich.console import Console
from rich.table import Table

from service.flows.segments.look_again import PART
from tests.bench.figures import Figures, Series, targets
from tests.bench.machine import machine
from tests.bench.rows import Written


def show(figures: Figures, console: Console) -> None:
    """Print all of it."""
    console.print(_measured(figures))
    console.print(f"Rows of a purchase: {_rows(figures.written)}")
    console.print(f"Rows by hand:       {_rows(figures.written_by_hand)}")
    for name, microseconds in figures.rules.items():
        count = name.split("_")[1]
        console.print(f"{count} rules x 20 lines, alone: {microseconds:,.1f} us")
    console.print(
        f"Exact: {figures.uses_exact:,} uses of a code of {figures.plan.uses:,};"
        f" {figures.budget_exact / 100:,.2f} EUR of a budget with abandoned holds"
    )
    console.print(
        f"Segments: {figures.statements_each_part:,.1f} statements for a part of {PART:,} members,"
        f" {figures.entered:,} times somebody entered"
    )
    console.print(_targets(figures))


def columns(title: str, *headings: str) -> Table:
    """An empty table: the first column is text, all others are figures."""
    table = Table(title=title, title_justify="left")
    for n, heading in enumerate(headings):
        table.add_column(heading, justify="right" if n else "left")
    return table


def _measured(figures: Figures) -> Table:
    plan, several = figures.plan, figures.workers > 1
    reading = f", reads by {figures.readers}" if figures.readers > figures.workers else ""
    table = columns(
        f"{machine()}; {figures.workers} worker{'s' * several}{reading},"
        f" {plan.rounds} x {plan.seconds} s; CPU in microseconds each",
        *("", "a second", "from", "to", "p50 ms", "p99 ms", "callers", "server", "PostgreSQL"),
    )
    for label, series in figures.series().values():
        table.add_row(label, *_row(series))
    return table


def _row(series: Series) -> list[str]:
    times = [f"{statistics.median(s):,.2f}" if s else "" for s in (series.p50, series.p99)]
    cpu = series.cpu_us()
    rates = (series.rate(), min(series.rates), max(series.rates))
    return [
        *(f"{rate:,.0f}" for rate in rates),
        *times,
        *(f"{part:,.0f}" for part in (cpu.callers, cpu.server, cpu.postgres)),
    ]


def _targets(figures: Figures) -> Table:
    table = columns("Targets", "", "wanted", "got", "")
    for target in targets(figures):
        wanted = f"{'<=' if target.most else '>='} {target.wanted:g}"
        word = "[green]reached[/]" if target.reached() else "[red]missed[/]"
        table.add_row(target.what, wanted, f"{target.got:.3g}", word)
    return table


def _rows(written: Written) -> str:
    every = ", ".join(f"{table} {count:.2f}" for table, count in written.rows.items())
    return f"{written.total():.1f} ({every})"
