"""Staff accounts, tokens and acts in the database."""

import datetime as dt
import uuid
from typing import Any, Final

import asyncpg
import msgspec

from service.domain.staff.errors import LoginTaken, MemberHasAccount, StaffAccountNotFound
from service.domain.staff.types import Account, AccountRow, ActKind, NewToken, State, TokenRow
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor
from service.kernel.ids import new_id

SQL: Final = load("staff")
_encode: Final = msgspec.json.Encoder(order="deterministic").encode

Changes = dict[str, tuple[Any, Any]]  # field -> (before, after), as they are told


async def find(tx: Tx, account_id: uuid.UUID) -> Account | None:
    """An account by its id."""
    return await tx.maybe(SQL["find_account"], Account, account=account_id)


async def find_of(tx: Tx, login: str) -> Account | None:
    """An account by its login."""
    return await tx.maybe(SQL["find_account_of"], Account, login=login)


async def find_named(tx: Tx, login: str) -> AccountRow | None:
    """An account that another sign-in names, with the clock."""
    return await tx.maybe(SQL["find_account_named"], AccountRow, login=login)


async def lock(tx: Tx, account_id: uuid.UUID) -> Account:
    """The account under its lock, waiting; StaffAccountNotFound."""
    found = await tx.maybe(SQL["lock_account"], Account, account=account_id)
    if found is None:
        raise StaffAccountNotFound
    return found


async def page(tx: Tx, after: str, state: State | None, rows: int) -> list[Account]:
    """Accounts whose logins come after one, by login."""
    wanted = None if state is None else int(state)
    return await tx.all(SQL["list_accounts"], Account, after=after, state=wanted, rows=rows)


async def insert(tx: Tx, account: Account) -> None:
    """A new account; LoginTaken, MemberHasAccount."""
    try:
        await tx.run(
            SQL["insert_account"],
            account=account.account_id,
            login=account.login,
            role=account.role,
            stores=list(account.stores),
            member=account.member_id,
            pin_hash=account.pin_hash,
            password_hash=account.password_hash,
            state=int(account.state),
            must_change_secret=account.must_change_secret,
            at=account.created_at,
        )
    except asyncpg.UniqueViolationError as taken:
        if taken.constraint_name == "staff_account_login":
            raise LoginTaken(login=account.login) from taken
        raise MemberHasAccount from taken


async def update(tx: Tx, account: Account) -> None:
    """Write a locked account; MemberHasAccount."""
    try:
        await tx.run(
            SQL["update_account"],
            account=account.account_id,
            role=account.role,
            stores=list(account.stores),
            member=account.member_id,
            pin_hash=account.pin_hash,
            password_hash=account.password_hash,
            state=int(account.state),
            must_change_secret=account.must_change_secret,
            at=account.changed_at,
        )
    except asyncpg.UniqueViolationError as taken:
        raise MemberHasAccount from taken


async def find_token(tx: Tx, kid: str) -> TokenRow | None:
    """The token and its account, live or not."""
    return await tx.maybe(SQL["find_token"], TokenRow, kid=kid)


async def insert_token(tx: Tx, token: NewToken) -> None:
    """A token of a locked account; those of the same account at the same device end."""
    await tx.run(
        SQL["update_tokens_at"],
        account=token.account_id,
        client=token.client_id,
        device=token.device,
        at=token.created_at,
    )
    await tx.run(
        SQL["insert_token"],
        kid=token.kid,
        account=token.account_id,
        client=token.client_id,
        secret_sha256=token.secret_sha256,
        store=token.store,
        device=token.device,
        created_at=token.created_at,
        expires_at=token.expires_at,
    )


async def end_tokens(tx: Tx, account_id: uuid.UUID, at: dt.datetime) -> None:
    """Sign a locked account out everywhere."""
    await tx.run(SQL["update_tokens_of"], account=account_id, at=at)


async def end_token(
    tx: Tx, kid: str, secret_sha256: bytes, client_id: uuid.UUID, at: dt.datetime
) -> dt.datetime | None:
    """When the token ended, now or before; None: the client has no such token."""
    ended: dt.datetime | None = await tx.value(
        SQL["update_token"], kid=kid, secret_sha256=secret_sha256, client=client_id, at=at
    )
    return ended


async def note(
    tx: Tx,
    account_id: uuid.UUID,
    kind: ActKind,
    changes: Changes,
    actor: Actor,
    at: dt.datetime,
) -> uuid.UUID:
    """Write down who did what to an account, for ever; no secret is told. Answers its id."""
    act_id = new_id()
    await tx.run(
        SQL["insert_act"],
        act=act_id,
        account=account_id,
        kind=int(kind),
        changes=_encode(changes).decode(),
        actor_kind=int(actor.kind),
        actor=actor.id,
        client=actor.client_id,
        at=at,
    )
    return act_id
