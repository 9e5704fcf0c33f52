"""Parts of a path. What cannot be an id is answered like an id that is not there."""

import datetime as dt
import re
import uuid
from typing import Final

from service.api.call import Call
from service.domain.approvals.errors import ApprovalNotFound
from service.domain.audit.errors import AuditActNotFound, AuditDayNotFound
from service.domain.clubs.errors import (
    ApplicationNotFound,
    ClubCodeNotFound,
    InvitationNotFound,
)
from service.domain.coupons.errors import BatchNotFound
from service.domain.endpoints.errors import EndpointNotFound
from service.domain.gift_cards.errors import GiftCardBatchNotFound
from service.domain.holds.errors import HoldNotFound
from service.domain.households.errors import HouseholdNotFound
from service.domain.members.errors import MemberNotFound
from service.domain.operations.errors import OperationNotFound
from service.domain.programs.errors import VersionNotFound
from service.domain.purchases.errors import PurchaseNotFound
from service.domain.rewards.errors import RedemptionNotFound
from service.domain.staff.errors import StaffAccountNotFound
from service.kernel.errors import NotFound

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


def member_id(call: Call) -> uuid.UUID:
    """The member of the path; raises MemberNotFound."""
    return _id(call, "member_id", MemberNotFound)


def act_id(call: Call) -> uuid.UUID:
    """The act of the path; raises AuditActNotFound."""
    return _id(call, "act_id", AuditActNotFound)


def audit_day(call: Call) -> dt.date:
    """The day of the path; raises AuditDayNotFound."""
    text = call.path_text("day")
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise AuditDayNotFound from None
    if found.isoformat() != text:  # a week, or without hyphens
        raise AuditDayNotFound
    return found


def endpoint_id(call: Call) -> uuid.UUID:
    """The endpoint of the path; raises EndpointNotFound."""
    return _id(call, "endpoint_id", EndpointNotFound)


def purchase_id(call: Call) -> uuid.UUID:
    """The purchase of the path; raises PurchaseNotFound."""
    return _id(call, "purchase_id", PurchaseNotFound)


def hold_id(call: Call) -> uuid.UUID:
    """The hold of the path; raises HoldNotFound."""
    return _id(call, "hold_id", HoldNotFound)


def household_id(call: Call) -> uuid.UUID:
    """The household of the path; raises HouseholdNotFound."""
    return _id(call, "household_id", HouseholdNotFound)


def club_offer_id(call: Call) -> uuid.UUID:
    """The offer of a club of the path; raises InvitationNotFound."""
    return _id(call, "offer_id", InvitationNotFound)


def club_code_id(call: Call) -> uuid.UUID:
    """The code of a club of the path; raises ClubCodeNotFound."""
    return _id(call, "code_id", ClubCodeNotFound)


def club_application_id(call: Call) -> uuid.UUID:
    """The application to a club of the path; raises ApplicationNotFound."""
    return _id(call, "application_id", ApplicationNotFound)


def approval_id(call: Call) -> uuid.UUID:
    """The approval of the path; raises ApprovalNotFound."""
    return _id(call, "approval_id", ApprovalNotFound)


def operation_id(call: Call) -> uuid.UUID:
    """The operation of the path; raises OperationNotFound."""
    return _id(call, "operation_id", OperationNotFound)


def batch_id(call: Call) -> uuid.UUID:
    """The batch of the path; raises BatchNotFound."""
    return _id(call, "batch_id", BatchNotFound)


def redemption_id(call: Call) -> uuid.UUID:
    """The redemption of the path; raises RedemptionNotFound."""
    return _id(call, "redemption_id", RedemptionNotFound)


def gift_card_batch_id(call: Call) -> uuid.UUID:
    """The batch of gift cards of the path; raises GiftCardBatchNotFound."""
    return _id(call, "batch_id", GiftCardBatchNotFound)


def account_id(call: Call) -> uuid.UUID:
    """The staff account of the path; raises StaffAccountNotFound."""
    return _id(call, "account_id", StaffAccountNotFound)


def version_number(call: Call) -> int:
    """The program version of the path; raises VersionNotFound."""
    text = call.path_text("number")
    if not _NUMBER.fullmatch(text):
        raise VersionNotFound
    return int(text)


def _id(call: Call, name: str, missing: type[NotFound]) -> uuid.UUID:
    text = call.path_text(name)
    if not _UUID.fullmatch(text):
        raise missing
    return uuid.UUID(text)
