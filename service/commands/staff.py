"""`regulars staff`: accounts of people at tills and desks."""

import asyncio
import pathlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import click
import msgspec

from service.commands.place import data_option, opened
from service.commands.program import operator
from service.domain.staff.types import (
    AccountState,
    CreateStaffAccount,
    IssuedStaffAccount,
    PatchStaffAccount,
    StaffAccountView,
    StaffRole,
)
from service.flows.build import Built, build
from service.flows.reads import staff
from service.flows.staff.change_staff_account import change_staff_account
from service.flows.staff.create_staff_account import create_staff_account
from service.infra.db import Database
from service.infra.settings import Settings

T = TypeVar("T")

_PAGE: Final = 200


@click.group("staff")
def command() -> None:
    """Make accounts for people at tills and desks; each signs in with a PIN or a password."""


@command.command("add")
@click.argument("login")
@click.option(
    "--role",
    type=click.Choice([str(one) for one in StaffRole]),
    required=True,
    help="What they may do.",
)
@click.option("--store", "stores", multiple=True, help="Where they may sign in; none: everywhere.")
@click.option(
    "--member", type=click.UUID, help="The member they are, whose wallets they may not touch."
)
@data_option
def add(data: pathlib.Path | None, **given: object) -> None:
    """Print a PIN for LOGIN: it cannot be shown again, and is changed at the first sign-in.

    LOGIN is a code of the shop, such as waw-117, and no person's name: entries tell it for ever.
    """
    told = {name: value for name, value in given.items() if value is not None}
    try:
        body = msgspec.convert(told, CreateStaffAccount, strict=False)
    except msgspec.ValidationError as wrong:
        raise click.UsageError(str(wrong)) from wrong

    async def make(built: Built) -> IssuedStaffAccount:
        return await create_staff_account(built.ctx, operator(), body)

    with opened(data) as settings:
        click.echo(asyncio.run(_with(settings, make)).pin)


@command.command("list")
@data_option
def list_(data: pathlib.Path | None) -> None:
    """Print all accounts: login, role, state, stores."""
    with opened(data) as settings:
        accounts = asyncio.run(_with(settings, _all))
    for one in accounts:
        click.echo("\t".join((one.login, one.role, one.state, " ".join(one.stores) or "-")))


@command.command("suspend")
@click.argument("login")
@data_option
def suspend(login: str, data: pathlib.Path | None) -> None:
    """Let nobody sign in as LOGIN, and sign out who is."""
    body = PatchStaffAccount(state=AccountState.SUSPENDED)

    async def change(built: Built) -> StaffAccountView:
        account = await staff.account_of(built.ctx, login)
        return await change_staff_account(built.ctx, operator(), account.id, body)

    with opened(data) as settings:
        asyncio.run(_with(settings, change))
    click.echo(f"{login} is suspended, signed out at the latest in half a minute.")


async def _all(built: Built) -> list[StaffAccountView]:
    found: list[StaffAccountView] = []
    cursor: str | None = None
    while True:
        page = await staff.accounts(built.ctx, None, cursor, _PAGE)
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


async def _with(settings: Settings, ask: Callable[[Built], Awaitable[T]]) -> T:
    """Ask a process of our own; it decides nothing, so it needs no program."""
    built = build(await Database.open(settings.database_url), settings)
    try:
        return await ask(built)
    finally:
        await built.stop()
