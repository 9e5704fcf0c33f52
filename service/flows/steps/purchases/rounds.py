"""A batch in rounds: whoever met a race is run again, until every command has its answer."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.match import MatchAgain
from service.infra.batch import BUSY

LOST_MAX: Final = 5  # lost races of one batch; the next round finds by look-up who won

Round = Callable[[Sequence[int], list[Any]], Awaitable[None]]


class RunWithout(Exception):
    """Something refused had got budget: all is rolled back, and the others are run without it."""


async def answered(run: Round, count: int) -> list[Any]:
    """The results of so many commands; `run` sets those it can of the ones it is given.

    What has no result after too many lost races is BUSY: it goes to the slow lane.
    """
    results: list[Any] = [None] * count
    todo, lost = list(range(count)), 0
    while todo and lost < LOST_MAX:
        try:
            await run(todo, results)
        except RunWithout:
            pass  # what was refused has its answer now, so this comes to an end
        except (RunAgain, MatchAgain):
            lost += 1
        todo = [n for n in todo if results[n] is None]
    return [BUSY if result is None else result for result in results]
