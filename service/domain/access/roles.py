"""Roles and the scopes a key of each is given."""

from typing import Final

from service.domain.access.errors import UnknownRole

SCOPES: Final = {
    "admin:*": "everything",
    "members:lookup": "find a member by an identifier",
    "members:enrol": "enrol members",
    "members:read": "read members, their wallets, entries and tiers",
    "members:write": "change members and their identifiers",
    "purchases:write": "record purchases",
    "purchases:read": "read purchases and why they earned what they earned",
    "returns:write": "record returns",
    "points:adjust": "correct a wallet by hand",
    "decisions:read": "read the full explanation of a decision, every rule with its conditions",
    "program:read": "read the program and its versions",
    "program:write": "check, plan and publish program versions",
    "events:read": "read the stream of events",
}

ROLES: Final = {
    "admin": ("admin:*",),
    "checkout": (
        "members:lookup",
        "members:enrol",
        "members:read",
        "purchases:write",
        "purchases:read",
        "returns:write",
        "program:read",
        "decisions:read",
    ),
    "app": ("members:read", "members:write", "members:enrol", "purchases:read", "program:read"),
    "pos": (
        "members:lookup",
        "members:enrol",
        "members:read",
        "purchases:write",
        "purchases:read",
        "returns:write",
    ),
}


def scopes_of(role: str) -> tuple[str, ...]:
    """The scopes of a role; raises UnknownRole."""
    try:
        return ROLES[role]
    except KeyError:
        raise UnknownRole(allowed=tuple(ROLES)) from None
