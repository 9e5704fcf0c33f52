"""Staff accounts, tokens and acts as rows."""

import datetime as dt
import uuid
from typing import Any, Final

import asyncpg
import msgspec
import pytest

from service.domain.access import store as access
from service.domain.staff import store
from service.domain.staff.errors import LoginTaken, MemberHasAccount, StaffAccountNotFound
from service.domain.staff.types import Account, ActKind, NewToken, State
from service.infra.db import Database, Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import new_id

NOW: Final = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
CLIENT: Final = uuid.UUID(int=3)
OFFICE: Final = Actor(kind=ActorKind.PARTNER, id="office", client_id=CLIENT)


def account(login: str = "waw-117", **changes: Any) -> Account:
    """An account with a PIN."""
    made = Account(
        account_id=new_id(),
        login=login,
        role="clerk",
        stores=("waw-01", "waw-02"),
        member_id=None,
        pin_hash="a hash",
        password_hash=None,
        state=State.ACTIVE,
        must_change_secret=False,
        created_at=NOW,
        changed_at=NOW,
    )
    return msgspec.structs.replace(made, **changes)


def token(of: Account, kid: str = "0123456789", **changes: Any) -> NewToken:
    """A token at a till."""
    made = NewToken(
        kid=kid,
        account_id=of.account_id,
        client_id=CLIENT,
        secret_sha256=bytes(32),
        store="waw-01",
        device="till-3",
        created_at=NOW,
        expires_at=NOW + dt.timedelta(hours=8),
    )
    return msgspec.structs.replace(made, **changes)


async def inserted(tx: Tx, *accounts: Account) -> None:
    """The accounts, and the client of the device."""
    await access.insert_client(tx, CLIENT, "till", "pos", NOW)
    for one in accounts:
        await store.insert(tx, one)


async def test_an_account_is_read_as_it_was_written_by_id_and_by_login(db: Database) -> None:
    mine = account(member_id=uuid.UUID(int=5))
    async with db.transaction() as tx:
        await inserted(tx, mine)

        assert await store.find(tx, mine.account_id) == mine
        assert await store.find_of(tx, "waw-117") == mine
        assert await store.lock(tx, mine.account_id) == mine
        assert await store.find_of(tx, "WAW-117") is None
        assert await store.find(tx, new_id()) is None


async def test_everything_but_the_login_is_written_anew(db: Database) -> None:
    mine = account()
    changed = msgspec.structs.replace(
        mine,
        role="agent",
        stores=(),
        member_id=uuid.UUID(int=5),
        pin_hash=None,
        password_hash="another",  # a hash
        state=State.SUSPENDED,
        must_change_secret=True,
        changed_at=NOW + dt.timedelta(days=1),
    )
    async with db.transaction() as tx:
        await inserted(tx, mine)
        await store.update(tx, changed)

        assert await store.find(tx, mine.account_id) == changed


async def test_a_login_and_a_member_stand_in_one_account(db: Database) -> None:
    member = uuid.UUID(int=5)
    async with db.transaction() as tx:
        await inserted(tx, account(member_id=member), account("waw-118"))
    async with db.transaction() as tx:
        other = await store.find_of(tx, "waw-118")
    assert other is not None

    with pytest.raises(LoginTaken):
        async with db.transaction() as tx:
            await store.insert(tx, account())
    with pytest.raises(MemberHasAccount):
        async with db.transaction() as tx:
            await store.insert(tx, account("waw-119", member_id=member))
    with pytest.raises(MemberHasAccount):
        async with db.transaction() as tx:
            await store.update(tx, msgspec.structs.replace(other, member_id=member))


async def test_an_account_without_a_secret_is_refused_by_the_table(db: Database) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with db.transaction() as tx:
            await store.insert(tx, account(pin_hash=None))


async def test_what_is_not_there_cannot_be_locked(db: Database) -> None:
    async with db.transaction() as tx:
        with pytest.raises(StaffAccountNotFound):
            await store.lock(tx, new_id())


async def test_pages_go_by_login_and_by_state(db: Database) -> None:
    async with db.transaction() as tx:
        gone = account("b", state=State.SUSPENDED)
        await inserted(tx, account("c"), account("a"), gone)

        async def logins(after: str, state: State | None, rows: int) -> list[str]:
            return [one.login for one in await store.page(tx, after, state, rows)]

        assert await logins("", None, 2) == ["a", "b"]
        assert await logins("b", None, 2) == ["c"]
        assert await logins("", State.ACTIVE, 9) == ["a", "c"]
        assert await logins("", State.SUSPENDED, 9) == ["b"]


async def test_a_token_is_read_with_its_account_and_the_clock(db: Database) -> None:
    mine = account(member_id=uuid.UUID(int=5))
    async with db.transaction() as tx:
        await inserted(tx, mine)
        await store.insert_token(tx, token(mine))

        row = await store.find_token(tx, "0123456789")

        assert row is not None
        assert (row.login, row.role, row.state, row.member_id) == (
            *("waw-117", "clerk", State.ACTIVE, uuid.UUID(int=5)),
        )
        assert (row.client_id, row.store, row.device, row.ended_at) == (
            *(CLIENT, "waw-01", "till-3", None),
        )
        assert not row.must_change_secret
        now = await access.clock(tx)
        assert abs(now - row.read_at) < dt.timedelta(seconds=10)
        assert await store.find_token(tx, "9876543210") is None


