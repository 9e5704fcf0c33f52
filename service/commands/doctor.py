"""`regulars doctor`: what is wrong with an installation, and what to do about it."""

import asyncio
import pathlib
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.table import Table

from service.commands.place import data_option, opened
from service.doctor.run import examine
from service.doctor.types import Finding, Level

_STYLES: Final = {Level.OK: "green", Level.WARNING: "yellow", Level.WRONG: "bold red"}


@click.command("doctor")
@data_option
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def command(data: pathlib.Path | None, *, as_json: bool) -> None:
    """Look at database, settings and what waits, and say what to do.

    It changes nothing, and may be run beside the service. Exit 1 when anything is wrong; warnings
    leave it at 0.
    """
    with opened(data) as settings:
        findings = asyncio.run(examine(settings))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
    else:
        _show(Console(highlight=False), findings)
    if any(one.level is Level.WRONG for one in findings):
        raise click.exceptions.Exit(1)


def _show(console: Console, findings: list[Finding]) -> None:
    table = Table(show_lines=any(one.todo for one in findings))
    for name in ("check", "", "what was found, and what to do"):
        table.add_column(name, overflow="fold")
    for one in findings:
        text = f"{one.text}\n-> {one.todo}" if one.todo else one.text
        style = _STYLES[one.level]
        table.add_row(one.check, f"[{style}]{one.level.value}[/]", text.replace("[", "\\["))
    console.print(table)
    wrong = sum(one.level is Level.WRONG for one in findings)
    warnings = sum(one.level is Level.WARNING for one in findings)
    console.print(f"{wrong} wrong, {warnings} warnings" if wrong or warnings else "All is well.")
