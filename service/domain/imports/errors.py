"""What is wrong with rows of imports, beyond what a request could get wrong."""

import dataclasses
import datetime as dt

from service.kernel.errors import Conflict, Unprocessable


@dataclasses.dataclass(eq=False, kw_only=True)
class EnrolmentOutOfRange(Unprocessable):
    """Nobody enrols in the future, nor before the year 2000."""

    enrolled_at: dt.datetime
    pointer: str = "/enrolled_at"


@dataclasses.dataclass(eq=False, kw_only=True)
class OpeningInvalid(Unprocessable):
    """An opening balance cannot be brought along like this."""

    pointer: str
    problem: str

    def detail(self) -> str:
        """Where and what."""
        return f"{self.pointer}: {self.problem}"


@dataclasses.dataclass(eq=False, kw_only=True)
class PartlyKnown(Conflict):
    """Some identifiers of the row are a member's already, others nobody's: change that member."""

    kind: str
    pointer: str = "/identifiers"

    def detail(self) -> str:
        """Which one is nobody's."""
        return f"a member has other identifiers of this row, but not its {self.kind}: change them"
