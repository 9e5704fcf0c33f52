"""Who has which quota. Pure.

Partners' keys have none unless one was set on the key, and whoever has none is not counted at all:
a shop's tills are not to be stopped by a limit that nobody thought about.
"""

from typing import Final

import msgspec

from service.kernel.actor import Actor, ActorKind

WINDOW_SECONDS: Final = 60
_EVERYTHING: Final = "admin:*"


class Policy(msgspec.Struct, frozen=True):
    """So many requests within any `seconds`; the name is what callers are told."""

    name: str
    quota: int
    seconds: int = WINDOW_SECONDS


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Requests a minute; 0: no limit."""

    members: int = 60
    spends: int = 10  # of members: what takes units out of a wallet, or keeps them
    admins: int = 120
    addresses: int = 30  # requests without credentials that are accepted


class Quotas:
    """The policies of a process."""

    __slots__ = ("_admin", "_member", "_spending", "address")

    def __init__(self, rates: Rates) -> None:
        self._admin = _policies(("admin", rates.admins))
        self._member = _policies(("member", rates.members))
        self._spending = (*self._member, *_policies(("spend", rates.spends)))
        self.address = _policies(("address", rates.addresses))

    def of(self, actor: Actor, *, spends: bool) -> tuple[Policy, ...]:
        """Those a request of the actor counts against; `spends`: it takes units."""
        if actor.kind is ActorKind.MEMBER:
            return self._spending if spends else self._member
        if actor.rate_per_minute is not None:
            return (Policy("key", actor.rate_per_minute),)
        return self._admin if _EVERYTHING in actor.scopes else ()


def subject(actor: Actor) -> str:
    """Whose requests count together: a member's, or a client's over all its keys and people."""
    if actor.kind is ActorKind.MEMBER:
        return f"member\x1f{actor.id}"
    return f"client\x1f{actor.client_id}"


def _policies(*given: tuple[str, int]) -> tuple[Policy, ...]:
    return tuple(Policy(name, quota) for name, quota in given if quota > 0)
