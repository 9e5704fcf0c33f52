"""`regulars staff`: accounts are made with a PIN that is printed once, listed and suspended."""

import asyncio
import uuid

import pytest

from service.domain.staff import secret, store
from service.domain.staff.types import Account
from service.infra.db import Database
from tests.commands.conftest import Command
from tests.databases import Fresh
from tests.flows.shop import SECRET


def stored(database: Fresh, login: str) -> Account:
    """The row of an account."""

    async def find() -> Account | None:
        db = await Database.open(database.url, 1, 1)
        try:
            async with db.reading() as tx:
                return await store.find_of(tx, login)
        finally:
            await db.close()

    row = asyncio.run(find())
    assert row is not None
    return row


def test_a_pin_is_all_that_is_printed_and_it_is_right(command: Command, database: Fresh) -> None:
    words = ("--role", "clerk", "--store", "waw-02", "--store", "waw-01")
    done = command("staff", "add", "waw-117", *words)

    assert done.exit_code == 0, done.output
    pin = done.output.strip()
    assert (len(pin), pin.isdigit()) == (8, True)
    row = stored(database, "waw-117")
    assert (row.role, row.stores, row.member_id) == ("clerk", ("waw-01", "waw-02"), None)
    assert secret.is_right(SECRET.encode(), row, pin, None)


def test_accounts_are_listed_by_login_with_what_they_are(command: Command) -> None:
    command("staff", "add", "waw-118", "--role", "supervisor", "--store", "waw-01")
    command("staff", "add", "desk-04", "--role", "agent")
    command("staff", "suspend", "waw-118")

    done = command("staff", "list")

    assert done.output.splitlines() == [
        "desk-04\tagent\tactive\t-",
        "waw-118\tsupervisor\tsuspended\twaw-01",
    ]


def test_an_account_is_suspended_and_says_when(command: Command) -> None:
    command("staff", "add", "waw-117", "--role", "clerk")

    done = command("staff", "suspend", "waw-117")

    assert (done.exit_code, done.output) == (
        0,
        "waw-117 is suspended, signed out at the latest in half a minute.\n",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("staff", "suspend", "nobody"), "There is no such staff account"),
        (
            ("staff", "add", "waw-117", "--role", "clerk"),
            "There is a staff account with this login",
        ),
        (
            ("staff", "add", "waw-118", "--role", "clerk", "--member", str(uuid.UUID(int=1))),
            "There is no such member",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    command: Command, words: tuple[str, ...], said: str
) -> None:
    command("staff", "add", "waw-117", "--role", "clerk")

    done = command(*words)

    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    "words", [("Anna Nowak", "--role", "clerk"), ("x" * 65, "--role", "clerk"), ("waw-117",)]
)
def test_a_login_that_is_none_is_refused(command: Command, words: tuple[str, ...]) -> None:
    done = command("staff", "add", *words)

    assert done.exit_code == 2
    assert command("staff", "list").output == ""
