"""What a caller can run into with clients and keys."""

import dataclasses

from service.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class KeyMissing(Unauthenticated):
    """This needs an API key: send `Authorization: Bearer rgl_…`."""


class KeyNotAccepted(Unauthenticated):
    """The API key is not accepted: it is mistyped, unknown, expired or revoked."""


@dataclasses.dataclass(eq=False, kw_only=True)
class ScopeMissing(Forbidden):
    """The key may not do this; use one whose role has the scope."""

    scope: str

    def detail(self) -> str:
        """Which scope."""
        return f"this needs the scope {self.scope}"


class MemberTokenNotAccepted(Unauthenticated):
    """The member's token is not accepted: expired, of another issuer, or of nobody known."""


class IssuerUnavailable(Unavailable):
    """The keys of the token's issuer cannot be fetched, so nobody can say whether it is good."""


class NotForMembers(Forbidden):
    """This is nothing a member does; a member's token may not ask for it."""


@dataclasses.dataclass(eq=False, kw_only=True)
class StepUpRequired(Forbidden):
    """The member has to sign in anew before this: it needs a token with a recent `auth_time`."""

    max_age: int

    def detail(self) -> str:
        """How recent."""
        return f"sign in at most {self.max_age} s before"


class NetworkNotAllowed(Forbidden):
    """The key is good, but not from this network; ask whoever made it."""


class StoreForbidden(Forbidden):
    """The key is bound to one store and may write for no other."""


class OwnWallet(Forbidden):
    """Staff may not touch what is their own; a colleague has to do it."""


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownRole(Invalid):
    """There is no such role."""

    allowed: tuple[str, ...]

    def detail(self) -> str:
        """Which there are."""
        return f"a role is one of {', '.join(self.allowed)}"


@dataclasses.dataclass(eq=False, kw_only=True)
class NetworkInvalid(Invalid):
    """A network is an address with the length of its prefix, such as 10.0.0.0/8."""

    network: str

    def detail(self) -> str:
        """Which is none."""
        return f"{self.network} is not a network"


class ClientNameInvalid(Invalid):
    """A client's name has 1 to 64 printable characters."""


class TooManyKeys(Conflict):
    """The client has two live keys already; revoke one first."""


class KeyNotFound(NotFound):
    """There is no such live key."""
