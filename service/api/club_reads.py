"""Clubs over HTTP, read. A hidden club is answered to outsiders like one that does not exist."""

from typing import Final

from service.api.call import Call
from service.api.languages import preferred
from service.api.own_member import PATH
from service.api.parameters import member_id
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.views import (
    ApplicationsOfClub,
    ApplicationsPage,
    ClubHistoryPage,
    ClubMembersPage,
    Clubs,
    ClubsFor,
    ClubsPage,
    ClubView,
    MembersClubs,
    MembersClubsQuery,
    WaitingPage,
)
from service.domain.members.errors import MemberNotFound
from service.infra.cursors import CursorInvalid

TAG: Final = "Clubs"


@route(
    "GET",
    "/v1/clubs",
    scope="clubs:read",
    own=("member_id",),
    tag=TAG,
    takes=Query(ClubsFor),
    answers={200: Answer(what="The clubs that may be known of.", body=Clubs)},
    refuses=(MemberNotFound,),
    languages=True,
)
async def list_clubs(call: Call, query: ClubsFor) -> Reply:
    """List the clubs that everybody may see, and those that the member may know of.

    A hidden one is told to those who belong to it, are offered a place, wait or have applied, and
    to callers with clubs:manage.
    """
    reads = call.services.reads
    return ok(await reads.clubs(call.actor, query.member_id, preferred(call)))


@route(
    "GET",
    "/v1/clubs/{club}",
    scope="clubs:read",
    own=("member_id",),
    tag=TAG,
    takes=Query(ClubsFor),
    answers={200: Answer(what="The club.", body=ClubView)},
    refuses=(ClubNotFound, MemberNotFound),
    languages=True,
)
async def read_club(call: Call, query: ClubsFor) -> Reply:
    """Read a club: what it is, the ways in, and how many seats are left."""
    reads, club = call.services.reads, call.path_text("club")
    return ok(await reads.club(call.actor, club, query.member_id, preferred(call)))


@route(
    "GET",
    "/v1/members/{member_id}/clubs",
    scope="clubs:read",
    own=(PATH,),
    tag=TAG,
    takes=Query(MembersClubsQuery),
    answers={200: Answer(what="All about the member and clubs.", body=MembersClubs)},
    refuses=(MemberNotFound,),
    languages=True,
)
async def list_members_clubs(call: Call, query: MembersClubsQuery) -> Reply:
    """List the clubs a member belongs to, and offers, applications and places on waiting lists.

    Everything as it is now: a term that is over, or a rule that is no longer true, ends a
    membership at that instant.
    """
    ended = query.history == "true"
    reads = call.services.reads
    return ok(await reads.members_clubs(member_id(call), preferred(call), history=ended))


@route(
    "GET",
    "/v1/clubs/{club}/members",
    scope="clubs:manage",
    tag=TAG,
    takes=Query(ClubsPage),
    answers={200: Answer(what="A page of members, by id.", body=ClubMembersPage)},
    refuses=(ClubNotFound, CursorInvalid),
)
async def list_club_members(call: Call, query: ClubsPage) -> Reply:
    """List who belongs to a club now; who is in by a rule that is no longer true is left out."""
    return ok(await call.services.reads.club_members(call.path_text("club"), query))


@route(
    "GET",
    "/v1/clubs/{club}/history",
    scope="clubs:manage",
    tag=TAG,
    takes=Query(ClubsPage),
    answers={200: Answer(what="A page of the history, newest first.", body=ClubHistoryPage)},
    refuses=(ClubNotFound, CursorInvalid),
)
async def list_club_history(call: Call, query: ClubsPage) -> Reply:
    """List who let whom in, when and why, and how everybody left."""
    return ok(await call.services.reads.club_history(call.path_text("club"), query))


@route(
    "GET",
    "/v1/clubs/{club}/waiting",
    scope="clubs:manage",
    tag=TAG,
    takes=Query(ClubsPage),
    answers={200: Answer(what="A page of the list, whoever is next first.", body=WaitingPage)},
    refuses=(ClubNotFound, CursorInvalid),
)
async def list_club_waiting(call: Call, query: ClubsPage) -> Reply:
    """List who waits for a seat, in order."""
    return ok(await call.services.reads.club_waiting(call.path_text("club"), query))


@route(
    "GET",
    "/v1/clubs/{club}/applications",
    scope="clubs:approve",
    tag=TAG,
    takes=Query(ApplicationsPage),
    answers={200: Answer(what="A page of applications, oldest first.", body=ApplicationsOfClub)},
    refuses=(ClubNotFound, CursorInvalid),
)
async def list_club_applications(call: Call, query: ApplicationsPage) -> Reply:
    """List who asks to be let in, or did, with what they said for themselves."""
    return ok(await call.services.reads.club_applications(call.path_text("club"), query))
