"""What a member said to being written to."""

import uuid

from service.domain.consents import store
from service.domain.consents.types import Consents
from service.flows.reads.whose import check_member
from service.flows.steps import consents
from service.flows.steps.context import Context


async def of_member(ctx: Context, member_id: uuid.UUID) -> Consents:
    """What counts, and the history; MemberNotFound, MemberErased, MergedAway."""
    async with ctx.db.reading() as tx:
        await check_member(tx, member_id)
        words = (await store.words(tx, [member_id])).get(member_id, {})
        return consents.view(member_id, words.values(), await store.history(tx, member_id))
