"""`regulars keys`: API keys, shown once, and revoked."""

import asyncio
import pathlib
from typing import Any

import click

from service.commands.place import data_option, opened
from service.commands.program import operator
from service.domain.access.roles import ROLES
from service.flows.keys.create_key import create_key
from service.flows.keys.revoke_key import revoke_key
from service.infra.db import Database


@click.group("keys")
def command() -> None:
    """Create API keys; only a hash of each is kept."""


@command.command("create")
@click.option("--role", type=click.Choice([*ROLES]), required=True, help="What the key may do.")
@click.option("--name", default="operator", show_default=True, help="Whose key it is.")
@click.option("--store", help="The only store it may write for.")
@click.option("--rate", type=click.IntRange(1, 1_000_000), help="Requests a minute it may make.")
@click.option("--network", "networks", multiple=True, help="From where alone it is good, as CIDR.")
@data_option
def create(
    role: str,
    name: str,
    store: str | None,
    rate: int | None,
    networks: tuple[str, ...],
    data: pathlib.Path | None,
) -> None:
    """Print a new key: it cannot be shown again."""
    with opened(data) as settings:
        url, given = settings.database_url, {"store": store, "rate_per_minute": rate}
        click.echo(asyncio.run(_create(url, role, name, networks=networks, **given)))


async def _create(url: str, role: str, name: str, **given: Any) -> str:
    db = await Database.open(url)
    try:
        return await create_key(db, role, name, actor=operator(), **given)
    finally:
        await db.close()


@command.command("revoke")
@click.argument("kid")
@data_option
def revoke(kid: str, data: pathlib.Path | None) -> None:
    """Refuse a key from now on; KID is the part between the second and third underscore."""
    with opened(data) as settings:
        asyncio.run(_revoke(settings.database_url, kid))
    click.echo(f"{kid} is refused, at the latest in half a minute.")


async def _revoke(url: str, kid: str) -> None:
    db = await Database.open(url)
    try:
        await revoke_key(db, kid, operator())
    finally:
        await db.close()
