"""change_staff_secret: somebody who knows a secret of their account chooses another one.

What is not named stays. Whoever is signed in with the account is signed out, everywhere.
"""

import msgspec

from service.domain.holders import store as holders
from service.domain.staff import store
from service.domain.staff.errors import NewSecretNeeded, StaffSuspended
from service.domain.staff.types import Account, ActKind, ChangeSecret, StaffAccountView
from service.flows.steps import staff_accounts
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff_proving import Claim, lock_proved, prove
from service.kernel.actor import Actor, ActorKind


async def change_staff_secret(ctx: Context, actor: Actor, body: ChangeSecret) -> StaffAccountView:
    """SignInRefused, TooManySignIns, StaffSuspended, NewSecretNeeded, SecretTooSimple."""
    if body.new_pin is None and body.new_password is None:
        raise NewSecretNeeded
    staff_accounts.check(body.login, body.new_pin, body.new_password, new="new_")
    claim = Claim(
        login=body.login,
        pin=body.pin,
        password=body.password,
        client_id=actor.client_id,
        device=body.device,
    )
    proved = await prove(ctx, claim)
    hashes = await staff_accounts.hashes(ctx, proved.account_id, body.new_pin, body.new_password)
    async with ctx.db.transaction() as tx:
        account = await lock_proved(tx, proved)
        if account.is_suspended:
            raise StaffSuspended
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        changed = msgspec.structs.replace(
            account,
            pin_hash=hashes.pin or account.pin_hash,
            password_hash=hashes.password or account.password_hash,
            changed_at=now,
        )
        await store.update(tx, changed)
        await store.end_tokens(tx, account.account_id, now)
        changes = staff_accounts.secrets_changed(account, changed)
        themself = _themself(actor, account)
        await store.note(tx, account.account_id, ActKind.SECRET_CHANGED, changes, themself, now)
    return staff_accounts.view(changed)


def _themself(actor: Actor, account: Account) -> Actor:
    """The person, at the device of the key."""
    return Actor(kind=ActorKind.STAFF, id=account.login, client_id=actor.client_id)
