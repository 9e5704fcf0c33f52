"""The demo: prepare the data, publish the program, import, settle, ask for the figures.

Baskets on which coupons were used go through the API (replay.py), the others through the import.

May be stopped and run again: the program's first version says by how many weeks it was shifted.
"""

import contextlib
import datetime as dt
import importlib.resources
import pathlib
import re
import time
from collections.abc import Callable
from typing import Final

import msgspec

from service.demo.completejourney import BEGINS, Prepared, Year
from service.demo.figures import WEEK, Figures, figures, today
from service.demo.redemptions import Redemptions, redemptions
from service.demo.replay import Replay, Serve, bring_in, served
from service.domain.programs.live import Programs
from service.flows.programs.publish_program import publish_program
from service.imports.importer import Importer, Summary, opened
from service.imports.progress import Report
from service.imports.rejects import beside
from service.imports.run_members import import_members
from service.imports.run_purchases import Instead, import_purchases
from service.imports.settle import settle_all
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from service.rules.document import Document

PROGRAM_FILE: Final = "grocery-year.yaml"
PROGRAM_ID: Final = "grocery-year"
FOLDER: Final = "completejourney"
_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_ACTOR: Final = Actor(kind=ActorKind.JOB, id="demo", client_id=derived_id("job", "demo"))

Stage = Callable[[str], contextlib.AbstractContextManager[Report]]


class DemoRefused(Exception):
    """The demo cannot run here; the message says why."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """All that the report and the terminal tell."""

    prepared: Prepared
    redemptions: Redemptions
    members: Summary
    purchases: Summary
    figures: Figures
    document: Document
    seconds: float


async def show(
    settings: Settings,
    data: pathlib.Path,
    stage: Stage,
    serve: Serve,
    households: int | None = None,
) -> Shown:
    """Run it all on the database of the settings, which holds no other program.

    `serve`: the service as an application, without jobs: the import posts what falls due in time.
    """
    started = time.monotonic()
    with stage("reading the year"):
        year = Year(households)
        used = redemptions(year)
    weeks = await _publish(settings, year)
    folder = data / FOLDER
    folder.mkdir(exist_ok=True)
    with stage("writing files to import"):
        prepared = year.write(folder, weeks)
    del year
    async with opened(settings) as importer, served(serve, settings) as client:
        with stage("bringing in coupons"):
            await bring_in(client, used.codes)
        members, purchases = await _import(
            importer, prepared, stage, Replay(client, used.by_basket).take
        )
        document = importer.ctx.programs.compiled[-1].document
        with stage("counting"):
            found = await figures(importer.ctx.db, document, _start(weeks))
    return Shown(
        prepared=prepared,
        redemptions=used,
        members=members,
        purchases=purchases,
        figures=found,
        document=document,
        seconds=time.monotonic() - started,
    )


def _start(weeks: int) -> dt.datetime:
    return BEGINS + weeks * WEEK


async def _publish(settings: Settings, year: Year) -> int:
    """The program from the start of the shifted year on; answers by how many weeks."""
    db = await Database.open(settings.database_url)
    try:
        programs = Programs()
        await programs.refresh(db)
        if programs.newest:
            return _weeks_of(programs)
        weeks = year.weeks_until(await today(db))
        text = importlib.resources.files("service").joinpath("programs", PROGRAM_FILE)
        await publish_program(
            db,
            _ACTOR,
            shifted(text.read_text(encoding="utf-8"), weeks),
            note="the demo of a grocery year",
            effective_from=_start(weeks),
        )
        return weeks
    finally:
        await db.close()


def shifted(program: str, weeks: int) -> str:
    """The program with its dates, which are those of the data, moved by whole weeks."""

    def later(found: re.Match[str]) -> str:
        return (dt.date.fromisoformat(found[0]) + weeks * WEEK).isoformat()

    return _DATE.sub(later, program)


def _weeks_of(programs: Programs) -> int:
    first = programs.compiled[0].document.program.id
    weeks, rest = divmod(programs.rows[0].effective_from - BEGINS, WEEK)
    if first != PROGRAM_ID or rest:
        raise DemoRefused(
            f"this database has another program ({first}): choose another folder for the demo"
        )
    return weeks


async def _import(
    importer: Importer, prepared: Prepared, stage: Stage, instead: Instead
) -> tuple[Summary, Summary]:
    with stage(f"importing {prepared.members.name}") as report:
        path = prepared.members
        members = await import_members(importer, path, rejects=beside(path), report=report)
    with stage(f"importing {prepared.purchases.name}") as report:
        path = prepared.purchases
        purchases = await import_purchases(
            importer, path, rejects=beside(path), report=report, instead=instead
        )
    with stage("settling to now") as report:
        await settle_all(importer.ctx, report)
    return members, purchases
