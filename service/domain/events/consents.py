"""Events of consents: ids and codes only."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec


class ConsentChanged(msgspec.Struct, frozen=True, kw_only=True):
    """From now on the member may be written to in a way (email, sms ...), or may not any more.

    `source` says where they said so. Not given: forget what you write to them with. The way is
    called `consent` here, as `channel` is the one of a purchase in all events.
    """

    member_id: uuid.UUID
    consent: str
    given: bool
    said_at: dt.datetime
    source: str


ConsentEvent = ConsentChanged

CONSENT_TYPES: Final[dict[type[Any], str]] = {
    ConsentChanged: "regulars.consent.changed.v1",
}
