"""change_staff_secret: somebody who knows a secret of their account chooses another one.

What is not named stays, unless somebody else has set it: they know it, so it goes, and what is
chosen is another one. Whoever is signed in with the account is signed out, everywhere.
"""

import msgspec

from service.domain.audit.acts import Act
from service.domain.holders import store as holders
from service.domain.staff import secret, store
from service.domain.staff.errors import NewSecretNeeded, SecretNotNew, StaffSuspended
from service.domain.staff.types import Account, ActKind, ChangeSecret, StaffAccountView
from service.flows.steps import hashing
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff import staff_accounts
from service.flows.steps.staff.staff_accounts import Hashes
from service.flows.steps.staff.staff_proving import Claim, lock_proved, prove
from service.kernel.actor import Actor, ActorKind


async def change_staff_secret(ctx: Context, actor: Actor, body: ChangeSecret) -> StaffAccountView:
    """SignInRefused, TooManySignIns, StaffSuspended, NewSecretNeeded, SecretTooSimple.

    SecretNotNew for one that somebody else has set.
    """
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
    if proved.must_change_secret:
        await _check_new(ctx, proved, body)
    hashes = await staff_accounts.hashes(ctx, proved.account_id, body.new_pin, body.new_password)
    async with ctx.db.transaction() as tx:
        account = await lock_proved(tx, proved)
        if account.is_suspended:
            raise StaffSuspended
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        changed = msgspec.structs.replace(_changed(account, hashes), changed_at=now)
        await store.update(tx, changed)
        await store.end_tokens(tx, account.account_id, now)
        changes = staff_accounts.secrets_changed(account, changed)
        themself = _themself(actor, account)
        await staff_accounts.note(
            tx,
            themself,
            account.account_id,
            ActKind.SECRET_CHANGED,
            Act.STAFF_SECRET_CHANGED,
            changes,
        )
    return staff_accounts.view(changed)


async def _check_new(ctx: Context, account: Account, body: ChangeSecret) -> None:
    """SecretNotNew; not inside a transaction, it takes 20 ms for each."""
    for pointer, pin, password in (
        ("/new_pin", body.new_pin, None),
        ("/new_password", None, body.new_password),
    ):
        if pin is None and password is None:
            continue
        if await hashing.apart(secret.is_right, ctx.secret, account, pin, password):
            raise SecretNotNew(pointer=pointer)


def _changed(account: Account, hashes: Hashes) -> Account:
    """With the new secrets, and those of before that nobody else has set."""
    kept = not account.must_change_secret
    return msgspec.structs.replace(
        account,
        pin_hash=hashes.pin or (account.pin_hash if kept else None),
        password_hash=hashes.password or (account.password_hash if kept else None),
        must_change_secret=False,
    )


def _themself(actor: Actor, account: Account) -> Actor:
    """The person, at the device of the key."""
    return msgspec.structs.replace(actor, kind=ActorKind.STAFF, id=account.login)
