"""What a caller can run into with approvals."""

import dataclasses

from service.kernel.errors import Conflict, Forbidden, NotFound, Unprocessable


class ApprovalNotFound(NotFound):
    """There is no such approval."""


class ApprovalNeedsStaff(Forbidden):
    """Only a person who is signed in can approve or refuse."""


class ApprovalNeedsAnother(Forbidden):
    """Who asked for something does not decide it; a colleague has to."""


@dataclasses.dataclass(eq=False, kw_only=True)
class ApprovalClosed(Conflict):
    """It does not wait for anybody any more; ask anew.

    `state`: approved, refused or timed_out.
    """

    state: str

    def detail(self) -> str:
        """What has become of it."""
        return f"it is {self.state.replace('_', ' ')}"


@dataclasses.dataclass(eq=False, kw_only=True)
class ReasonCodeNeeded(Unprocessable):
    """The program has reasons to choose from: name one of them."""

    allowed: tuple[str, ...]
    pointer: str = "/code"


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownReasonCode(Unprocessable):
    """The program has no such reason for this wallet."""

    reason_code: str
    allowed: tuple[str, ...]
    pointer: str = "/code"
