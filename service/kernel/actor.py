"""Who asked: written to every entry and checked by every route."""

import enum
import uuid

import msgspec


class ActorKind(enum.IntEnum):
    """Numbers stored in `actor_kind`; never reused."""

    PARTNER = 1
    STAFF = 2
    MEMBER = 3
    JOB = 4


def shown(kind: int, name: str) -> str:
    """Who did something, as answers say it: `staff:ann`."""
    return f"{ActorKind(kind).name.lower()}:{name}"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The authenticated caller.

    `client_id` is the API client behind the key: it stays when the key is rotated, so that a
    rotated key replays its own idempotent requests. Of staff it is the client of the device they
    are signed in at, `device` names it, and `own_member` is the member they are themselves, if any:
    what is that member's they may not touch.
    """

    kind: ActorKind
    id: str
    client_id: uuid.UUID
    scopes: frozenset[str] = frozenset()
    store: str | None = None
    device: str | None = None
    own_member: uuid.UUID | None = None

    def may(self, scope: str) -> bool:
        """True when the scope was granted; `admin:*` grants every scope."""
        return scope in self.scopes or "admin:*" in self.scopes
