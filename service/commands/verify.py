"""`regulars verify`: prove the ledger of a data folder or of the configured database."""

import asyncio
import os
import pathlib
import secrets
import time
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from service.commands.place import data_option, opened
from service.domain.wallets.types import Reason
from service.rules.gift_cards import GIFT_CARD_WALLET
from service.verify import run
from service.verify.gift_cards import MONEY
from service.verify.report import Check, House
from service.verify.run import Options, Report

PROCESSES_MAX: Final = 8  # PostgreSQL works as well
_SEEDS: Final = 2**31
_COLUMNS: Final = {
    "issued": (Reason.EARNED, Reason.SOLD, Reason.TOPPED_UP, Reason.SALE_UNDONE),
    "reversed": (Reason.REVERSED,),
    "redeemed": (Reason.REDEEMED,),
    "given back": (Reason.GIVEN_BACK,),
    "expired": (Reason.EXPIRED,),
    "adjusted": (Reason.ADJUSTED, Reason.ADJUSTMENT_UNDONE),
    "opening": (Reason.OPENING,),
    "debt paid": (Reason.DEBT_PAID,),
}


class _Bar(run.Progress):
    """A progress bar of the parts."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("verifying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None)

    def begin(self, parts: int) -> None:
        self._bar.start()
        self._bar.update(self._task, total=parts)

    def step(self) -> None:
        self._bar.advance(self._task)

    def end(self) -> None:
        """Take it away."""
        self._bar.stop()


@click.command("verify")
@data_option
@click.option("--all", "every", is_flag=True, help="Make every decision again.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    default=run.SAMPLE,
    show_default=True,
    help=f"So many decisions at random, above {run.ALL_BELOW:,} purchases; and all of a day.",
)
@click.option("--seed", type=int, help="Of the sample; printed, so that it can be repeated.")
@click.option(
    "--first",
    "named_max",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Differences to name, of each check.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=lambda: min(PROCESSES_MAX, os.cpu_count() or 1),
    show_default="as many as there are cores",
)
def command(
    data: pathlib.Path | None,
    *,
    every: bool,
    sample: int,
    seed: int | None,
    named_max: int,
    processes: int,
) -> None:
    """Prove the ledger: wallets, entries, events, decisions, tiers, budgets.

    It writes nothing and needs no pause of the service. Exit 1 when there is any difference.
    """
    options = Options(
        every=every,
        sample=sample,
        seed=secrets.randbelow(_SEEDS) if seed is None else seed,
        named_max=named_max,
        processes=processes,
    )
    console, bar = Console(highlight=False), _Bar(Console(stderr=True))
    began = time.monotonic()
    with opened(data) as settings:
        try:
            report = asyncio.run(run.verify(settings.for_jobs(), options, bar))
        finally:
            bar.end()
    show(console, report)
    console.print(f"{time.monotonic() - began:.1f} seconds")
    if report.tally.differences():
        raise click.exceptions.Exit(1)


def show(console: Console, report: Report) -> None:
    """The figures, then the differences."""
    tally = report.tally
    console.print(_checks(report))
    if tally.houses:
        console.print(_houses(report))
    console.print(_chosen(report))
    for difference in tally.named:
        console.print(f"{difference.place}: {difference.text}", markup=False, soft_wrap=True)
    count = tally.differences()
    console.print(f"{count:,} differences" if count else "No differences.")


def _checks(report: Report) -> Table:
    table = Table(title="What is proved")
    table.add_column("check")
    table.add_column("looked at", justify="right")
    table.add_column("differences", justify="right")
    for check in Check:
        wrong = report.tally.wrong.get(check, 0)
        counted = report.tally.counted.get(check, 0)
        style = "bold red" if wrong else None
        table.add_row(check.value, f"{counted:,}", f"{wrong:,}", style=style)
    return table


def _houses(report: Report) -> Table:
    """Each wallet from the side of the house, in units of the wallet: one column each.

    There are more figures than wallets, and a terminal has 80 characters.
    """
    table = Table(title="House accounts")
    table.add_column("units")
    columns = []
    for number, house in sorted(report.tally.houses.items()):
        known = number == GIFT_CARD_WALLET or number in report.programs.wallets
        name = report.programs.wallet_id(number) if known else str(number)
        table.add_column(name, justify="right")
        columns.append(_figures(house))
    names = (*_COLUMNS, "outstanding", "of it pending", "owed by members")
    for name, *figures in zip(names, *columns, strict=True):
        table.add_row(name, *figures)
    return table


def _figures(house: House) -> list[str]:
    moved = [sum(house.moved.get(r, 0) for r in reasons) for reasons in _COLUMNS.values()]
    return [f"{units:,}" for units in (*moved, house.posted, house.pending, house.debt)]


def _chosen(report: Report) -> str:
    older = report.tally.figures.get("decisions of older engines", 0)
    made = report.tally.counted.get(Check.DECISIONS, 0)
    said = f"{made:,} of {report.purchases:,} decisions were made again"
    if not report.sample.every:
        said += f" (seed {report.sample.seed}, and all since {report.sample.since:%Y-%m-%d %H:%M})"
    if older:
        said += f"; {older:,} are of an older engine and were left out"
    owed = report.tally.figures.get(MONEY, 0)
    if owed:
        said += f". {owed:,} minor units are owed to who has the codes of gift cards"
    projected = report.tally.counted.get(Check.PROJECTION, 0)
    holders = report.tally.figures.get("holders", 0)
    return f"{said}. The events of {projected:,} of {holders:,} holders are all kept."
