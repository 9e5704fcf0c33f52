"""The face of all writing verbs: what an entrance calls. Each passes the gate of the process."""

from service.flows.activities.verbs import VerbsOfActivities
from service.flows.audit.verbs import VerbsOfTheAudit
from service.flows.checkout.verbs import VerbsOfTheCheckout
from service.flows.clubs.verbs import VerbsOfClubs
from service.flows.coupons.verbs import VerbsOfCoupons
from service.flows.desk.verbs import VerbsOfTheDesk
from service.flows.endpoints.verbs import VerbsOfEndpoints
from service.flows.gift_cards.verbs import VerbsOfGiftCards
from service.flows.members.verbs import VerbsOfMembers
from service.flows.memberships.verbs import VerbsOfMemberships
from service.flows.programs.verbs import VerbsOfPrograms
from service.flows.rewards.verbs import VerbsOfRewards
from service.flows.sharing.verbs import VerbsOfSharing
from service.flows.staff.verbs import VerbsOfStaff


class Verbs(
    VerbsOfTheCheckout,
    VerbsOfActivities,
    VerbsOfMembers,
    VerbsOfCoupons,
    VerbsOfGiftCards,
    VerbsOfRewards,
    VerbsOfSharing,
    VerbsOfMemberships,
    VerbsOfClubs,
    VerbsOfTheDesk,
    VerbsOfStaff,
    VerbsOfEndpoints,
    VerbsOfPrograms,
    VerbsOfTheAudit,
):
    """Every method answers, or raises an ExpectedError."""
