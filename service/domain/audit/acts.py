"""The vocabulary of acts: what administrators do that no entry and no operation tells by itself."""

import enum


class Act(enum.StrEnum):
    """What was done, as it is stored and told: an act is read outside of the service too.

    A name is never used for something else, and stays when nothing does it any more.
    """

    PROGRAM_PUBLISHED = "program.published"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    ENDPOINT_CREATED = "endpoint.created"
    ENDPOINT_CHANGED = "endpoint.changed"
    ENDPOINT_REMOVED = "endpoint.removed"
    ENDPOINT_VERIFIED = "endpoint.verified"
    ENDPOINT_SECRET_ROTATED = "endpoint.secret-rotated"  # noqa: S105 no secret
    EVENTS_REPLAYED = "endpoint.events-replayed"
    DEAD_LETTERS_RETRIED = "endpoint.dead-letters-retried"
    STAFF_CREATED = "staff.created"
    STAFF_CHANGED = "staff.changed"
    STAFF_SECRET_RESET = "staff.secret-reset"  # noqa: S105 no secret
    STAFF_SECRET_CHANGED = "staff.secret-changed"  # noqa: S105 no secret
    MEMBER_ERASED = "member.erased"
    MEMBER_EXPORTED = "member.exported"
    MEMBER_MERGED = "member.merged"
    MEMBER_UNMERGED = "member.unmerged"
    COUPON_BATCH_MADE = "coupon-batch.made"
    COUPON_BATCH_IMPORTED = "coupon-batch.imported"
    COUPON_BATCH_EXPORTED = "coupon-batch.exported"
    COUPON_VOIDED = "coupon.voided"
    COUPON_REINSTATED = "coupon.reinstated"
    GIFT_CARD_BATCH_MADE = "gift-card-batch.made"
    GIFT_CARD_BATCH_EXPORTED = "gift-card-batch.exported"
    GIFT_CARD_ISSUED = "gift-card.issued"
    GIFT_CARD_BLOCKED = "gift-card.blocked"
    GIFT_CARD_UNBLOCKED = "gift-card.unblocked"
    CLUB_LET_IN = "club.let-in"
    CLUB_BANNED = "club.banned"
    CLUB_UNBANNED = "club.unbanned"
    CLUB_INVITED = "club.invited"
    CLUB_INVITATION_WITHDRAWN = "club.invitation-withdrawn"
    CLUB_APPLICATION_DECIDED = "club.application-decided"
    CLUB_OWNER_CHANGED = "club.owner-changed"
    CLUB_CODE_MADE = "club.code-made"
    CLUB_CODE_VOIDED = "club.code-voided"
    APPROVAL_GIVEN = "approval.given"
    APPROVAL_REFUSED = "approval.refused"
    FILE_IMPORTED = "file.imported"


class About(enum.StrEnum):
    """What an act concerned, as it is stored and told."""

    PROGRAM = "program"
    KEY = "key"
    ENDPOINT = "endpoint"
    STAFF_ACCOUNT = "staff-account"
    MEMBER = "member"
    COUPON_BATCH = "coupon-batch"
    COUPON = "coupon"
    GIFT_CARD_BATCH = "gift-card-batch"
    GIFT_CARD = "gift-card"
    CLUB = "club"
    APPROVAL = "approval"
    FILE = "file"
