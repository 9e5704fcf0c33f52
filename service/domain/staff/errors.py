"""What a caller can run into with staff accounts and tokens."""

import dataclasses

from service.kernel.errors import (
    Conflict,
    Forbidden,
    NotFound,
    TooMany,
    Unauthenticated,
    Unprocessable,
)


class StaffTokenNotAccepted(Unauthenticated):
    """The staff token is not accepted: mistyped, ended, or of another device; sign in again."""


class SignInRefused(Unprocessable):
    """The login or the secret is not right."""


class StaffSuspended(Conflict):
    """The staff account is suspended."""


class StaffStoreForbidden(Forbidden):
    """The staff account may not sign in at this store."""


@dataclasses.dataclass(eq=False, kw_only=True)
class StaffStoreNeeded(Unprocessable):
    """The key is bound to no store: name the store somebody signs in at."""

    pointer: str = "/store"


class StaffSecretNeeded(Unprocessable):
    """Give the PIN or the password, one of the two."""


class NewSecretNeeded(Unprocessable):
    """Give a new PIN, a new password, or both."""


@dataclasses.dataclass(eq=False, kw_only=True)
class SecretTooSimple(Unprocessable):
    """The secret is one of those that are tried first; choose another."""

    pointer: str


@dataclasses.dataclass(eq=False, kw_only=True)
class SecretNotNew(Unprocessable):
    """The secret is the one that somebody else has set; choose another."""

    pointer: str


@dataclasses.dataclass(eq=False, kw_only=True)
class TooManySignIns(TooMany):
    """Too many sign-ins failed, of this login or at this device; wait before the next one."""

    retry_after_seconds: int

    def detail(self) -> str:
        """How long."""
        return f"try again in {self.retry_after_seconds} s"


@dataclasses.dataclass(eq=False, kw_only=True)
class LoginTaken(Conflict):
    """There is a staff account with this login, and there will be no other one ever."""

    login: str


class MemberHasAccount(Conflict):
    """Another staff account is this member's; one person has one account."""


class StaffAccountNotFound(NotFound):
    """There is no such staff account."""


class StaffTokenNotFound(NotFound):
    """There is no such staff token of this key."""
