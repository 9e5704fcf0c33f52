"""What is left in the wallets of who is erased goes, at the erasure and with every later return."""

from service.domain.events.catalog import PointsExpired
from service.domain.wallets.emptying import empty
from service.domain.wallets.entries import Op
from service.flows.steps.context import Context
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.kernel.actor import Actor
from service.rules.document import QualifyBy


def leave(ctx: Context, work: Work, standings: dict[str, Standing], op: Op, actor: Actor) -> None:
    """Units go and debt is written off, in the name of the operation; ladders count less.

    All open lots are loaded. What a late return gives back to somebody erased lapses by it, and
    what it takes back is nobody's debt.
    """
    work.mark()
    less = {
        ctx.programs.wallet_id(number): empty(book, op, work.at)
        for number, book in work.books.items()
    }
    work.collect(actor, actor.store)
    for standing in standings.values():
        qualify = standing.ladder.qualify
        if qualify.by is QualifyBy.WALLET and less.get(qualify.wallet or ""):
            standing.contribute(work.at, -less[qualify.wallet or ""], work.at)
    changes = work.changes(ctx.programs)
    if changes:
        work.emit(PointsExpired(changes=changes), work.at)
