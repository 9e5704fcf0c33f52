"""Rows of staff accounts and tokens; requests and answers about them."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import Name, Short

SHIFT: Final = dt.timedelta(hours=8)
LIVE_SECONDS_MAX: Final = int(SHIFT.total_seconds())
STORES_MAX: Final = 200

# ------------------------------------------------------------------ rows


class State(enum.IntEnum):
    """Numbers stored in `staff_account.state`."""

    ACTIVE = 0
    SUSPENDED = 1


class ActKind(enum.IntEnum):
    """Numbers stored in `staff_act.kind`."""

    CREATED = 1
    CHANGED = 2
    SECRET_RESET = 3
    SECRET_CHANGED = 4


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as stored; `stores`: where one may sign in with it, empty: everywhere.

    `must_change_secret`: somebody else has set its secrets, and knows them.
    """

    account_id: uuid.UUID
    login: str
    role: str
    stores: tuple[str, ...]
    member_id: uuid.UUID | None
    pin_hash: str | None
    password_hash: str | None
    state: State
    must_change_secret: bool
    created_at: dt.datetime
    changed_at: dt.datetime

    @property
    def is_suspended(self) -> bool:
        """Nobody signs in with it."""
        return self.state is State.SUSPENDED


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token to be written."""

    kid: str
    account_id: uuid.UUID
    client_id: uuid.UUID
    secret_sha256: bytes
    store: str | None
    device: str
    created_at: dt.datetime
    expires_at: dt.datetime


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token with its account. `read_at`: PostgreSQL's clock when it was read."""

    kid: str
    login: str
    role: str
    state: State
    must_change_secret: bool
    member_id: uuid.UUID | None
    client_id: uuid.UUID
    secret_sha256: bytes
    store: str | None
    device: str
    expires_at: dt.datetime
    ended_at: dt.datetime | None
    read_at: dt.datetime

    def is_live(self) -> bool:
        """True while neither ended nor expired, of an active account, when it was read."""
        active = self.state is State.ACTIVE
        return active and self.ended_at is None and self.read_at < self.expires_at


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account that another sign-in names. `read_at`: PostgreSQL's clock when it was read."""

    login: str
    role: str
    state: State
    stores: tuple[str, ...]
    member_id: uuid.UUID | None
    read_at: dt.datetime

    @property
    def is_active(self) -> bool:
        """It is not suspended."""
        return self.state is State.ACTIVE


# ------------------------------------------------------------------ requests

Login = Name
Pin = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6,12}$(?!\n)")]
Password = Annotated[str, msgspec.Meta(min_length=12, max_length=128)]
Stores = Annotated[tuple[Short, ...], msgspec.Meta(max_length=STORES_MAX)]


class StaffRole(enum.StrEnum):
    """What a person may do on top of the device's key; the scopes are in access/roles.py."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    LEAD = "lead"


class AccountState(enum.StrEnum):
    """What an account is: with a suspended one nobody signs in."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class SignIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A person at a `device`, with the PIN or the password.

    `store`: only for a key that is bound to none. `live_for`: seconds, for a shorter shift.
    """

    login: Login
    pin: Pin | None = None
    password: Password | None = None
    device: Short
    store: Short | None = None
    live_for: Annotated[int, msgspec.Meta(ge=60, le=LIVE_SECONDS_MAX)] = LIVE_SECONDS_MAX


class SignOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token that is good no more."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class ChangeSecret(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The PIN or the password as it is, and another PIN, another password, or both.

    What is not named stays, unless somebody else had set it: then only what is named is left.
    """

    login: Login
    pin: Pin | None = None
    password: Password | None = None
    device: Short
    new_pin: Pin | None = None
    new_password: Password | None = None


class CreateStaffAccount(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An account. `login`: a code of the shop, which entries tell for ever, so no person's name.

    `stores`: where one may sign in with it; none: everywhere. `member`: the member this person is,
    whose wallets they may not touch. Without a PIN or a password a PIN is made.
    """

    login: Login
    role: StaffRole
    stores: Stores = ()
    member: uuid.UUID | None = None
    pin: Pin | None = None
    password: Password | None = None


class PatchStaffAccount(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is to be another; what is left out stays. `member` null: no member any more."""

    role: StaffRole | msgspec.UnsetType = msgspec.UNSET
    stores: Stores | msgspec.UnsetType = msgspec.UNSET
    member: uuid.UUID | msgspec.UnsetType | None = msgspec.UNSET
    state: AccountState | msgspec.UnsetType = msgspec.UNSET


class ResetSecret(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The only secrets the account has from now on; without any a PIN is made."""

    pin: Pin | None = None
    password: Password | None = None


# ------------------------------------------------------------------ answers


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A token, told in this answer alone; sent as `Regulars-Staff` beside the device's key.

    `scopes`: those of the key and those of the role. `store` null: a call centre.
    `must_change_secret`: somebody else has set the secret, so the token has the scope
    `staff:sign-in` alone; change the secret and sign in with the new one.
    """

    token: str
    account_id: uuid.UUID
    login: str
    role: str
    must_change_secret: bool
    scopes: tuple[str, ...]
    store: str | None
    device: str
    expires_at: dt.datetime


class SignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """Since when the token is good no more."""

    ended_at: dt.datetime


class StaffAccountView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A staff account; `secrets`: what one can sign in with, `pin`, `password`.

    `must_change_secret`: they were set by somebody else, and nothing is done with the account
    before the person has chosen one.
    """

    id: uuid.UUID
    login: str
    role: str
    stores: tuple[str, ...]
    member_id: uuid.UUID | None = None
    state: AccountState
    secrets: tuple[str, ...]
    must_change_secret: bool = False
    created_at: dt.datetime
    changed_at: dt.datetime


class IssuedStaffAccount(StaffAccountView, frozen=True, kw_only=True, omit_defaults=True):
    """A staff account; `pin`: when it was made and not chosen, told in this answer alone."""

    pin: str | None = None


class StaffAccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts by login; `next` null: there are no more."""

    items: tuple[StaffAccountView, ...]
    next: str | None
