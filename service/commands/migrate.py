"""`regulars migrate`: brings the database to the schema of this code."""

import asyncio
import pathlib

import click

from service.commands.place import folder, plain_errors
from service.infra.migrate import migrate, pending
from service.infra.settings import owner_url_from_environment


@click.command("migrate")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    help="Data folder of `regulars up`, instead of REGULARS_OWNER_URL.",
)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when something is pending.")
def command(data: pathlib.Path | None, *, check: bool) -> None:
    """Apply what is pending, as the owner of the tables: REGULARS_OWNER_URL."""
    with plain_errors():
        if data is not None:
            with folder(data):  # migrates
                click.echo("up to date")
            return
        url = owner_url_from_environment()
        names = asyncio.run(pending(url) if check else migrate(url))
    for name in names:
        click.echo(f"pending {name}" if check else f"applied {name}")
    if not names:
        click.echo("up to date")
    if check and names:
        raise click.exceptions.Exit(1)
