"""Roles of keys and of staff, and the scopes each is given."""

from typing import Final

from service.domain.access.errors import UnknownRole

SIGN_IN: Final = "staff:sign-in"

SCOPES: Final = {
    "admin:*": "everything",
    "members:lookup": "find a member by an identifier",
    "members:enrol": "enrol members",
    "members:read": "read members, their wallets, entries and tiers",
    "members:write": "change members and their identifiers",
    "consents:read": "read what members said to being written to",
    "consents:write": "write down what members say to being written to",
    "members:export": "export all data held on a member",
    "members:merge": "make two members one person, or two again",
    "members:erase": "forget a person for good",
    "quotes:ask": "ask what a cart would be decided",
    "holds:write": "keep points, coupons and budgets for a checkout, and let them go",
    "purchases:write": "record purchases",
    "purchases:read": "read purchases and why they earned what they earned",
    "returns:write": "record returns",
    "purchases:attach": "attach a purchase of nobody known to a member",
    "purchases:void": "void a purchase of the same store and business day",
    "purchases:void-any": "void any purchase",
    "purchases:move": "move a purchase from one member to another",
    "activities:write": "record what members do that is no purchase",
    "activities:read": "read the activities of a member",
    "coupons:read": "read the coupons of a member, and how far a batch of codes is",
    "coupons:redeem": "check a code",
    "coupons:give": "give a member a coupon by hand, void and reinstate coupons",
    "coupons:manage": "make, bring in and export coupons in bulk",
    "rewards:read": "read the rewards, and which of them a member has had and can have",
    "rewards:redeem": "let a member have a reward for units",
    "rewards:fulfil": "hand a reward over, or cancel it",
    "giftcards:issue": "make gift cards, by themselves and in bulk, export, block and unblock them",
    "giftcards:activate": "activate gift cards and top them up",
    "giftcards:redeem": "check what a gift card pays, with its PIN, and pay with it",
    "giftcards:read": "read gift cards and their entries without a PIN",
    "points:adjust": "correct a wallet by hand",
    "approvals:read": "read what waits for a second person",
    "approvals:decide": "approve or refuse, as a second person, what another one asked for",
    "operations:undo": "undo what was done at the same store on the same business day",
    "operations:undo-any": "undo any operation that can be undone",
    "points:transfer": "let a member give units to another one",
    "households:read": "read households, their people and their pools",
    "households:manage": "form and change households, give to their pools and draw from them",
    "clubs:read": "read a member's clubs, and what is told of clubs",
    "clubs:join": "let a member take or decline an offer of a club, and leave its waiting list",
    "clubs:invite": "let members invite others to their clubs",
    "clubs:manage": "see all clubs, invite to them and let people in by hand, ban them",
    "clubs:approve": "approve and reject applications to clubs",
    "clubs:pay": "record payments for clubs, and that they were taken back",
    "segments:read": "read how many members segments have, and who they are",
    "decisions:read": "read the full explanation of a decision, every rule with its conditions",
    "program:read": "read the program and its versions",
    "program:write": "check, plan and publish program versions",
    "events:read": "read the stream of events",
    "endpoints:read": "read who is sent events over HTTP, and what they refused",
    "endpoints:manage": "have events sent over HTTP, change that, send them again",
    "reports:read": "read reports over channels and stores",
    "audit:read": "read who administered what, and the proofs of it",
    "metrics:read": "read counts and durations of the service, which name nobody",
    SIGN_IN: "sign staff in at this device, and out",
    "staff:manage": "make, read, change and suspend staff accounts, and reset their secrets",
}

