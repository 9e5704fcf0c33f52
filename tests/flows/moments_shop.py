"""A shop with rules beyond purchases, and what they gave, with few words."""

import pathlib
import uuid
from typing import Any, Final

from service.flows.occasions.run_occasions import run_occasions
from service.flows.occasions.run_schedules import run_schedules
from tests.flows.shop import Shop

MOMENTS: Final = (pathlib.Path(__file__).parent / "occasions.yaml").read_text()


class Moments:
    """What happens to members of a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    async def member(self, number: str = "1", **fields: Any) -> uuid.UUID:
        """A new member, who has 50 points for coming."""
        return (await self.shop.enrol(number, **fields)).id

    async def points(self, member: uuid.UUID) -> int:
        """Points that are usable now."""
        return (await self.shop.balance(member))[0]

    async def runs(self, member: uuid.UUID) -> list[tuple[str, str]]:
        """(trigger, ref) of what was decided, in the order in which it was."""
        async with self.shop.db.reading() as tx:
            rows = await tx.connection.fetch(
                "select trigger, ref from trigger_run where holder_id = $1"
                " order by recorded_at, occurred_at, trigger, ref",
                member,
            )
        return [tuple(row) for row in rows]

    async def triggers(self, member: uuid.UUID) -> list[str]:
        """The triggers alone."""
        return [trigger for trigger, _ in await self.runs(member)]

    async def badges(self, member: uuid.UUID) -> list[int]:
        """Numbers of the badges that the member has."""
        async with self.shop.db.reading() as tx:
            rows = await tx.connection.fetch(
                "select badge from badge_given where holder_id = $1 and taken_at is null"
                " order by badge",
                member,
            )
        return [row[0] for row in rows]

    async def kinds(self, member: uuid.UUID) -> list[str]:
        """The types of the member's events."""
        return [kind for kind, _ in await self.shop.events(member)]

    async def left(self) -> int:
        """How many occasions are left to the job."""
        return await self.shop.count("occasion_due")

    async def run(self) -> int:
        """One round of the job that decides."""
        return await run_occasions(self.shop.built.ctx)

    async def through(self) -> None:
        """All days that have begun are gone through, and what they bring is decided."""
        while await run_schedules(self.shop.built.ctx):
            pass
        while await self.run():
            pass
