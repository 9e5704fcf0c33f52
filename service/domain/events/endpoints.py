"""Events of endpoints: `subject` is the endpoint, `source` says `/endpoints/{id}`."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec


class EndpointDisabled(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is sent to a receiver any more: it took nothing for days, or asked for that.

    Whoever keeps it sets it going again; what it missed is sent then.
    """

    endpoint_id: uuid.UUID
    name: str
    why: str
    failing_since: dt.datetime | None


EndpointEvent = EndpointDisabled

ENDPOINT_TYPES: Final[dict[type[Any], str]] = {
    EndpointDisabled: "regulars.endpoint.disabled.v1",
}
