"""advance_clubs: what a job does for clubs, again and again; each round in small transactions."""

from service.flows.steps.clubs import advancing, lapsing
from service.flows.steps.context import Context


async def advance_clubs(ctx: Context) -> int:
    """Write down what lapsed, give free seats to those who wait; answers how many it moved."""
    lapsed = await advancing.lapse_overdue(ctx) + await lapsing.lapse(ctx)
    return lapsed + await advancing.advance(ctx)
