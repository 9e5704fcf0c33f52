"""Who signs in knows the login and the secret: judged in a thread, tried a few times only.

A try of a login is counted before it is judged, in a transaction of its own, and given back when it
was right: so of many at once no more are judged than may be, and none is forgotten when the request
fails. What fails counts against the device too. For a login that does not exist the same is asked
and computed, and it is locked alike.
"""

import datetime as dt
import math
import uuid

import msgspec

from service.domain.coupons import attempts, guesses
from service.domain.coupons.errors import TooManyCodes
from service.domain.coupons.guesses import Subject, locked_until
from service.domain.holders import store as holders
from service.domain.staff import secret, store
from service.domain.staff.errors import SignInRefused, StaffSecretNeeded, TooManySignIns
from service.domain.staff.types import Account
from service.flows.steps import (
    guessing,
    hashing,
)
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody at a device of a client says to be; the PIN or the password that proves it."""

    login: str
    pin: str | None
    password: str | None
    client_id: uuid.UUID
    device: str


async def prove(ctx: Context, claim: Claim) -> Account:
    """The account, as it was read, perhaps suspended; not inside a transaction.

    SignInRefused for an unknown login as for a wrong secret; TooManySignIns; StaffSecretNeeded.
    """
    if (claim.pin is None) == (claim.password is None):
        raise StaffSecretNeeded
    of_till = guesses.of_till(ctx.secret, claim.client_id, claim.device)
    of_login = guesses.of_login(ctx.secret, claim.login)
    await _refuse_locked(ctx, of_till)
    account, window = await _take_try(ctx, claim.login, of_login)
    right = await hashing.apart(secret.is_right, ctx.secret, account, claim.pin, claim.password)
    if account is None or not right:
        await guessing.count(ctx, [of_till])
        raise SignInRefused
    # Asked again: of many guesses at once, those after the last allowed one are told nothing.
    await _refuse_locked(ctx, of_till)
    async with ctx.db.transaction() as tx:
        await attempts.give_back(tx, of_login, window)
    return account


async def lock_proved(tx: Tx, proved: Account) -> Account:
    """The account under its lock; SignInRefused when its secrets have changed meanwhile."""
    locked = await store.lock(tx, proved.account_id)
    if (locked.pin_hash, locked.password_hash) != (proved.pin_hash, proved.password_hash):
        raise SignInRefused
    return locked


async def _refuse_locked(ctx: Context, subject: Subject) -> None:
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        try:
            await guessing.refuse_if_locked(tx, ctx, [subject])
        except TooManyCodes as refusal:
            raise TooManySignIns(retry_after_seconds=refusal.retry_after_seconds) from None


async def _take_try(
    ctx: Context, login: str, subject: Subject
) -> tuple[Account | None, dt.datetime]:
    """The account, if there is one, and the window the try was counted in."""
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        window = await attempts.take(tx, subject, now)
        counted = (await tx.ask(attempts.ask_failures([subject], now)))[subject.digest]
        before = [(start, count - (start == window)) for start, count in counted]
        until = locked_until(before, subject.limit)
        if until is not None and until > now:
            raise TooManySignIns(retry_after_seconds=math.ceil((until - now).total_seconds()))
        return await store.find_of(tx, login), window
