"""What can be wrong with a request before any verb sees it; their statuses stand in problems.py."""

import dataclasses

import msgspec

from service.kernel.errors import ExpectedError, Invalid, NotFound, Unavailable


class FieldError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong: where, and what is expected there.

    In a body `pointer` is a JSON pointer such as `#/lines/0/amount`; elsewhere `parameter` names
    the query parameter or header and `in` says which of the two it is.
    """

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    place: str | None = msgspec.field(default=None, name="in")


@dataclasses.dataclass(eq=False, kw_only=True)
class InvalidBody(Invalid):
    """The body is not valid JSON of the documented shape."""

    errors: tuple[FieldError, ...]

    def detail(self) -> str:
        """The first error."""
        return f"{self.errors[0].pointer}: {self.errors[0].detail}"


@dataclasses.dataclass(eq=False, kw_only=True)
class InvalidParameter(Invalid):
    """A parameter in the address is not valid."""

    errors: tuple[FieldError, ...]

    def detail(self) -> str:
        """The first error."""
        return f"{self.errors[0].parameter}: {self.errors[0].detail}"


@dataclasses.dataclass(eq=False, kw_only=True)
class InvalidHeader(Invalid):
    """A header is not valid."""

    errors: tuple[FieldError, ...]

    def detail(self) -> str:
        """The first error."""
        return f"{self.errors[0].parameter}: {self.errors[0].detail}"


class InvalidAddress(Invalid):
    """The address holds control characters or is not valid UTF-8."""


class RouteNotFound(NotFound):
    """There is nothing at this address; see /docs."""


class HttpError(ExpectedError):
    """A request that HTTP itself has an answer for; each class has a status of its own."""


@dataclasses.dataclass(eq=False, kw_only=True)
class MethodNotAllowed(HttpError):
    """This address does not take this method."""

    allow: tuple[str, ...]

    def detail(self) -> str:
        """Which it takes."""
        return f"it takes {', '.join(self.allow)}"


@dataclasses.dataclass(eq=False, kw_only=True)
class BodyTooLarge(HttpError):
    """The body is larger than this address takes."""

    bytes_max: int

    def detail(self) -> str:
        """The limit."""
        return f"at most {self.bytes_max} bytes"


class BodyTooSlow(HttpError):
    """The body did not arrive in time."""

    retryable = True


class UnsupportedMediaType(HttpError):
    """The body must be sent as `Content-Type: application/json`, in UTF-8 and not compressed."""


class AddressTooLong(HttpError):
    """The address is longer than 4 KB."""


class HeadersTooLarge(HttpError):
    """The headers are larger than 16 KB."""


class PreconditionFailed(HttpError):
    """The stored state is another one than the request's If-Match or If-None-Match names."""


class InternalError(HttpError):
    """Something is wrong on our side; it has been logged under the request_id."""

    retryable = True


class TookTooLong(Unavailable):
    """The request took too long and was given up; send it again to learn what happened."""


@dataclasses.dataclass(eq=False, kw_only=True)
class NotReady(Unavailable):
    """This worker does not take requests right now."""

    reasons: dict[str, str]
