"""What a caller can run into with getting into clubs."""

import dataclasses

from service.kernel.errors import Conflict, NotFound, Unprocessable


class ClubNotFound(NotFound):
    """There is no such club, or nothing of it is known to who asks.

    Raised of unknown clubs, of hidden ones to outsiders, of codes that let nobody in, and to those
    who are banned: nobody can tell which it is, so it has no fields.
    """


class InvitationNotFound(NotFound):
    """There is no such invitation of theirs to this club."""


class ClubCodeNotFound(NotFound):
    """There is no such code of theirs for this club."""


class NotInClub(Conflict):
    """Only somebody who belongs to the club may ask for this."""


class AlreadyInClub(Conflict):
    """The member belongs to the club."""


class AlreadyInvited(Conflict):
    """The member has an open offer of this club from somebody else."""


class CannotBeInvited(Conflict):
    """This member cannot be let into the club."""


class NoOpenOffer(Conflict):
    """The member has no open offer of this club."""


class PaymentNeeded(Conflict):
    """The offer is taken by paying for it."""


class InvitationTaken(Conflict):
    """The invitation was taken; only who belongs to the club can be removed from it."""


class NotWaiting(Conflict):
    """The member is not on the waiting list of this club."""


class ClubFull(Conflict):
    """All seats of the club are taken, and it has no waiting list."""


class NoFreeSeat(Conflict):
    """All seats of the club are taken."""


@dataclasses.dataclass(eq=False, kw_only=True)
class EntryNotOffered(Unprocessable):
    """The program lets nobody into this club that way."""

    entry: str

    def detail(self) -> str:
        """Names the way."""
        return f"nobody enters this club by {self.entry}"


@dataclasses.dataclass(eq=False, kw_only=True)
class InvitationsUsedUp(Conflict):
    """The member has no invitations left."""

    invitations: int
    left: int

    def detail(self) -> str:
        """How many there were and are."""
        return f"{self.left} of {self.invitations} are left"


@dataclasses.dataclass(eq=False, kw_only=True)
class OvertakingNeedsNote(Unprocessable):
    """Others wait longer for a seat; the note has to say why they are passed over."""

    waiting: int
    pointer: str = "/note"

    def detail(self) -> str:
        """How many."""
        return f"{self.waiting} would be passed over"


@dataclasses.dataclass(eq=False, kw_only=True)
class ClubInstantInvalid(Unprocessable):
    """The instant must lie between now and five years ahead."""

    pointer: str = "/until"


class OwnerCannotLeave(Conflict):
    """The owner passes the club on first."""


class NothingToCancel(Conflict):
    """The membership has no term that it could end with; the member can leave at once."""


@dataclasses.dataclass(eq=False, kw_only=True)
class PauseTooLong(Unprocessable):
    """Members may not stay away that long by themselves."""

    pause_max: str | None
    pointer: str = "/until"

    def detail(self) -> str:
        """How long they may."""
        if self.pause_max is None:
            return "members of this club do not pause by themselves"
        return f"a pause ends after {self.pause_max} at the latest, and later than now"


class AlreadyPaused(Conflict):
    """The member pauses until another time; that pause is ended first."""


class ApplicationNotFound(NotFound):
    """There is no such application to this club."""


class ApplicationDecidedOtherwise(Conflict):
    """The application is open no more, and was decided otherwise."""


class ClubPaymentReused(Unprocessable):
    """A payment with this reference and other content was recorded before."""


class ClubPaymentNotFound(NotFound):
    """No payment for this club has this reference."""


@dataclasses.dataclass(eq=False, kw_only=True)
class ClubPriceDiffers(Unprocessable):
    """What was paid is not the price of a term."""

    price: int
    currency: str
    pointer: str = "/amount"

    def detail(self) -> str:
        """The price."""
        return f"a term costs {self.price} minor units of {self.currency}"


@dataclasses.dataclass(eq=False, kw_only=True)
class WalletNotOfClub(Unprocessable):
    """The club's pool has no units of this wallet."""

    wallet: str
    pointer: str = "/wallet"


@dataclasses.dataclass(eq=False, kw_only=True)
class ClubDrawLimitReached(Conflict):
    """The member has drawn as much of the club's pool this month as they may."""

    wallet: str
    left: int

    def detail(self) -> str:
        """What may be drawn this month."""
        return f"{self.left} of '{self.wallet}' may be drawn this month still"
