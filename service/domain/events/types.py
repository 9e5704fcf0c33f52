"""The answer of the event stream."""

import msgspec


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """CloudEvents in order; `next` is the cursor for the following call, also when nothing came."""

    items: tuple[msgspec.Raw, ...]
    next: str
