"""sign_out_staff: a staff token is good no more; again it tells since when."""

from service.domain.access import codes
from service.domain.holders import store as holders
from service.domain.staff import store
from service.domain.staff.errors import StaffTokenNotFound
from service.domain.staff.types import SignedOut, SignOut
from service.flows.steps.context import EARLIEST, Context
from service.kernel.actor import Actor


async def sign_out_staff(ctx: Context, actor: Actor, body: SignOut) -> SignedOut:
    """End a token that was handed out at a device of the same client; StaffTokenNotFound.

    A process that has just seen the token may go on accepting it for half a minute.
    """
    code = codes.read_token(body.token)
    if code is None:
        raise StaffTokenNotFound
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        ended = await store.end_token(tx, code.kid, code.secret_sha256, actor.client_id, now)
    if ended is None:
        raise StaffTokenNotFound
    return SignedOut(ended_at=ended)
