"""sign_in_staff: a person at a device gets a token that is good beside the device's key.

The token is bound to the device's API client, to a store (a call centre has none) and to the
device. Signing in again at the same device ends the token from before.
"""

import datetime as dt

from service.domain.access import codes
from service.domain.access.errors import StoreForbidden
from service.domain.access.roles import staff_scopes_of
from service.domain.holders import store as holders
from service.domain.staff import store
from service.domain.staff.errors import StaffStoreForbidden, StaffStoreNeeded, StaffSuspended
from service.domain.staff.types import Account, NewToken, SignedIn, SignIn, StaffRole
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff_proving import Claim, lock_proved, prove
from service.kernel.actor import Actor


async def sign_in_staff(ctx: Context, actor: Actor, body: SignIn) -> SignedIn:
    """SignInRefused, TooManySignIns, StaffSuspended; of stores StoreForbidden, StaffStore…."""
    if actor.store is not None and body.store not in {None, actor.store}:
        raise StoreForbidden
    claim = Claim(
        login=body.login,
        pin=body.pin,
        password=body.password,
        client_id=actor.client_id,
        device=body.device,
    )
    proved = await prove(ctx, claim)
    text, code = codes.issue_token()
    async with ctx.db.transaction() as tx:
        account = await lock_proved(tx, proved)
        if account.is_suspended:
            raise StaffSuspended
        await holders.clock(
            tx, ctx.db.clock_offset
        )  # under the lock: later than what it waited for
        now = tx.now or EARLIEST
        token = NewToken(
            kid=code.kid,
            account_id=account.account_id,
            client_id=actor.client_id,
            secret_sha256=code.secret_sha256,
            store=_store(account, actor.store or body.store),
            device=body.device,
            created_at=now,
            expires_at=now + dt.timedelta(seconds=body.live_for),
        )
        await store.insert_token(tx, token)
    return SignedIn(
        token=text,
        account_id=account.account_id,
        login=account.login,
        role=account.role,
        scopes=tuple(sorted(actor.scopes | {*staff_scopes_of(account.role)})),
        store=token.store,
        device=token.device,
        expires_at=token.expires_at,
    )


def _store(account: Account, store_: str | None) -> str | None:
    """Where somebody works now; an agent whose account names no stores works at none."""
    if store_ is None:
        if account.role != StaffRole.AGENT or account.stores:
            raise StaffStoreNeeded
        return None
    if account.stores and store_ not in account.stores:
        raise StaffStoreForbidden
    return store_
