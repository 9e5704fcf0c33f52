"""Who asked: written to every entry and checked by every route."""

import enum
import ipaddress
import uuid

import msgspec


class ActorKind(enum.IntEnum):
    """Numbers stored in `actor_kind`; never reused."""

    PARTNER = 1
    STAFF = 2
    MEMBER = 3
    JOB = 4
    COMMAND = 5


def shown(kind: int, name: str) -> str:
    """Who did something, as answers say it: `staff:ann`."""
    return f"{ActorKind(kind).name.lower()}:{name}"


class StepUp(msgspec.Struct, frozen=True):
    """Somebody signed in too long ago for what is worth more than `units_max` units at once.

    `seconds`: so long ago at most it has to be.
    """

    units_max: int
    seconds: int


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The authenticated caller.

    `client_id` is the API client behind the key: it stays when the key is rotated, so that a
    rotated key replays its own idempotent requests. Of staff it is the client of the device they
    are signed in at, `device` names it, and `own_member` is the member they are themselves, if any:
    what is that member's they may not touch. `rate_per_minute` is the quota that was set on the
    key, if any, and `networks` are those its requests have to come from, none: any.

    Of a member `id` is the member's, and `members` are all ids that are the member's now.
    `step_up`: what they may not do before they have signed in anew; None: there is no such thing.

    `network`, of the caller's address, and `reason`, as the caller gives it, are known where an act
    is written down with them (domain/audit), and nowhere else.
    """

    kind: ActorKind
    id: str
    client_id: uuid.UUID
    scopes: frozenset[str] = frozenset()
    store: str | None = None
    device: str | None = None
    own_member: uuid.UUID | None = None
    rate_per_minute: int | None = None
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    members: frozenset[uuid.UUID] = frozenset()
    step_up: StepUp | None = None
    network: str | None = None
    reason: str | None = None

    def may(self, scope: str) -> bool:
        """True when the scope was granted; `admin:*` grants every scope."""
        return scope in self.scopes or "admin:*" in self.scopes
