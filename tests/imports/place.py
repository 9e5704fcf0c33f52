"""Files of a small shop in 2024, and where they are imported."""

import datetime as dt
import json
import pathlib
from collections.abc import Iterable
from typing import Any, Final

from service.flows.programs.publish_program import publish_program
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from tests.databases import Fresh

START: Final = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
SECRET: Final = "only for tests: thirty-two characters or more"
OWNER: Final = Actor(kind=ActorKind.STAFF, id="owner", client_id=derived_id("owner"))
# One point a euro, pending for 14 days, lapsing a year later; silver from 100 euros in a year on
# doubles; 50 once in 30 days when the month comes to 200 euros.
PROGRAM: Final = """
program: {id: files, timezone: Europe/Warsaw, currency: EUR}
channels: [pos]
identifiers: [card, email]
member_fields: {newsletter: bool, cups: number, city: text}
line_fields: {category: text}
wallets:
  points: {pending: {for: 14d}, expires: {after: 12 months}}
  status: {qualifying: true, expires: never}
ladders:
  main:
    qualify: {wallet: status, within: {rolling: 12 months}}
    tiers: [{id: bronze, from: 0}, {id: silver, from: 100}]
campaigns:
  - id: base
    rules:
      - id: base-earn
        then: [{points: {per: 1 EUR, award: 1}}, {points: {wallet: status, per: 1 EUR, award: 1}}]
      - id: silver-double
        when: {member.tier.main: {at_least: silver}}
        then: [{multiply: {by: 2, wallets: [points]}}]
      - id: month
        when: {history.spend: {within: 30d, gte: 200 EUR, including_this: true}}
        limit: {times: 1, per: 30d}
        then: [{points: {fixed: 50}}]
"""


def settings(database: Fresh) -> Settings:
    return Settings(database_url=database.url, jobs_url=database.jobs_url, secret=SECRET)


async def publish(db: Database) -> None:
    await publish_program(db, OWNER, PROGRAM, effective_from=START)


def at(days: float) -> str:
    """An instant of 2024, as text."""
    return (START + dt.timedelta(days=days)).isoformat()


def purchase(number: int | str, card: str, days: float, *cents: int, **more: Any) -> dict[str, Any]:
    return {
        "channel": "pos",
        "external_id": str(number),
        "occurred_at": at(days),
        "currency": "EUR",
        "member": [{"kind": "card", "value": card}],
        "lines": [{"sku": f"s{n}", "amount": amount} for n, amount in enumerate(cents)],
        **more,
    }


def member(card: str, days: float = 0, **more: Any) -> dict[str, Any]:
    return {"identifiers": [{"kind": "card", "value": card}], "enrolled_at": at(days), **more}


def ndjson(path: pathlib.Path, rows: Iterable[Any]) -> pathlib.Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path
