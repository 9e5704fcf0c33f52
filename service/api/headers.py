"""Headers of a request: their limits, and the few that mean something to us."""

import random
import re
from typing import Final

from service.api.call import Call
from service.api.errors import (
    AddressTooLong,
    FieldError,
    HeadersTooLarge,
    InvalidAddress,
    InvalidHeader,
)
from service.domain.idempotency.errors import IdempotencyKeyMissing

BYTES_MAX: Final = 16 * 1024
ADDRESS_BYTES_MAX: Final = 4 * 1024
# A list on several lines means the same as on one; of these there is one only (RFC 9110 5.3).
_SINGLE: Final = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"host",
        b"idempotency-key",
        b"regulars-reason",
        b"regulars-staff",
    }
)
_LISTS: Final = frozenset({b"accept-language", b"if-match", b"if-none-match"})
_IDEMPOTENCY_KEY: Final = re.compile(rb'([A-Za-z0-9_.:-]{8,255})|"([A-Za-z0-9_.:-]{8,255})"')
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]")


def refuse_abuse(call: Call) -> None:
    """Limits of address and headers, and the Idempotency-Key; raises what is wrong."""
    scope, headers = call.scope, call.headers
    count = size = 0
    for name, value in scope["headers"]:
        count += 1
        size += len(name) + len(value) + 4  # as on the line: a colon, a blank, the line break
    if size > BYTES_MAX:
        raise HeadersTooLarge
    if len(scope["raw_path"]) + len(scope["query_string"]) > ADDRESS_BYTES_MAX:
        raise AddressTooLong
    if _CONTROL.search(scope["path"]):
        raise InvalidAddress
    if len(headers) != count:
        _join(call)
    if (key := headers.get(b"idempotency-key")) is not None:
        call.idempotency_key = _idempotency_key(key)


def request_id(call: Call) -> bytes:
    """The caller's X-Request-Id when it is a plain token, else a new one."""
    given = call.headers.get(b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return b"%016x" % random.getrandbits(64)  # names a request, guards nothing; forks reseed it


def required_key(call: Call) -> str:
    """The Idempotency-Key; raises IdempotencyKeyMissing."""
    if call.idempotency_key is None:
        raise IdempotencyKeyMissing
    return call.idempotency_key


def invalid(name: str, detail: str) -> InvalidHeader:
    """The error for one header."""
    return InvalidHeader(errors=(FieldError(parameter=name, place="header", detail=detail),))


def _join(call: Call) -> None:
    """Some header came twice: an error for those that must be single, a list for the others."""
    seen: dict[bytes, list[bytes]] = {}
    for name, value in call.scope["headers"]:
        seen.setdefault(name, []).append(value)
    for name, values in seen.items():
        if len(values) > 1 and name in _SINGLE:
            raise invalid(name.decode().title(), "is given more than once")
        if name in _LISTS:
            call.headers[name] = b", ".join(values)


def _idempotency_key(given: bytes) -> str:
    match = _IDEMPOTENCY_KEY.fullmatch(given)
    if match is None:
        raise invalid(
            "Idempotency-Key", "is 8 to 255 of A-Z a-z 0-9 _ . : -, in double quotes or bare"
        )
    return (match[1] or match[2]).decode()
