"""`regulars import`: members and purchases from files.

Ends with 1 when rows were rejected, or when the import could not be finished.
"""

import pathlib
from collections.abc import Callable
from typing import Any, Final, Protocol

import click
import uvloop

from service.commands.place import data_option, opened
from service.commands.program import operator
from service.commands.progress import Report, bar, words
from service.domain.imports.types import Kind
from service.imports.importer import Importer, ImportStopped, Summary
from service.imports.importer import opened as opened_importer
from service.imports.rejects import beside
from service.imports.rows import FileRefused
from service.imports.run_members import import_members
from service.imports.run_purchases import import_purchases
from service.imports.settle import settle_all
from service.infra.settings import Settings

_PATH: Final = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)


class _Run(Protocol):
    """The import of one kind of file."""

    async def __call__(
        self,
        importer: Importer,
        path: pathlib.Path,
        *,
        rejects: pathlib.Path,
        report: Report,
        again: bool = False,
    ) -> Summary:
        """Take in the file."""


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """FILE and the options both commands have."""
    rejects = click.option(
        "--rejects",
        type=click.Path(dir_okay=False, path_type=pathlib.Path),
        help="Where rejected rows go, with line and reason; FILE.rejects.ndjson when left out.",
    )
    again = click.option(
        "--again",
        is_flag=True,
        help="From the first row, whatever an earlier run has done: after a program was changed to"
        " take what was rejected.",
    )
    return click.argument("file", type=_PATH)(rejects(again(data_option(function))))


@click.group("import")
def command() -> None:
    """Take in members and purchases from files.

    A file is CSV (.csv), NDJSON (.ndjson, .jsonl) or Parquet (.parquet). It may be imported twice:
    what is there already stays as it is. An import that was stopped or killed goes on where it was
    when the same file is imported again. Import members first, then purchases.
    """


@command.command("members")
@_options
def members(
    file: pathlib.Path, rejects: pathlib.Path | None, data: pathlib.Path | None, *, again: bool
) -> None:
    """Take in members, with their date of enrolment and their opening balances.

    \b
    NDJSON, a member a line, as the body of POST /v1/members and:
      enrolled_at  an instant; absent: now
      opening      [{"wallet", "amount", "earned_at", "expires_at"}, ...]: lots as far as they are
                   left. earned_at absent: with the enrolment. expires_at null: never; absent: by
                   the wallet's policy, from earned_at, or from now when that is absent too
    CSV and Parquet, a member a row:
      card, email, ...   an identifier; a column for each kind of the program
      name, first_name, last_name, birth_date, language, country
      fields.<name>      a member field of the program
      enrolled_at
      opening_<wallet>   a balance that is there from the enrolment on and lapses by the wallet's
                         policy, from now

    Identifiers count as verified unless the line says otherwise. A row whose identifiers are all
    one member's is there already; one whose identifiers are those of several members, or new and
    known ones together, is rejected.
    """  # noqa: D301 click's mark for lines to be kept
    _import(import_members, file, rejects, data, again=again)


@command.command("purchases")
@_options
def purchases(
    file: pathlib.Path, rejects: pathlib.Path | None, data: pathlib.Path | None, *, again: bool
) -> None:
    """Take in purchases, in time order, each decided by the rules of its own instant.

    \b
    NDJSON, a purchase a line, as the body of POST /v1/purchases; occurred_at is needed.
    CSV and Parquet, a line item a row, the rows of a purchase one below the other:
      channel, external_id, occurred_at, currency   needed
      store, charged_total, member.id               of the purchase, the same in all its rows
      member.<kind>                                 an identifier, in the order of the columns
      sku                                           needed
      quantity, amount, unit_price, kind, category, brand, discount_given, tax_rate, tax_amount,
      attributes.<name>

    Amounts are whole minor units. A purchase of a file has happened: it is recorded, not asked for.
    A quantity of 0 counts as 1. What is there already is found by (channel, external_id).
    """  # noqa: D301 click's mark for lines to be kept
    _import(import_purchases, file, rejects, data, again=again)


def _import(
    run: _Run,
    file: pathlib.Path,
    rejects: pathlib.Path | None,
    data: pathlib.Path | None,
    *,
    again: bool,
) -> None:
    with opened(data) as settings:
        try:
            summary = uvloop.run(_run(run, settings, file, rejects or beside(file), again=again))
        except FileRefused as refusal:
            raise click.ClickException(f"{file}: {refusal}") from refusal
        except ImportStopped as failure:
            message = f"{failure}. Stopped; the same command goes on where it was."
            raise click.ClickException(message) from failure
    for line in words(summary):
        click.echo(line)
    if summary.rejected:
        raise click.exceptions.Exit(1)


async def _run(
    run: _Run, settings: Settings, file: pathlib.Path, rejects: pathlib.Path, *, again: bool
) -> Summary:
    async with opened_importer(settings, operator()) as importer:
        with bar(file.name) as report:
            summary = await run(importer, file, rejects=rejects, report=report, again=again)
        if summary.kind is Kind.PURCHASES and summary.before < summary.rows:
            with bar("settling") as report:
                await settle_all(importer.ctx, report)
        return summary
