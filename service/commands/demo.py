"""`regulars demo`: a real retailer's year, from its data to a report."""

import functools
import pathlib

import click
import uvloop
from rich.console import Console

from service.app import create_app
from service.commands.place import DEFAULT, folder, plain_errors
from service.commands.progress import bar
from service.demo.report import page
from service.demo.summary import summary
from service.demo.year import DemoRefused, show
from service.imports.importer import ImportStopped
from service.infra import logging

REPORT = "report.html"


@click.group("demo")
def command() -> None:
    """Show a real retailer's year."""


@command.command("completejourney")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    default=DEFAULT,
    show_default=True,
    help="The folder that holds everything; made when it is not there.",
)
@click.option("--households", type=click.IntRange(1), hidden=True, help="Only so many of them.")
def completejourney(data: pathlib.Path, households: int | None) -> None:
    """Import a grocery retailer's year and report what came of it.

    2,469 households, 155,848 baskets, 1.47 million lines of The Complete Journey, shifted by whole
    weeks to end before today, under the program grocery-year; the baskets on which the 2,102
    coupons were used go through the API. Stopped, it goes on where it was. The report is
    DIR/report.html; `regulars up --data DIR` serves what was imported.
    """
    logging.configure("warning", production=False)  # not a line for each request
    serve = functools.partial(create_app, jobs=False)
    with plain_errors(), folder(data) as settings:
        try:
            shown = uvloop.run(show(settings, data, bar, serve, households))
        except (DemoRefused, ImportStopped) as failure:
            raise click.ClickException(str(failure)) from failure
    report = data / REPORT
    report.write_text(page(shown), encoding="utf-8")
    Console().print(summary(shown))
    click.echo(f"\n{report} in {shown.seconds:.0f} s; `regulars up --data {data}` serves it.")
