"""sign_in_staff: a person at a device gets a token that is good beside the device's key.

The token is bound to the device's API client, to a store (a call centre has none) and to the
device. Signing in again at the same device ends the token from before. While the secret is one that
somebody else has set, the token is good for nothing but the routes by which it is changed.
"""

import datetime as dt
from typing import Final

from service.domain.access import codes
from service.domain.access.errors import StoreForbidden
from service.domain.access.roles import SIGN_IN, staff_scopes_of
from service.domain.holders import store as holders
from service.domain.purchases.errors import UnknownStore
from service.domain.staff import store
from service.domain.staff.errors import StaffStoreForbidden, StaffStoreNeeded, StaffSuspended
from service.domain.staff.types import Account, NewToken, SignedIn, SignIn, StaffRole
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff.staff_proving import Claim, lock_proved, prove
from service.kernel.actor import Actor

_AT_NO_STORE: Final = (StaffRole.AGENT, StaffRole.LEAD)


async def sign_in_staff(ctx: Context, actor: Actor, body: SignIn) -> SignedIn:
    """SignInRefused, TooManySignIns, StaffSuspended; of stores StoreForbidden, StaffStore….

    UnknownStore for one that neither the key nor the account has, nor the program.
    """
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
            store=_store(ctx, account, actor.store, body.store, now),
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
        must_change_secret=account.must_change_secret,
        scopes=tuple(sorted(_scopes(actor, account))),
        store=token.store,
        device=token.device,
        expires_at=token.expires_at,
    )


def _scopes(actor: Actor, account: Account) -> set[str]:
    """What one may ask with the token beside the key."""
    if account.must_change_secret:
        return {SIGN_IN}
    return {*actor.scopes, *staff_scopes_of(account.role)}


def _store(
    ctx: Context, account: Account, of_key: str | None, named: str | None, now: dt.datetime
) -> str | None:
    """Where somebody works now; agents and leads whose accounts name no stores work at none."""
    wanted = of_key or named
    if wanted is None:
        if account.role not in _AT_NO_STORE or account.stores:
            raise StaffStoreNeeded
        return None
    if account.stores and wanted not in account.stores:
        raise StaffStoreForbidden
    if of_key is None and not account.stores:
        _check_known(ctx, wanted, now)
    return wanted


def _check_known(ctx: Context, named: str, now: dt.datetime) -> None:
    """UnknownStore; before the first program, and by one without stores, any is taken."""
    if not ctx.programs.newest:
        return
    stores = ctx.programs.at(now).document.stores
    if stores and named not in stores:
        raise UnknownStore(store=named)
