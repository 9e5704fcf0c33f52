"""change_staff_account: another role, other stores, another member, suspended or not.

Whoever is signed in with the account is signed out by any change, everywhere: what they may do is
never older than their token.
"""

import uuid

import msgspec

from service.domain.audit.acts import Act
from service.domain.holders import store as holders
from service.domain.staff import store
from service.domain.staff.types import (
    Account,
    ActKind,
    PatchStaffAccount,
    StaffAccountView,
    State,
)
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.staff import staff_accounts
from service.infra.db import Tx
from service.kernel.actor import Actor


async def change_staff_account(
    ctx: Context, actor: Actor, account_id: uuid.UUID, body: PatchStaffAccount
) -> StaffAccountView:
    """StaffAccountNotFound, MemberNotFound, MemberHasAccount; what is so already changes nothing.

    A process that has just seen a token may go on accepting it for half a minute.
    """
    async with ctx.db.transaction() as tx:
        account = await store.lock(tx, account_id)
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        changed = await _changed(tx, account, body)
        changes = staff_accounts.changes(account, changed)
        if not changes:
            return staff_accounts.view(account)
        changed = msgspec.structs.replace(changed, changed_at=now)
        await store.update(tx, changed)
        await store.end_tokens(tx, account_id, now)
        await staff_accounts.note(
            tx, actor, account_id, ActKind.CHANGED, Act.STAFF_CHANGED, changes
        )
    return staff_accounts.view(changed)


async def _changed(tx: Tx, account: Account, body: PatchStaffAccount) -> Account:
    """The account as it is asked to be."""
    found = account
    if body.role is not msgspec.UNSET:
        found = msgspec.structs.replace(found, role=str(body.role))
    if body.stores is not msgspec.UNSET:
        found = msgspec.structs.replace(found, stores=tuple(sorted({*body.stores})))
    if body.state is not msgspec.UNSET:
        found = msgspec.structs.replace(found, state=State[body.state.name])
    if body.member is not msgspec.UNSET:
        wanted = body.member
        member_id = None if wanted is None else await staff_accounts.member(tx, wanted)
        found = msgspec.structs.replace(found, member_id=member_id)
    return found
