"""The end of a household: what is left in the pool goes to the head."""

from collections.abc import Sequence
from typing import Final

from service.domain.events.sharing import HouseholdDissolved
from service.domain.households import store
from service.domain.households.types import Membership
from service.domain.transfers.types import Kind
from service.flows.steps.context import Context
from service.flows.steps.sharing import passing
from service.flows.steps.sharing.passing import Note
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import new_id

NOTE: Final = "household dissolved"


async def dissolve(
    tx: Tx, ctx: Context, pool: Work, head: Work, people: Sequence[Membership], actor: Actor
) -> HouseholdDissolved:
    """All are locked and settled. Answers what everybody in it is to be told."""
    household_id = pool.holder.holder_id
    rest = {number: book.available for number, book in pool.books.items() if book.available}
    if rest:
        note = Note(new_id(), Kind.DISSOLVED, actor, NOTE)
        await passing.move(tx, ctx, (pool, head), rest, note)
    await store.end(tx, people, pool.at, actor)
    await store.uninvite(tx, household_id)
    await store.dissolve(tx, household_id, pool.at)
    return HouseholdDissolved(household_id=household_id, member_id=head.holder.holder_id)
