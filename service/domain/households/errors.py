"""What a caller can run into with households."""

import dataclasses
import uuid

from service.kernel.errors import Conflict, NotFound, Unprocessable


class HouseholdNotFound(NotFound):
    """There is no such household."""


class HouseholdsNotOffered(Unprocessable):
    """The program has no households."""


class DissolvedHousehold(Conflict):
    """The household was dissolved."""


@dataclasses.dataclass(eq=False, kw_only=True)
class AlreadyInHousehold(Conflict):
    """The member belongs to a household; one must leave it first."""

    member_id: uuid.UUID


@dataclasses.dataclass(eq=False, kw_only=True)
class NotInHousehold(Conflict):
    """The member does not belong to this household."""

    member_id: uuid.UUID


class NotTheHead(Conflict):
    """Only the head of the household may ask for this."""


class HeadCannotLeave(Conflict):
    """The head passes the place on first, or dissolves the household."""


@dataclasses.dataclass(eq=False, kw_only=True)
class HouseholdFull(Conflict):
    """The household has as many members and open invitations as the program allows."""

    members_max: int


class NotInvited(Conflict):
    """The member has no open invitation to this household."""


@dataclasses.dataclass(eq=False, kw_only=True)
class WalletNotPooled(Unprocessable):
    """Households do not share units of this wallet."""

    wallet: str
    pointer: str = "/wallet"


@dataclasses.dataclass(eq=False, kw_only=True)
class DrawLimitReached(Conflict):
    """The member has drawn as much this month as they may."""

    wallet: str
    left: int

    def detail(self) -> str:
        """What may be drawn this month."""
        return f"{self.left} of '{self.wallet}' may be drawn this month still"