async def test_who_a_merged_member_has_become_is_the_person(db: Database) -> None:
    """What was theirs is in the other one's wallets."""
    old, new = new_id(), new_id()
    mine = account(member_id=old)
    async with db.transaction() as tx:
        await tx.connection.execute(
            "insert into holder (holder_id, kind, merged_into, version, settled_at, recorded_at)"
            " values ($1, 1, $2, 0, $3, $3)",
            old,
            new,
            NOW,
        )
        await inserted(tx, mine)
        await store.insert_token(tx, token(mine))

        row = await store.find_token(tx, "0123456789")

    assert row is not None
    assert row.member_id == new


async def test_a_token_is_live_until_it_ends_expires_or_the_account_is_suspended(
    db: Database,
) -> None:
    mine = account()
    async with db.transaction() as tx:
        await inserted(tx, mine)
        await store.insert_token(tx, token(mine))
        row = await store.find_token(tx, "0123456789")
    assert row is not None
    row = msgspec.structs.replace(row, read_at=NOW)

    assert row.is_live()
    assert not msgspec.structs.replace(row, read_at=row.expires_at).is_live()
    assert not msgspec.structs.replace(row, ended_at=NOW).is_live()
    assert not msgspec.structs.replace(row, state=State.SUSPENDED).is_live()


async def ended(tx: Tx) -> dict[str, dt.datetime | None]:
    """kid -> when it ended."""
    return dict(await tx.connection.fetch("select kid, ended_at from staff_token"))


async def test_a_new_token_ends_that_of_the_same_account_at_the_same_device(db: Database) -> None:
    mine, other = account(), account("waw-118")
    later = NOW + dt.timedelta(minutes=1)
    async with db.transaction() as tx:
        await inserted(tx, mine, other)
        await store.insert_token(tx, token(mine, "first"))
        await store.insert_token(tx, token(mine, "elsewhere", device="till-4"))
        await store.insert_token(tx, token(other, "colleague"))
        await store.insert_token(tx, token(mine, "second", created_at=later))

        assert await ended(tx) == {
            "first": later,
            "elsewhere": None,
            "colleague": None,
            "second": None,
        }


async def test_all_tokens_of_an_account_end_at_once_and_each_once(db: Database) -> None:
    mine = account()
    first, second = NOW + dt.timedelta(minutes=1), NOW + dt.timedelta(minutes=2)
    async with db.transaction() as tx:
        await inserted(tx, mine)
        await store.insert_token(tx, token(mine, "first"))
        await store.insert_token(tx, token(mine, "other", device="till-4"))
        assert await store.end_token(tx, "first", bytes(32), CLIENT, first) == first

        await store.end_tokens(tx, mine.account_id, second)

        assert await ended(tx) == {"first": first, "other": second}
        assert await store.end_token(tx, "first", bytes(32), CLIENT, second) == first


@pytest.mark.parametrize(
    ("kid", "sha", "client"),
    [
        ("other", bytes(32), CLIENT),
        ("first", b"\x01" * 32, CLIENT),
        ("first", bytes(32), uuid.UUID(int=4)),
    ],
)
async def test_a_token_ends_only_for_who_has_it_at_its_client(
    db: Database, kid: str, sha: bytes, client: uuid.UUID
) -> None:
    mine = account()
    async with db.transaction() as tx:
        await inserted(tx, mine)
        await store.insert_token(tx, token(mine, "first"))

        assert await store.end_token(tx, kid, sha, client, NOW) is None
        assert await ended(tx) == {"first": None}


async def test_a_clock_that_went_back_ends_a_token_when_it_began(db: Database) -> None:
    mine = account()
    async with db.transaction() as tx:
        await inserted(tx, mine)
        await store.insert_token(tx, token(mine, "first"))

        await store.end_tokens(tx, mine.account_id, NOW - dt.timedelta(seconds=1))

        assert await ended(tx) == {"first": NOW}


async def test_an_act_is_written_and_can_be_neither_changed_nor_deleted(db: Database) -> None:
    mine = account()
    async with db.transaction() as tx:
        await inserted(tx, mine)
        changes = {"role": ("clerk", "agent")}
        await store.note(tx, mine.account_id, ActKind.CHANGED, changes, OFFICE, NOW)
        row = await tx.connection.fetchrow(
            "select kind, changes::text, actor_kind, actor_id, client_id, recorded_at"
            " from staff_act"
        )

    assert tuple(row) == (2, '{"role": ["clerk", "agent"]}', 1, "office", CLIENT, NOW)
    for statement in ("update staff_act set kind = 1", "delete from staff_act"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction() as tx:
                await tx.connection.execute(statement)
