"""`regulars up`: PostgreSQL, the demo program and the service from one folder.

The folder holds all: `postgres/`, and `secret` and `keys.json`, which only their owner can read.
Ctrl-C or SIGTERM stops the service, then PostgreSQL; after `kill -9` the next start finds
everything as it was.
"""

import asyncio
import functools
import importlib.resources
import json
import pathlib
import secrets
import threading
import time
import urllib.error
import urllib.request
from typing import Final

import click

from service.commands import http
from service.commands.place import DEFAULT, folder, plain_errors, write_private
from service.domain.access.roles import ROLES
from service.domain.programs.live import Programs
from service.flows.keys.create_key import create_key
from service.flows.programs.publish_program import publish_program
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id

DEMO_PROGRAM: Final = "corner-coffee.yaml"
READY_SECONDS_MAX: Final = 60
_SETTING_UP: Final = Actor(kind=ActorKind.JOB, id="up", client_id=derived_id("job", "up"))

_BANNER: Final = """
  API        {root}/v1
  docs       {root}/docs
  keys       {keys}

Enrol a member, then record their first purchase:

  KEY={key}
  curl -s {root}/v1/members -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
    -d '{member}'
  curl -s {root}/v1/purchases -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
    -d '{purchase}'

Ctrl-C stops everything.
"""
MEMBER: Final = '{"identifiers": [{"kind": "card", "value": "C-1001"}]}'
PURCHASE: Final = (
    '{"channel": "pos", "external_id": "receipt-1", "store": "waw-01", "currency": "EUR",'
    ' "member": [{"kind": "card", "value": "C-1001"}],'
    ' "lines": [{"sku": "flat-white", "quantity": 2, "amount": 840, "category": "coffee"}]}'
)


@click.command("up")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    default=DEFAULT,
    show_default=True,
    help="The folder that holds everything; made when it is not there.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 16))
def command(data: pathlib.Path, host: str, port: int, workers: int) -> None:
    """Run everything in one folder: PostgreSQL, the demo program, the service."""
    with plain_errors(), folder(data, host=host, port=port, workers=workers) as settings:
        asyncio.run(set_up(settings, data / "keys.json"))
        announce = functools.partial(_announce_when_ready, settings, data / "keys.json")
        http.serve(settings, lambda: threading.Thread(target=announce, daemon=True).start())


async def set_up(settings: Settings, keys: pathlib.Path) -> None:
    """The demo program, when none was ever published, and a key a role, when there are none."""
    db = await Database.open(settings.database_url)
    try:
        programs = Programs()
        await programs.refresh(db)
        if programs.newest == 0:
            text = importlib.resources.files("service").joinpath("programs", DEMO_PROGRAM)
            source = text.read_text(encoding="utf-8")
            await publish_program(db, _SETTING_UP, source, note="the demo program")
        if not await asyncio.to_thread(keys.exists):
            await _create_keys(db, keys)
    finally:
        await db.close()


async def _create_keys(db: Database, path: pathlib.Path) -> None:
    """One a role, under a new name each time.

    Keys of a start that was killed before it wrote them down are lost, and must not count against
    the two a client may have.
    """
    name = f"demo-{secrets.token_hex(3)}"
    made = {role: await create_key(db, role, name) for role in ROLES}
    await asyncio.to_thread(write_private, path, json.dumps(made, indent=2) + "\n")


def _announce_when_ready(settings: Settings, keys: pathlib.Path) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{settings.port}"  # noqa: S104
    if not _ready(f"{root}/health/ready"):
        click.echo(f"{root} is not ready after {READY_SECONDS_MAX} s; see the log above", err=True)
        return
    key = json.loads(keys.read_text(encoding="utf-8"))["checkout"]
    given = {"root": root, "keys": keys, "key": key, "member": MEMBER, "purchase": PURCHASE}
    click.echo(_BANNER.format(**given))


def _ready(url: str) -> bool:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own http address
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False
