"""What a caller can run into with members."""

import dataclasses
import uuid

from service.kernel.errors import Conflict, Gone, NotFound, Unprocessable


class MemberNotFound(NotFound):
    """There is no such member."""


class MemberErased(Gone):
    """The person was forgotten; what is left of the member are figures."""


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


@dataclasses.dataclass(eq=False, kw_only=True)
class MergeWithItself(Unprocessable):
    """Both are the same member already."""

    pointer: str = "/member"


@dataclasses.dataclass(eq=False, kw_only=True)
class MergeBlocked(Conflict):
    """Something of one of them waits to be ended first; then ask again."""

    reasons: tuple[str, ...]

    def detail(self) -> str:
        """What to do about each."""
        return "; ".join(_TO_DO[reason] for reason in self.reasons)


class NotMerged(Conflict):
    """This member was not merged into another one, or that has been undone."""


_TO_DO = {
    "open-hold": "an open checkout holds units or coupons: let it end, or release the hold",
    "held-redemption": "a reward is being held: grant or cancel it",
    "open-approval": "an adjustment waits for a second person: approve or refuse it",
    "two-households": "each belongs to a household of their own: one of them leaves first",
}


@dataclasses.dataclass(eq=False, kw_only=True)
class MergedAway(Conflict):
    """The member is another one now; faces ask again for that one, so no caller sees this."""

    member_id: uuid.UUID
    into: uuid.UUID
