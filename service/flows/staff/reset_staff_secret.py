"""reset_staff_secret: whoever administers accounts gives one other secrets, and unlocks its login.

The secrets from before are gone, all of them, and whoever is signed in is signed out. The person
has to choose another one before anything else.
"""

import uuid

import msgspec

from service.domain.audit.acts import Act
from service.domain.holders import store as holders
from service.domain.staff import secret, store
from service.domain.staff.errors import StaffAccountNotFound
from service.domain.staff.types import ActKind, IssuedStaffAccount, ResetSecret
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff import staff_accounts
from service.kernel.actor import Actor


async def reset_staff_secret(
    ctx: Context, actor: Actor, account_id: uuid.UUID, body: ResetSecret
) -> IssuedStaffAccount:
    """StaffAccountNotFound, SecretTooSimple; after a lost answer it is asked for again."""
    async with ctx.db.reading() as tx:
        found = await store.find(tx, account_id)
    if found is None:
        raise StaffAccountNotFound
    staff_accounts.check(found.login, body.pin, body.password)
    made = secret.made_pin() if body.pin is None and body.password is None else None
    hashes = await staff_accounts.hashes(ctx, account_id, body.pin or made, body.password)
    async with ctx.db.transaction() as tx:
        account = await store.lock(tx, account_id)
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        changed = msgspec.structs.replace(
            account,
            pin_hash=hashes.pin,
            password_hash=hashes.password,
            must_change_secret=True,
            changed_at=now,
        )
        await store.update(tx, changed)
        await store.end_tokens(tx, account_id, now)
        await staff_accounts.unlock(tx, ctx, account.login)
        changes = staff_accounts.secrets_changed(account, changed)
        await staff_accounts.note(
            tx, actor, account_id, ActKind.SECRET_RESET, Act.STAFF_SECRET_RESET, changes
        )
    return staff_accounts.issued(changed, made)
