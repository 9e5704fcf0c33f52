"""`regulars keys`: shown once, good for what its role may do, refused when revoked."""

import asyncio
import getpass

import asyncpg
import pytest

from service.domain.access import codes
from service.domain.access.roles import ROLES
from service.domain.access.types import KeyRow
from service.flows.reads.keys import find_key
from service.infra.db import Database
from tests.commands.conftest import Command
from tests.databases import Fresh


def stored(database: Fresh, key: str) -> KeyRow:
    """The row of a key that was printed."""
    code = codes.read(key)
    assert code is not None

    async def find() -> KeyRow | None:
        db = await Database.open(database.url, 1, 1)
        try:
            return await find_key(db, code.kid)
        finally:
            await db.close()

    row = asyncio.run(find())
    assert row is not None
    assert row.secret_sha256 == code.secret_sha256
    return row


def test_a_new_key_is_all_that_is_printed(command: Command, database: Fresh) -> None:
    done = command("keys", "create", "--role", "pos", "--name", "till 3", "--store", "waw-01")

    assert done.exit_code == 0, done.output
    assert done.output.count("\n") == 1
    assert done.output.startswith("rgl_live_")
    row = stored(database, done.output.strip())
    assert (row.name, row.store, row.scopes) == ("till 3", "waw-01", frozenset(ROLES["pos"]))


def test_whose_key_it_is_need_not_be_said(command: Command, database: Fresh) -> None:
    row = stored(database, command("keys", "create", "--role", "admin").output.strip())

    assert (row.name, row.store) == ("operator", None)


def test_a_revoked_key_is_not_live_and_cannot_be_revoked_again(
    command: Command, database: Fresh
) -> None:
    key = command("keys", "create", "--role", "app").output.strip()
    kid = key.split("_")[2]

    done = command("keys", "revoke", kid)

    assert (done.exit_code, done.output) == (
        0,
        f"{kid} is refused, at the latest in half a minute.\n",
    )
    assert not stored(database, key).is_live()
    again = command("keys", "revoke", kid)
    assert again.exit_code == 1
    assert "There is no such live key" in again.output


def test_a_third_key_of_a_client_is_refused_in_a_sentence(command: Command) -> None:
    for _ in range(2):
        assert command("keys", "create", "--role", "app").exit_code == 0

    third = command("keys", "create", "--role", "app")

    assert third.exit_code == 1
    assert "has two live keys already" in third.output
    assert "Traceback" not in third.output


def test_a_key_is_made_for_networks(command: Command, database: Fresh) -> None:
    words = ("keys", "create", "--role", "pos", "--network", "10.0.0.0/8", "--network")
    done, refused = command(*words, "fd00::/8"), command(*words, "the till")

    assert stored(database, done.output.strip()).networks == ("10.0.0.0/8", "fd00::/8")
    assert refused.exit_code == 1
    assert "the till is not a network" in refused.output


@pytest.mark.parametrize("words", [("--role", "owner"), ()])
def test_a_role_must_be_one_there_is(command: Command, words: tuple[str, ...]) -> None:
    done = command("keys", "create", *words)

    assert done.exit_code == 2
    assert all(role in done.output for role in ROLES)


def test_whoever_runs_the_command_stands_in_the_audit(command: Command, database: Fresh) -> None:
    kid = command("keys", "create", "--role", "pos").output.split("_")[2]
    command("keys", "revoke", kid)

    async def acts() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(database.url)
        query = "select act, actor_kind, actor_id, about_id from audit_act order by done_at"
        rows = await connection.fetch(query)
        await connection.close()
        return [tuple(row) for row in rows]

    who = (5, getpass.getuser(), kid)
    assert asyncio.run(acts()) == [("key.created", *who), ("key.revoked", *who)]
