"""Every run again: its decision from the stored facts, and what it gave.

A badge that somebody had already is given no second time, so of badges there may be fewer.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from service.domain.occasions.types import run_id
from service.domain.wallets.types import Reason
from service.flows.steps.budgets import used
from service.infra.sql import load
from service.rules.compile import Program
from service.rules.decide_occasion import decide_occasion
from service.rules.decision import ENGINE, Decision
from service.rules.facts import Facts
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_triggers")
_facts: Final = msgspec.msgpack.Decoder(Facts)
_decision: Final = msgspec.msgpack.Decoder(Decision)


async def look_at_range(look: Look) -> None:
    """All runs of the range; what they took of budgets is added to what is used."""
    for row in await look.rows(SQL["list_runs"], granted=int(Reason.GRANTED)):
        look.tally.count(Check.OCCASIONS, 1)
        try:
            found = list(_wrong(look, row))
        except (LookupError, ValueError, msgspec.MsgspecError) as failure:
            found = [f"cannot be read: {failure!r}"]
        place = f"holder {row['holder_id']}, {row['trigger']} {row['ref']}"
        for text in found:
            look.tally.differ(Check.OCCASIONS, place, text)


def _wrong(look: Look, row: Any) -> Iterator[str]:
    program = look.programs.version(row["program_version"])
    facts, decision = _facts.decode(row["facts"]), _decision.decode(row["decision"])
    occasion = facts.occasion
    if occasion is None or (occasion.key(), occasion.ref) != (row["trigger"], row["ref"]):
        yield f"decided for {occasion}"
        return
    if row["engine"] == ENGINE and decide_occasion(program, occasion, facts) != decision:
        yield f"comes out as {decide_occasion(program, occasion, facts)}, recorded is {decision}"
    if row["op_id"] not in {run_id((one, row["trigger"], row["ref"])) for one in row["family"]}:
        yield "its operation is another one's"
    if row["is_due"]:
        yield "it is still left to the job"
    yield from _wrong_gifts(row, program, decision)
    if row["undone_by"] is None:
        for name, units in used(program, decision).items():
            look.tally.used[name] = look.tally.used.get(name, 0) + units


def _wrong_gifts(row: Any, program: Program, decision: Decision) -> Iterator[str]:
    """Lots and coupons stay when it is undone; what counts for limits and tiers goes."""
    lots = [
        f"{program.wallets[one.wallet].number} {one.points} {_seconds(one.available_at)} "
        f"{_seconds(one.expires_at)}"
        for one in decision.awards
    ]
    if row["lots"] != lots:
        yield f"made lots {row['lots']}, decided was {lots}"
    coupons = sorted(f"{one.rule} {one.template}" for one in decision.issued)
    if sorted(row["coupons"]) != coupons:
        yield f"issued {row['coupons']}, decided was {coupons}"
    badges = {program.badges[one.badge].number for one in decision.badges}
    if not badges.issuperset(row["badges"]):
        yield f"gave badges {row['badges']}, decided was {sorted(badges)}"
    stands = row["undone_by"] is None
    uses = sorted(decision.uses) if stands else []
    if sorted(row["uses"]) != uses:
        yield f"used up {row['uses']}, decided was {uses}"
    floors = sorted(f"{one.rule} {one.tier}" for one in decision.floors) if stands else []
    if sorted(row["floors"]) != floors:
        yield f"set tiers {row['floors']}, decided was {floors}"


def _seconds(at: dt.datetime | None) -> str:
    """As PostgreSQL says it: seconds with six places; nothing for null."""
    if at is None:
        return ""
    whole = at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return f"{whole.days * 86_400 + whole.seconds}.{whole.microseconds:06d}"
