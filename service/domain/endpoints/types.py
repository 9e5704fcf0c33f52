"""Rows of endpoints; requests and answers about them."""

import datetime as dt
import enum
import uuid
from typing import Annotated, Final, Literal

import msgspec

from service.domain.endpoints.formats import PersonalFields, Segment, Template, TypePatterns
from service.kernel.text import Instant, Name

CHANNELS_MAX: Final = 50
IN_FLIGHT: Final = 4
OLD_SECRET_SECONDS: Final = 86_400
OLD_SECRET_SECONDS_MAX: Final = 7 * OLD_SECRET_SECONDS
DEAD_MAX: Final = 500  # named in one request

# ------------------------------------------------------------------ rows


class State(enum.IntEnum):
    """Numbers stored in `endpoint.state`."""

    PENDING = 0
    ACTIVE = 1
    PAUSED = 2
    DISABLED = 3
    REMOVED = 4


class Format(enum.IntEnum):
    """Numbers stored in `endpoint.format`."""

    WEBHOOK = 0
    SEGMENT = 1
    TEMPLATE = 2


class DeliveryState(enum.IntEnum):
    """Numbers stored in `delivery.state`."""

    WAITING = 0
    DEAD = 1


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint as stored, without its lease. `version`: of its own events.

    `secret` is sealed: the key of a webhook, the `Settings` of another format.
    """

    endpoint_id: uuid.UUID
    version: int
    name: str
    state: State
    url: str
    types: tuple[str, ...]
    channels: tuple[str, ...]
    in_flight_max: int
    format: Format
    personal: tuple[str, ...]
    consent: str | None
    secret: bytes | None
    old_secret: bytes | None
    old_secret_until: dt.datetime | None
    created_at: dt.datetime
    changed_at: dt.datetime
    ended_why: str | None
    succeeded_at: dt.datetime | None
    failing_since: dt.datetime | None
    failures: int
    next_at: dt.datetime | None
    last_status: int | None
    last_answer: str | None


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """How far an endpoint is behind: events it was not sent yet, wanted or not, from when on."""

    endpoint_id: uuid.UUID
    events: int
    since: dt.datetime | None
    waiting: int
    dead: int


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An event that comes next on a track; `body` None: of a type nobody wants."""

    track: int
    shard: int
    pub_seq: int
    holder_id: uuid.UUID
    version: int
    event_id: uuid.UUID
    recorded_at: dt.datetime
    body: bytes | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was refused, or stands behind one; `body` None: it is kept no more."""

    holder_id: uuid.UUID
    version: int
    event_id: uuid.UUID
    attempts: int
    failed_at: dt.datetime
    body: bytes | None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A holder of whom events wait, from a version on."""

    holder_id: uuid.UUID
    version: int
    events: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A row to be written of an event that was not taken; `next_at` None: behind another one."""

    holder_id: uuid.UUID
    version: int
    event_id: uuid.UUID
    state: DeliveryState
    attempts: int
    next_at: dt.datetime | None
    last_status: int | None = None
    last_answer: str | None = None


class ReplayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A replay as stored; `done_at` null: it goes on."""

    replay_id: uuid.UUID
    endpoint_id: uuid.UUID
    track: int
    from_at: dt.datetime
    until_at: dt.datetime
    asked_at: dt.datetime
    done_at: dt.datetime | None


class DeadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter, with its event's type."""

    event_id: uuid.UUID
    holder_id: uuid.UUID
    version: int
    type: str
    attempts: int
    failed_at: dt.datetime
    last_status: int | None
    last_answer: str | None


# ------------------------------------------------------------------ requests

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=2_048)]
Channels = Annotated[tuple[Name, ...], msgspec.Meta(max_length=CHANNELS_MAX)]
InFlight = Annotated[int, msgspec.Meta(ge=1, le=64)]


