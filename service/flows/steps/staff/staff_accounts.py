"""Staff accounts as flows make, change and show them."""

import uuid

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.coupons import attempts, guesses
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.members.errors import MemberErased, MemberNotFound
from service.domain.staff import secret, store
from service.domain.staff.store import Changes
from service.domain.staff.types import (
    Account,
    AccountState,
    ActKind,
    IssuedStaffAccount,
    StaffAccountView,
)
from service.flows.steps import auditing, hashing
from service.flows.steps.auditing import Done
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor


class Hashes(msgspec.Struct, frozen=True):
    """What is kept of secrets; None: there is none."""

    pin: str | None
    password: str | None


def check(login: str, pin: str | None, password: str | None, *, new: str = "") -> None:
    """SecretTooSimple; `new`: what their names begin with in the request."""
    if pin is not None:
        secret.check_pin(pin, login, f"/{new}pin")
    if password is not None:
        secret.check_password(password, login, f"/{new}password")


async def hashes(
    ctx: Context, account_id: uuid.UUID, pin: str | None, password: str | None
) -> Hashes:
    """Of the secrets of an account; not inside a transaction, it takes 20 ms for each."""
    keyed = (
        None if pin is None else secret.keyed_pin(ctx.secret, account_id, pin),
        None if password is None else secret.keyed_password(ctx.secret, account_id, password),
    )
    found = [None if one is None else await hashing.hashed(one) for one in keyed]
    return Hashes(*found)


async def member(tx: Tx, member_id: uuid.UUID) -> uuid.UUID:
    """The member, or whom they were merged into; MemberNotFound, MemberErased."""
    found = (await holders.find(tx, [member_id])).get(member_id)
    if found is None or found.kind != Kind.MEMBER:
        raise MemberNotFound
    if found.is_erased:
        raise MemberErased
    return found.merged_into or member_id


async def unlock(tx: Tx, ctx: Context, login: str) -> None:
    """What was tried before is forgotten: it was about another secret."""
    await attempts.clear(tx, guesses.of_login(ctx.secret, login))


def changes(before: Account, after: Account) -> Changes:
    """What is another, but for secrets."""
    pairs = {
        "role": (before.role, after.role),
        "stores": (before.stores, after.stores),
        "member_id": (before.member_id, after.member_id),
        "state": (before.state.name.lower(), after.state.name.lower()),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def secrets_changed(before: Account, after: Account) -> Changes:
    """Which secrets there were and are, no secret itself."""
    return {"secrets": (_secrets(before), _secrets(after))}


async def note(
    tx: Tx, actor: Actor, account_id: uuid.UUID, kind: ActKind, act: Act, changes: Changes
) -> None:
    """Who did what to an account: field by field, and under the same id in the audit."""
    act_id = await store.note(tx, account_id, kind, changes, actor, tx.now or EARLIEST)
    done = Done(act=act, about=About.STAFF_ACCOUNT, id=account_id, content=changes)
    await auditing.note(tx, actor, done, act_id)


def view(account: Account) -> StaffAccountView:
    """An account as it is shown."""
    return StaffAccountView(
        id=account.account_id,
        login=account.login,
        role=account.role,
        stores=account.stores,
        member_id=account.member_id,
        state=AccountState(account.state.name.lower()),
        secrets=_secrets(account),
        must_change_secret=account.must_change_secret,
        created_at=account.created_at,
        changed_at=account.changed_at,
    )


def issued(account: Account, pin: str | None) -> IssuedStaffAccount:
    """The same with the PIN that was made for it."""
    return IssuedStaffAccount(**msgspec.structs.asdict(view(account)), pin=pin)


def _secrets(account: Account) -> tuple[str, ...]:
    kept = {"pin": account.pin_hash, "password": account.password_hash}
    return tuple(name for name, one in kept.items() if one is not None)