# Whatever speaks to members, or for them, reads no program and no full explanation: both name the
# clubs that outsiders must not know of (see tests/laws/test_invisible.py).
ROLES: Final = {
    "admin": ("admin:*",),
    "checkout": (
        "members:lookup",
        "members:enrol",
        "consents:read",
        "consents:write",
        "members:read",
        "quotes:ask",
        "holds:write",
        "purchases:write",
        "purchases:read",
        "returns:write",
        "purchases:attach",
        "purchases:void",
        "activities:write",
        "activities:read",
        "coupons:read",
        "coupons:redeem",
        "giftcards:redeem",
        "rewards:read",
        "rewards:redeem",
        "clubs:read",
        "clubs:join",
        "clubs:pay",
    ),
    "app": (
        "members:read",
        "members:write",
        "members:enrol",
        "consents:read",
        "consents:write",
        "quotes:ask",
        "purchases:read",
        "activities:write",
        "activities:read",
        "coupons:read",
        "coupons:redeem",
        "giftcards:redeem",
        "rewards:read",
        "rewards:redeem",
        "points:transfer",
        "households:read",
        "households:manage",
        "clubs:read",
        "clubs:join",
        "clubs:invite",
    ),
    "pos": (
        "members:lookup",
        "members:enrol",
        "consents:read",
        "consents:write",
        "members:read",
        "quotes:ask",
        "holds:write",
        "purchases:write",
        "purchases:read",
        "returns:write",
        "purchases:attach",
        "purchases:void",
        "activities:write",
        "coupons:read",
        "coupons:redeem",
        "giftcards:activate",
        "giftcards:redeem",
        "giftcards:read",
        "rewards:read",
        "rewards:redeem",
        "clubs:read",
        "clubs:join",
        "clubs:pay",
        "rewards:fulfil",
        "staff:sign-in",
    ),
    # A front end of a call centre: what it reads of members it reads for a person who is signed in.
    "desk": ("staff:sign-in", "program:read"),
    # What takes events to other systems: no member's data is read with it, nothing else is written.
    "integrator": ("events:read", "endpoints:read", "endpoints:manage"),
    # Who looks after those who administer: reads what they did, and nothing else.
    "auditor": ("audit:read",),
    # What watches over the service, as Prometheus does.
    "monitor": ("metrics:read",),
}

# What the token of a member may do, at routes that say so and with what is the member's own.
MEMBER: Final = (
    "members:read",
    "members:write",
    "consents:read",
    "consents:write",
    "quotes:ask",
    "purchases:read",
    "activities:read",
    "coupons:read",
    "coupons:redeem",
    "rewards:read",
    "rewards:redeem",
    "points:transfer",
    "households:read",
    "households:manage",
    "clubs:read",
    "clubs:join",
    "clubs:invite",
)

_CLERK: Final = (
    "purchases:attach",
    "purchases:void",
    "rewards:fulfil",
)

_AGENT: Final = (
    *_CLERK,
    "members:lookup",
    "members:enrol",
    "members:read",
    "members:write",
    "consents:read",
    "consents:write",
    "quotes:ask",
    "purchases:read",
    "returns:write",
    "activities:read",
    "coupons:read",
    "coupons:redeem",
    "giftcards:read",
    "rewards:read",
    "rewards:redeem",
    "households:read",
    "points:adjust",
    "approvals:read",
    "operations:undo",
    "decisions:read",
)

# What a person is given on top of what the device's key may do. `admin:*` is no person's at a
# device, nor are codes in bulk, gift cards without money and accounts of staff: they are work of a
# back office, under a key of its own. `operations:undo-any` is given to nobody here: what is too
# old to be undone is put right by an adjustment, which has a cap and may need a second person.
STAFF_ROLES: Final = {
    "clerk": _CLERK,
    "supervisor": (
        *_CLERK,
        "members:lookup",
        "members:read",
        "members:export",
        "purchases:read",
        "purchases:void-any",
        "purchases:move",
        "coupons:read",
        "coupons:give",
        "points:adjust",
        "approvals:read",
        "approvals:decide",
        "operations:undo",
        "decisions:read",
        "reports:read",
        "clubs:read",
        "clubs:invite",
        "clubs:manage",
        "clubs:approve",
    ),
    "agent": _AGENT,
    # Of agents who work at no store: what they ask for no supervisor of a store sees.
    "lead": (*_AGENT, "approvals:decide", "members:export", "members:merge"),
}


def scopes_of(role: str) -> tuple[str, ...]:
    """The scopes of a role; raises UnknownRole."""
    try:
        return ROLES[role]
    except KeyError:
        raise UnknownRole(allowed=tuple(ROLES)) from None


def staff_scopes_of(role: str) -> tuple[str, ...]:
    """The scopes a person of this role is given; raises UnknownRole."""
    try:
        return STAFF_ROLES[role]
    except KeyError:
        raise UnknownRole(allowed=tuple(STAFF_ROLES)) from None
