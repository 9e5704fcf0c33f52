"""What a caller can run into with clients and keys."""

import dataclasses

from service.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


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


class ClientNameInvalid(Invalid):
    """A client's name has 1 to 64 printable characters."""


class TooManyKeys(Conflict):
    """The client has two live keys already; revoke one first."""


class KeyNotFound(NotFound):
    """There is no such live key."""
