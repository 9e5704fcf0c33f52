"""Conditional requests (RFC 9110 section 13) for answers that carry an ETag."""

import re
from typing import Final

from service.api.call import Call
from service.api.errors import PreconditionFailed
from service.api.reply import PRIVATE, Header, Reply

_TAG: Final = re.compile(rb'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_BETWEEN: Final = b" \t,"
TAGS_MAX: Final = 100  # of a longer list the rest is not looked at

VARY: Final = b"Authorization, Regulars-Staff, Accept, Accept-Encoding"


def tagged(
    call: Call, etag: str, body: bytes, *, vary: bytes = VARY, cache: bytes = PRIVATE
) -> Reply:
    """200 with the ETag, or 304 when the caller has it already.

    If-Match compares strongly and comes first, If-None-Match weakly; a header that is no list of
    tags names none. Raises PreconditionFailed when If-Match names another state.
    """
    current = etag.encode()
    headers: tuple[Header, ...] = ((b"etag", current), (b"vary", vary))
    if (match := call.headers.get(b"if-match")) is not None and not _names(
        match, current, strong=True
    ):
        raise PreconditionFailed
    none_match = call.headers.get(b"if-none-match")
    if none_match is not None and _names(none_match, current, strong=False):
        return Reply(304, b"", media=None, cache=cache, headers=headers)
    return Reply(200, body, cache=cache, headers=headers)


def _names(given: bytes, current: bytes, *, strong: bool) -> bool:
    """True when the list holds the current tag, or is `*`."""
    if given == current:
        return not (strong and current.startswith(b"W/"))
    if given.strip() == b"*":
        return True
    opaque = current.removeprefix(b"W/")
    if strong and opaque != current:
        return False
    return any(tag == opaque and not (strong and weak) for weak, tag in _tags(given))


def _tags(given: bytes) -> list[tuple[bool, bytes]]:
    """(weak, tag) of the first TAGS_MAX of a well-formed list, none of anything else."""
    found: list[tuple[bool, bytes]] = []
    at = len(given) - len(given.lstrip(_BETWEEN))
    while at < len(given) and len(found) < TAGS_MAX:
        match = _TAG.match(given, at)
        if match is None:
            return []
        found.append((match[1] is not None, match[2]))
        rest = given[match.end() :].lstrip(_BETWEEN)
        at = len(given) - len(rest)
        if rest and b"," not in given[match.end() : at]:
            return []
    return found
