"""`regulars program`: the program file, from a draft to a published version."""

import asyncio
import contextlib
import datetime as dt
import getpass
import json
import pathlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeVar

import click

from service.commands.place import data_option, opened
from service.domain.programs.errors import ProgramInvalid
from service.domain.programs.types import PlanView, ProgramSource, VersionView
from service.flows.build import Built, build
from service.flows.programs.publish_program import publish_program
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from service.rules.check import check_text
from service.rules.schema import json_schema

T = TypeVar("T")
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)


@click.group("program")
def command() -> None:
    """Work on the program file: check, plan, apply."""


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of program files, for completion in editors."""
    click.echo(json.dumps(json_schema(), indent=2))


@command.command("check")
@click.argument("file", type=_FILE)
def check(file: pathlib.Path) -> None:
    """Print every problem of FILE, or that there is none; exit 1 when there are problems."""
    _read_checked(file)
    click.echo(f"{file}: no problems")


@command.command("plan")
@click.argument("file", type=_FILE)
@data_option
def plan(file: pathlib.Path, data: pathlib.Path | None) -> None:
    """Say in words what publishing FILE would change; nothing is written."""
    source = _read_checked(file)

    async def ask(built: Built) -> PlanView:
        return await built.reads.plan(ProgramSource(source=source))

    with opened(data) as settings, _every_problem(file):
        view = asyncio.run(_with(settings, ask))
    for line in view.changes or ("nothing changes",):
        click.echo(line)
    for ladder, count in view.members_moving.items():
        click.echo(f"ladder {ladder}: {count} members would move")
    for one in view.segments:
        now = "new" if one.members_now is None else f"now {one.members_now}"
        about = "" if one.sample is None else f"about, by a sample of {one.sample}: "
        click.echo(f"segment {one.id}: {about}{one.members} members would belong to it ({now})")


@command.command("apply")
@click.argument("file", type=_FILE)
@click.option("--note", default="", help="Why; kept with the version.")
@click.option(
    "--effective-from",
    metavar="INSTANT",
    help="With its offset, such as 2026-12-01T00:00+01:00; as soon as possible when left out.",
)
@data_option
def apply(
    file: pathlib.Path, note: str, effective_from: str | None, data: pathlib.Path | None
) -> None:
    """Publish FILE as the next version."""
    source = _read_checked(file)
    starts = _instant(effective_from)
    with opened(data) as settings, _every_problem(file):
        view = asyncio.run(_publish(settings, source, note, starts))
    click.echo(f"version {view.version} of {view.id}, effective {view.effective_from.isoformat()}")


def operator() -> Actor:
    """Whoever runs the command, by their account on this machine."""
    name = getpass.getuser()
    return Actor(kind=ActorKind.COMMAND, id=name, client_id=derived_id("operator", name))


def _read_checked(file: pathlib.Path) -> str:
    """The text of a file without problems; otherwise prints them and ends with 1."""
    content = file.read_bytes()
    problems = check_text(content, str(file)).problems
    for problem in problems:
        click.echo(str(problem))
    if problems:
        raise click.exceptions.Exit(1)
    return content.decode()


@contextlib.contextmanager
def _every_problem(file: pathlib.Path) -> Iterator[None]:
    """What only the live version makes a problem is printed as those of the file are."""
    try:
        yield
    except ProgramInvalid as invalid:
        for problem in invalid.problems:
            click.echo(problem.replace("program.yaml", str(file), 1))
        raise click.exceptions.Exit(1) from invalid


def _instant(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as failure:
        raise click.BadParameter(
            f"{text} is no instant", param_hint="--effective-from"
        ) from failure
    if found.tzinfo is None:
        raise click.BadParameter("give the offset, or Z", param_hint="--effective-from")
    return found


async def _publish(
    settings: Settings, source: str, note: str, starts: dt.datetime | None
) -> VersionView:
    db = await Database.open(settings.database_url)
    try:
        return await publish_program(db, operator(), source, note=note, effective_from=starts)
    finally:
        await db.close()


async def _with(settings: Settings, ask: Callable[[Built], Awaitable[T]]) -> T:
    """Ask the reads of a process of our own, with the versions loaded."""
    built = build(await Database.open(settings.for_jobs()), settings)
    try:
        await built.start()
        return await ask(built)
    finally:
        await built.stop()
