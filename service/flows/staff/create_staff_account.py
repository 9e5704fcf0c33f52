"""create_staff_account: somebody may sign in from now on, and has to choose a secret first."""

import msgspec

from service.domain.audit.acts import Act
from service.domain.holders import store as holders
from service.domain.staff import secret, store
from service.domain.staff.types import (
    Account,
    ActKind,
    CreateStaffAccount,
    IssuedStaffAccount,
    State,
)
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff import staff_accounts
from service.kernel.actor import Actor
from service.kernel.ids import new_id


async def create_staff_account(
    ctx: Context, actor: Actor, body: CreateStaffAccount
) -> IssuedStaffAccount:
    """A new account; LoginTaken, MemberHasAccount, MemberNotFound, SecretTooSimple.

    The login is its natural key: after a lost answer LoginTaken says that the account is there.
    """
    staff_accounts.check(body.login, body.pin, body.password)
    account_id, made = new_id(), None
    if body.pin is None and body.password is None:
        made = secret.made_pin()
    hashes = await staff_accounts.hashes(ctx, account_id, body.pin or made, body.password)
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        account = Account(
            account_id=account_id,
            login=body.login,
            role=str(body.role),
            stores=_ordered(body.stores),
            member_id=None if body.member is None else await staff_accounts.member(tx, body.member),
            pin_hash=hashes.pin,
            password_hash=hashes.password,
            state=State.ACTIVE,
            must_change_secret=True,
            created_at=now,
            changed_at=now,
        )
        await store.insert(tx, account)
        nothing = msgspec.structs.replace(account, pin_hash=None, password_hash=None)
        changes = {
            "role": (None, account.role),
            "stores": (None, account.stores),
            "member_id": (None, account.member_id),
            **staff_accounts.secrets_changed(nothing, account),
        }
        await staff_accounts.note(
            tx, actor, account_id, ActKind.CREATED, Act.STAFF_CREATED, changes
        )
    return staff_accounts.issued(account, made)


def _ordered(stores: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*stores}))
