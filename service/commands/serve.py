"""`regulars serve`: the service for production, on a PostgreSQL of your own."""

import asyncio

import click

from service.commands import http
from service.commands.place import plain_errors
from service.infra import settings as settings_
from service.infra.migrate import pending


@click.command("serve")
def command() -> None:
    """Run the service; all settings come from the environment (see the README)."""
    with plain_errors():
        settings = settings_.from_environment()
        missing = asyncio.run(pending(settings.database_url))
        if missing:
            raise click.ClickException(
                f"the database lacks {', '.join(missing)}: run `regulars migrate` first."
            )
        http.serve(settings)
