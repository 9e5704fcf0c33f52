"""The facts of a batch: members, history windows, uses of limited rules; one statement for each."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Sequence

import msgspec

from service.domain.members import store as members
from service.domain.members.store import MemberRow
from service.domain.purchases import store as purchases
from service.flows.steps.context import Context
from service.flows.steps.tiers import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.rules.compile import Program
from service.rules.document import WithinKind
from service.rules.facts import Facts, MemberFacts, Past
from service.rules.windows import limit_span, window_start


class Asked(msgspec.Struct, frozen=True):
    """One purchase to be decided: by which program, for whom, at which instant."""

    work: Work
    program: Program
    at: dt.datetime


async def load_members(tx: Tx, ctx: Context, asked: Sequence[Asked]) -> dict[uuid.UUID, MemberRow]:
    """The members whose person a rule or a ladder's calendar asks for."""
    by_anniversary = any(
        ladder.qualify.within is WithinKind.ANNIVERSARY
        for versions in ctx.programs.ladder_versions.values()
        for _, ladder in versions
    )
    wanted = [
        a.work.holder.holder_id
        for a in asked
        if a.work.is_member and (by_anniversary or a.program.reads_member)
    ]
    return await members.members(tx, wanted) if wanted else {}


async def load(
    tx: Tx,
    asked: Sequence[Asked],
    known: dict[uuid.UUID, MemberRow],
    standings: Standings,
) -> list[Facts]:
    """The facts of each purchase, in order; unmatched ones have no member."""
    history = await _history(tx, asked)
    uses = await _uses(tx, asked)
    return [
        Facts(
            at=a.at,
            member=_member(a, known, standings) if a.work.is_member else None,
            history=history[n],
            uses=uses[n],
        )
        for n, a in enumerate(asked)
    ]


def _member(asked: Asked, known: dict[uuid.UUID, MemberRow], standings: Standings) -> MemberFacts:
    holder_id = asked.work.holder.holder_id
    tiers = {
        ladder_id: standing.tier_at(asked.at)
        for ladder_id, standing in standings.get(holder_id, {}).items()
    }
    row = known.get(holder_id)
    if row is None or not asked.program.reads_member:
        return MemberFacts(tiers=tiers)
    return member_facts(row, tiers, asked.at, asked.program.tz)


def member_facts(
    row: MemberRow, tiers: dict[str, str], at: dt.datetime, tz: zoneinfo.ZoneInfo
) -> MemberFacts:
    """What rules may know of a person: nothing that names them.

    Who is born on 29 February has the birthday on the 28th in other years.
    """
    today = at.astimezone(tz).date()
    born = row.profile.birth_date
    birthday = born is not None and (
        (born.month, born.day) == (today.month, today.day)
        or ((born.month, born.day) == (2, 29) and (today.month, today.day) == (2, 28)
            and not _is_leap(today.year))
    )  # fmt: skip
    return MemberFacts(
        fields=row.fields,
        tiers=tiers,
        is_birthday=birthday,
        is_birthday_month=born is not None and born.month == today.month,
        enrolled_days=max(0, (today - row.enrolled_at.astimezone(tz).date()).days),
    )


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


async def _history(tx: Tx, asked: Sequence[Asked]) -> list[dict[str, Past]]:
    """Only members have a history; windows of all purchases go in one or two statements."""
    found: list[dict[str, Past]] = [{} for _ in asked]
    places: list[tuple[int, str]] = []
    questions: list[purchases.WindowAsked] = []
    for n, a in enumerate(asked):
        if not a.work.is_member:
            continue
        for window in a.program.windows:
            places.append((n, window.key()))
            since = window_start(window, a.at, a.program.tz)
            questions.append(
                purchases.WindowAsked(
                    a.work.holder.holder_id,
                    since,
                    a.at,
                    window.channel,
                    window.store,
                    window.category,
                )
            )
    if questions:
        for (n, key), past in zip(places, await purchases.windows(tx, questions), strict=True):
            found[n][key] = past
    return found


async def _uses(tx: Tx, asked: Sequence[Asked]) -> list[dict[str, int]]:
    found: list[dict[str, int]] = [{} for _ in asked]
    places: list[tuple[int, str]] = []
    spans: list[purchases.Span] = []
    for n, a in enumerate(asked):
        if not a.work.is_member:
            continue
        for rule, limit in a.program.limited.items():
            places.append((n, rule))
            spans.append((a.work.holder.holder_id, rule, *limit_span(limit, a.at, a.program.tz)))
    if spans:
        for (n, rule), count in zip(places, await purchases.uses(tx, spans), strict=True):
            if count:
                found[n][rule] = count
    return found
