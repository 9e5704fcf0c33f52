"""Events as the member they are of is told them: no more than any answer would tell.

An event is written for other systems, and once. What of it mentions a hidden club that the member
is not in is cut out here, by the same rules as of receipts, lists of coupons and rewards
(steps/hiding.py), as the program is now. Of a club that bans them a member is told nothing.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from service.domain.clubs import membership, spans
from service.domain.clubs.membership import Span
from service.domain.events import told
from service.domain.events.told import Place, Row
from service.domain.holders import store as holders
from service.flows.steps import hiding
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.rules.compile import Program
from service.rules.hiding import Hidden


async def shown(
    tx: Tx, ctx: Context, pages: Mapping[Place, Sequence[Row]]
) -> dict[Place, list[Row]]:
    """What of each page is told. A program that was published a moment ago is loaded first."""
    people = {row.holder_id for page in pages.values() for row in page}
    if not people:
        return {place: [] for place in pages}
    if await holders.clock(tx, ctx.db.clock_offset) > ctx.programs.newest:
        await ctx.programs.refresh(ctx.db)
    now = tx.now or EARLIEST
    program = ctx.programs.at(now)
    theirs = await tx.ask(spans.ask_spans(people)) if program.clubs else {}
    told_to = {one: _Ears(program, theirs.get(one, []), now) for one in people}
    return {
        place: [heard for row in page if (heard := told_to[row.holder_id].hear(row)) is not None]
        for place, page in pages.items()
    }


class _Ears:
    """A member now, with their spans in clubs."""

    def __init__(self, program: Program, theirs: Sequence[Span], now: dt.datetime) -> None:
        self._program = program
        self._theirs = theirs
        self._now = now
        self._hidden = hiding.of_spans(program, theirs, now)

    def hear(self, row: Row) -> Row | None:
        """The event as they are told it, if they are."""
        if row.type not in told.SCOPES:
            return None
        row = told.hushed(row)
        of_club = row.type in told.OF_CLUBS
        if not of_club and not self._hidden.clubs:
            return row
        event = msgspec.json.decode(row.body)
        data = event["data"]
        if of_club:
            return row if self._may_know(data["club"]) else None
        if mentions(data, self._hidden):
            return None
        event["data"] = cut(data, self._hidden)
        return row._replace(body=msgspec.json.encode(event))

    def _may_know(self, club_id: str) -> bool:
        """The club is in the program, and they are not banned from it.

        Then they knew it: every event of a club is of what they did there, or were offered.
        """
        club = self._program.clubs.get(club_id)
        return club is not None and not membership.banned_at(self._theirs, club.number, self._now)


def mentions(value: Any, hidden: Hidden) -> bool:
    """It is of a rule, a coupon or a reward that is not told."""
    return isinstance(value, dict) and (
        value.get("rule") in hidden.rules
        or value.get("template") in hidden.coupons
        or value.get("coupon") in hidden.coupons
        or value.get("reward") in hidden.rewards
    )


def cut(data: Any, hidden: Hidden) -> Any:
    """Without what mentions a hidden club, however deep; money and units stay as they are."""
    if isinstance(data, list):
        return [
            cut(one, hidden)
            for one in data
            if not mentions(one, hidden) and not (isinstance(one, str) and one in hidden.coupons)
        ]
    if isinstance(data, dict):
        return {
            name: cut(_without(one, hidden.clubs) if name == "clubs" else one, hidden)
            for name, one in data.items()
            if not mentions(one, hidden)
        }
    return data


def _without(clubs: Any, closed: Collection[str]) -> Any:
    return {name: one for name, one in clubs.items() if name not in closed}
