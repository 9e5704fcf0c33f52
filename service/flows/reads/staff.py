"""Staff accounts, and staff tokens for authentication."""

import uuid

import msgspec

from service.domain.staff import store
from service.domain.staff.errors import StaffAccountNotFound
from service.domain.staff.types import (
    AccountRow,
    AccountState,
    StaffAccountPage,
    StaffAccountView,
    State,
    TokenRow,
)
from service.flows.steps.context import Context
from service.flows.steps.staff import staff_accounts
from service.infra import cursors
from service.infra.db import Database


async def find_token(db: Database, kid: str) -> TokenRow | None:
    """The token and its account, live or not."""
    async with db.reading() as tx:
        row = await store.find_token(tx, kid)
    if row is None:
        return None
    return msgspec.structs.replace(row, read_at=row.read_at + db.clock_offset)


async def find_account_named(db: Database, login: str) -> AccountRow | None:
    """The account of a login that another sign-in tells, active or not."""
    async with db.reading() as tx:
        row = await store.find_named(tx, login)
    if row is None:
        return None
    return msgspec.structs.replace(row, read_at=row.read_at + db.clock_offset)


async def account(ctx: Context, account_id: uuid.UUID) -> StaffAccountView:
    """One account; StaffAccountNotFound."""
    async with ctx.db.reading() as tx:
        found = await store.find(tx, account_id)
    if found is None:
        raise StaffAccountNotFound
    return staff_accounts.view(found)


async def account_of(ctx: Context, login: str) -> StaffAccountView:
    """The account of a login; StaffAccountNotFound."""
    async with ctx.db.reading() as tx:
        found = await store.find_of(tx, login)
    if found is None:
        raise StaffAccountNotFound
    return staff_accounts.view(found)


async def accounts(
    ctx: Context, state: AccountState | None, cursor: str | None, limit: int
) -> StaffAccountPage:
    """A page of accounts by login, all or those in one state; CursorInvalid."""
    after = "" if cursor is None else cursors.unseal(ctx.secret, cursor, tuple[str, str])
    if isinstance(after, tuple):
        kind, after = after
        if kind != "staff":
            raise cursors.CursorInvalid
    wanted = None if state is None else State[state.name]
    async with ctx.db.reading() as tx:
        found = await store.page(tx, after, wanted, limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return StaffAccountPage(
        items=tuple(staff_accounts.view(one) for one in shown),
        next=cursors.seal(ctx.secret, ("staff", shown[-1].login)) if more else None,
    )
