"""The shop with people at its tills, and few words for them.

All verbs of service/flows/staff/verbs.py.
"""

import functools
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

import msgspec

from service.api.authentication import Keyring
from service.domain.access.codes import Mode
from service.domain.staff.types import (
    ChangeSecret,
    CreateStaffAccount,
    IssuedStaffAccount,
    PatchStaffAccount,
    ResetSecret,
    SignedIn,
    SignIn,
    SignOut,
    StaffAccountView,
    StaffRole,
)
from service.flows.keys.create_key import create_key
from service.flows.keys.note_key_use import note_key_use
from service.flows.reads.keys import find_key
from service.flows.reads.staff import find_token
from service.kernel.actor import Actor
from tests.flows.shop import TILL, Shop

PIN: Final = "640283"
OTHER_PIN: Final = "905174"
FIRST_PIN: Final = "738205"  # known to who made the account
PASSWORD: Final = "seven otters sing at dawn"  # of nobody
OFFICE: Final = msgspec.structs.replace(TILL, id="office", store=None)


class Device:
    """A device with a key of its own: who asks there, alone or with a person."""

    def __init__(self, shop: Shop, key: str, actor: Actor) -> None:
        self.shop = shop
        self.key = key
        self.header = f"Bearer {key}".encode()
        self.actor = actor

    async def sign_in(
        self, login: str = "waw-117", device: str = "till-3", **more: Any
    ) -> SignedIn:
        """Somebody signs in, with the PIN if nothing else is said."""
        secret = {} if "password" in more else {"pin": PIN}
        body = SignIn(login=login, device=device, **{**secret, **more})
        return (await self.shop.verbs.sign_in_staff(self.actor, body)).body

    async def sign_out(self, token: str) -> Any:
        """Somebody signs out."""
        answer = await self.shop.verbs.sign_out_staff(self.actor, SignOut(token=token))
        return answer.body.ended_at

    async def change(self, login: str = "waw-117", **given: Any) -> StaffAccountView:
        """Somebody chooses another secret."""
        body = ChangeSecret(login=login, device=given.pop("device", "till-3"), **given)
        return (await self.shop.verbs.change_staff_secret(self.actor, body)).body

    async def asks(self, token: str) -> Actor:
        """Who is asking there with the token; looked up afresh."""
        return await ring(self.shop).actor(self.header, token.encode())


def ring(shop: Shop, clock: Callable[[], float] = time.monotonic) -> Keyring:
    """The keys of a process that has just started."""
    return Keyring(
        functools.partial(find_key, shop.db),
        functools.partial(note_key_use, shop.db),
        functools.partial(find_token, shop.db),
        clock,
    )


async def device(
    shop: Shop, role: str = "pos", name: str = "till", store: str | None = "waw-01"
) -> Device:
    """A device with a new key."""
    key = await create_key(shop.db, role, name, store=store, mode=Mode.TEST)
    return Device(shop, key, await ring(shop).actor(f"Bearer {key}".encode()))


async def hire(
    shop: Shop, login: str = "waw-117", role: str = "clerk", **more: Any
) -> IssuedStaffAccount:
    """An account, with the PIN if nothing else is said, which counts as chosen by its person.

    Without the slow hashes of a change.
    """
    secret = {} if {"pin", "password"} & more.keys() else {"pin": PIN}
    made = await hire_new(shop, login, role, **{**secret, **more})
    await chosen(shop, made.id)
    return msgspec.structs.replace(made, must_change_secret=False)


async def hire_new(
    shop: Shop, login: str = "waw-117", role: str = "clerk", **more: Any
) -> IssuedStaffAccount:
    """An account whose person has not chosen a secret yet."""
    body = CreateStaffAccount(login=login, role=StaffRole(role), **more)
    return (await shop.verbs.create_staff_account(OFFICE, body)).body


async def chosen(shop: Shop, account_id: uuid.UUID) -> None:
    """The secret of an account counts as its person's own choice."""
    async with shop.db.transaction() as tx:
        await tx.connection.execute(
            "update staff_account set must_change_secret = false where account_id = $1", account_id
        )


async def change(shop: Shop, account_id: uuid.UUID, **given: Any) -> StaffAccountView:
    """What an account is."""
    body = PatchStaffAccount(**given)
    return (await shop.verbs.change_staff_account(OFFICE, account_id, body)).body


async def reset(shop: Shop, account_id: uuid.UUID, **given: Any) -> IssuedStaffAccount:
    """Other secrets."""
    return (await shop.verbs.reset_staff_secret(OFFICE, account_id, ResetSecret(**given))).body


async def acts(shop: Shop, account_id: uuid.UUID) -> list[tuple[int, str, dict[str, Any]]]:
    """(kind, who, what) of all that was done to an account, in order."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select kind, actor_id, changes from staff_act where account_id = $1"
            " order by recorded_at, act_id",
            account_id,
        )
    return [(row[0], row[1], msgspec.json.decode(row[2])) for row in rows]
