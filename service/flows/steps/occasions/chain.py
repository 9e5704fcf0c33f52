"""The chain: what happened is decided, what comes of that is decided too, a few times over.

All in the transaction of what caused it. After `CHAIN_MAX` rounds, or when something lies before
what is known here, the rest is left to the job (`wallets.write` keeps it), so that no program can
make a checkout wait for ever.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from service.flows.steps import tiers
from service.flows.steps.context import Context
from service.flows.steps.occasions import deciding, posting
from service.flows.steps.occasions.run import Run
from service.flows.steps.reconsidering.reconsider import reconsider
from service.flows.steps.standing import Standings
from service.infra.db import Tx

log = structlog.get_logger("occasions")

CHAIN_MAX: Final = 4


async def run(tx: Tx, ctx: Context, runs: Sequence[Run]) -> None:
    """Decide and post what happened to the members, and what that brings about.

    Their purchases and activities are inserted, what they earned is in their books. The caller then
    writes `standings_of(runs)` and the wallets. Without rules for anything but purchases it asks
    the database nothing.
    """
    for rounds in range(CHAIN_MAX):
        _tell_tiers(runs)
        await _reconsider(tx, ctx, runs)
        chosen = deciding.choose(ctx, runs)
        if not chosen:
            return
        await posting.post(tx, ctx, await deciding.decide(tx, ctx, chosen))
        for one, _ in chosen:
            one.work.reconsidered = False
        if rounds == CHAIN_MAX - 1:
            _tell_tiers(runs)
            _leave(runs)


async def _reconsider(tx: Tx, ctx: Context, runs: Sequence[Run]) -> None:
    """Segments and clubs' rules, as all that was written so far has left the members.

    Not of those of whom it is not known here where they stand: the job looks at them.
    """
    if not ctx.programs.has_belonging:
        return
    known = [one for one in runs if one.standings or not ctx.programs.ladders]
    works = [one.work for one in known if not one.work.reconsidered]
    await reconsider(tx, ctx, works, standings_of(known))


def _tell_tiers(runs: Iterable[Run]) -> None:
    for one in runs:
        tiers.emit_changes(one.standings)


def _leave(runs: Sequence[Run]) -> None:
    for one in runs:
        one.work.occasions = deciding.caused(one)
    left = sum(len(one.work.occasions) for one in runs)
    if left:
        log.warning("occasions left to the job", left=left, rounds=CHAIN_MAX)


def standings_of(runs: Iterable[Run]) -> Standings:
    """Where the members stand now, to be written."""
    return {one.work.holder.holder_id: one.standings for one in runs if one.standings}
