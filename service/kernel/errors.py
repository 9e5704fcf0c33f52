"""The kinds of expected error, without HTTP numbers.

A concrete error is a dataclass in its noun's `errors.py`: the class name gives the slug, the first
line of the docstring the title, the fields the extension members of the answer. `api/problems.py`
maps a kind to a status. An error that is not an ExpectedError is a bug and answers 500.
"""

import re
from typing import Any, ClassVar, Final

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


class ExpectedError(Exception):
    """Something a caller can run into; subclasses are dataclasses (`eq=False, kw_only=True`)."""

    retryable: ClassVar[bool] = False

    @classmethod
    def slug(cls) -> str:
        """Stable code, from the class name: `CurrencyMismatch` -> `currency-mismatch`."""
        return _WORD.sub("-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """First line of the docstring, the same for every occurrence."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    def members(self) -> dict[str, Any]:
        """The fields of the dataclass, shown to the caller as extension members."""
        fields: dict[str, Any] = getattr(self, "__dataclass_fields__", {})
        return {name: getattr(self, name) for name in fields}

    def detail(self) -> str:
        """One sentence on this occurrence; errors say what to do next."""
        return self.title()

    def __str__(self) -> str:
        return f"{self.slug()}: {self.detail()}"


class Invalid(ExpectedError):
    """The request is not valid."""


class Unauthenticated(ExpectedError):
    """The caller is not known."""


class Forbidden(ExpectedError):
    """The caller may not do this."""


class NotFound(ExpectedError):
    """There is no such thing, or it is not the caller's."""


class Gone(ExpectedError):
    """There was such a thing, and there never will be again."""


class Conflict(ExpectedError):
    """The state does not allow this."""


class TooMany(ExpectedError):
    """Too many requests."""

    retryable: ClassVar[bool] = True


class Unavailable(ExpectedError):
    """The service cannot answer right now; the same request may be sent again."""

    retryable: ClassVar[bool] = True


class Unprocessable(ExpectedError):
    """The request is well formed and cannot be done as it stands."""
