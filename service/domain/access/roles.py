"""Roles and the scopes a key of each is given."""

from typing import Final

from service.domain.access.errors import UnknownRole

SCOPES: Final = {
    "admin:*": "everything",
    "members:lookup": "find a member by an identifier",
    "members:enrol": "enrol members",
    "members:read": "read members, their wallets, entries and tiers",
    "members:write": "change members and their identifiers",
    "quotes:ask": "ask what a cart would be decided",
    "holds:write": "keep points, coupons and budgets for a checkout, and let them go",
    "purchases:write": "record purchases",
    "purchases:read": "read purchases and why they earned what they earned",
    "returns:write": "record returns",
    "purchases:attach": "attach a purchase of nobody known to a member",
    "purchases:void": "void a purchase of the same store and business day",
    "purchases:void-any": "void any purchase",
    "coupons:read": "read the coupons of a member, and how far a batch of codes is",
    "coupons:redeem": "check a code",
    "coupons:manage": "make, bring in, export, give, void and reinstate coupons",
    "rewards:read": "read the rewards, and which of them a member has had and can have",
    "rewards:redeem": "let a member have a reward for units",
    "rewards:fulfil": "hand a reward over, or cancel it",
    "giftcards:issue": "make gift cards, by themselves and in bulk, export, block and unblock them",
    "giftcards:activate": "activate gift cards and top them up",
    "giftcards:redeem": "check what a gift card pays, with its PIN, and pay with it",
    "giftcards:read": "read gift cards and their entries without a PIN",
    "points:adjust": "correct a wallet by hand",
    "points:transfer": "let a member give units to another one",
    "households:read": "read households, their people and their pools",
    "households:manage": "form and change households, give to their pools and draw from them",
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
        "quotes:ask",
        "holds:write",
        "purchases:write",
        "purchases:read",
        "returns:write",
        "purchases:attach",
        "purchases:void",
        "coupons:read",
        "coupons:redeem",
        "giftcards:redeem",
        "rewards:read",
        "rewards:redeem",
        "program:read",
        "decisions:read",
    ),
    "app": (
        "members:read",
        "members:write",
        "members:enrol",
        "quotes:ask",
        "purchases:read",
        "coupons:read",
        "coupons:redeem",
        "giftcards:redeem",
        "rewards:read",
        "rewards:redeem",
        "program:read",
        "points:transfer",
        "households:read",
        "households:manage",
    ),
    "pos": (
        "members:lookup",
        "members:enrol",
        "members:read",
        "quotes:ask",
        "holds:write",
        "purchases:write",
        "purchases:read",
        "returns:write",
        "purchases:attach",
        "purchases:void",
        "coupons:read",
        "coupons:redeem",
        "giftcards:activate",
        "giftcards:redeem",
        "giftcards:read",
        "rewards:read",
        "rewards:redeem",
        "rewards:fulfil",
    ),
}


def scopes_of(role: str) -> tuple[str, ...]:
    """The scopes of a role; raises UnknownRole."""
    try:
        return ROLES[role]
    except KeyError:
        raise UnknownRole(allowed=tuple(ROLES)) from None