class CreateEndpoint(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A receiver of events. `types`: event types or families (`regulars.points.*`), none: all.

    `channels`: events that tell a channel come of these alone; none: of all. `in_flight_max`:
    requests at once. `begin`: with the events from now on, or with the first that is kept.

    With `segment` or `template` it is not a webhook but a system with an interface of its own.
    Such a one may be told `personal` fields of members who have given the `consent` named, as they
    are when a request is sent (a member's read scope is needed); it is told as well when they are
    to be forgotten.
    """

    name: Name
    url: Url
    types: TypePatterns = ()
    channels: Channels = ()
    in_flight_max: InFlight = IN_FLIGHT
    segment: Segment | None = None
    template: Template | None = None
    personal: PersonalFields = ()
    consent: Name | None = None
    begin: Literal["now", "first"] = "now"


class PatchEndpoint(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is to be another; what is left out stays. Another `url` of a webhook is verified again.

    `state` paused: nothing is sent, nothing is lost; active: it goes on, at once. The format stays:
    `segment` is for an endpoint that has been one, and so is `template`; a header that comes as it
    is shown (`...`) stays. Another host is told the keys with it. `personal` may grow, and
    `consent` stays: what was told can be forgotten only where and as it was told.
    """

    name: Name | msgspec.UnsetType = msgspec.UNSET
    url: Url | msgspec.UnsetType = msgspec.UNSET
    types: TypePatterns | msgspec.UnsetType = msgspec.UNSET
    channels: Channels | msgspec.UnsetType = msgspec.UNSET
    in_flight_max: InFlight | msgspec.UnsetType = msgspec.UNSET
    segment: Segment | msgspec.UnsetType = msgspec.UNSET
    template: Template | msgspec.UnsetType = msgspec.UNSET
    personal: PersonalFields | msgspec.UnsetType = msgspec.UNSET
    consent: Name | msgspec.UnsetType = msgspec.UNSET
    state: Literal["active", "paused"] | msgspec.UnsetType = msgspec.UNSET


class RotateSecret(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """`old_good_for`: seconds in which the old secret signs along, 0: it has leaked."""

    old_good_for: Annotated[int, msgspec.Meta(ge=0, le=OLD_SECRET_SECONDS_MAX)] = OLD_SECRET_SECONDS


class AskReplay(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """Events recorded in [from, until) are to be sent once more."""

    from_: Instant
    until: Instant


class RetryDeadLetters(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Ids of dead events; none: all of the endpoint, 500 at most."""

    events: Annotated[tuple[uuid.UUID, ...], msgspec.Meta(max_length=DEAD_MAX)] = ()


# ------------------------------------------------------------------ answers

FormatName = Literal["webhook", "segment", "template"]
StateName = Literal["pending", "active", "paused", "disabled", "removed"]


class EndpointView(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint. `failing_since`: since then nothing was taken; `next_at`: the next attempt.

    `behind`: events of the stream it was not sent yet, wanted or not, the first of them recorded
    at `behind_since`; `waiting`: events refused so far, and those behind them; `dead`: given up;
    10,000 of either may be more. `last_answer`: the beginning of the last answer that was no
    success, until there is one.
    `template` is shown without the values of its headers, a write key is not shown.
    """

    id: uuid.UUID
    name: str
    state: StateName
    url: str
    types: tuple[str, ...]
    channels: tuple[str, ...]
    in_flight_max: int
    format: FormatName
    template: Template | None
    personal: tuple[str, ...]
    consent: str | None
    created_at: dt.datetime
    changed_at: dt.datetime
    ended_why: str | None
    old_secret_until: dt.datetime | None
    succeeded_at: dt.datetime | None
    failing_since: dt.datetime | None
    failures: int
    next_at: dt.datetime | None
    last_status: int | None
    last_answer: str | None
    behind: int
    behind_since: dt.datetime | None
    waiting: int
    dead: int


class IssuedSecret(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoint, and its secret, told in this answer alone; null: it is no webhook."""

    endpoint: EndpointView
    secret: str | None


class EndpointPage(msgspec.Struct, frozen=True, kw_only=True):
    """Endpoints by name."""

    items: tuple[EndpointView, ...]
    next: str | None


class Replay(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Events of a span that are sent once more; `done_at` null: it goes on."""

    id: uuid.UUID
    from_: dt.datetime
    until: dt.datetime
    asked_at: dt.datetime
    done_at: dt.datetime | None


class ReplayPage(msgspec.Struct, frozen=True, kw_only=True):
    """Replays, the newest first."""

    items: tuple[Replay, ...]
    next: str | None


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the receiver refused for an hour, or failed at for five days.

    `source` and `sequence` are as in the event.
    """

    event_id: uuid.UUID
    type: str
    subject: uuid.UUID
    sequence: str
    attempts: int
    failed_at: dt.datetime
    last_status: int | None
    last_answer: str | None


class DeadLetterPage(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters by the id of their events."""

    items: tuple[DeadLetter, ...]
    next: str | None


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """How many dead letters are tried again."""

    events: int
