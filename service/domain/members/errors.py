"""What a caller can run into with members."""

import dataclasses

from service.kernel.errors import Conflict, NotFound, Unprocessable


class MemberNotFound(NotFound):
    """There is no such member."""


@dataclasses.dataclass(eq=False, kw_only=True)
class IdentifierTaken(Conflict):
    """An identifier belongs to another member; look the member up or remove it there first."""

    kind: str


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownIdentifierKind(Unprocessable):
    """The program does not know this kind of identifier."""

    kind: str
    allowed: tuple[str, ...]
    pointer: str = "/identifiers"

    def detail(self) -> str:
        """Names what is allowed."""
        return f"'{self.kind}' is none of {', '.join(self.allowed)}"


@dataclasses.dataclass(eq=False, kw_only=True)
class IdentifierNotHeld(Unprocessable):
    """The member does not hold this identifier."""

    kind: str
    pointer: str = "/remove"


@dataclasses.dataclass(eq=False, kw_only=True)
class AddedAndRemoved(Unprocessable):
    """The same identifier is added and removed; name it once."""

    kind: str
    pointer: str = "/remove"


@dataclasses.dataclass(eq=False, kw_only=True)
class LastIdentifier(Unprocessable):
    """A member keeps at least one identifier."""

    pointer: str = "/remove"


@dataclasses.dataclass(eq=False, kw_only=True)
class FieldInvalid(Unprocessable):
    """A member field is not declared by the program or has another type."""

    name: str
    expected: str
    pointer: str

    def detail(self) -> str:
        """Names the field and what it takes."""
        return f"field '{self.name}': {self.expected}"
