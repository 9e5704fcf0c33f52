"""Events of clients: `subject` is the client of a key, `source` says `/clients/{id}`."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec


class CodeGuessing(msgspec.Struct, frozen=True, kw_only=True):
    """Many codes that do not exist were tried through the keys of a client: by a guesser, maybe.

    The keys go on working. Told once for every ten minutes of it, `since` their start.
    """

    client_id: uuid.UUID
    since: dt.datetime
    tried: int


SecurityEvent = CodeGuessing

SECURITY_TYPES: Final[dict[type[Any], str]] = {
    CodeGuessing: "regulars.security.code-guessing.v1",
}
