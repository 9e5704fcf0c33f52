"""What an answer to an event means. Pure.

A refusal of one event is told from a receiver that fails, since the one must not hold up others and
the other must not use up the attempts of every event. Statuses about who asks or how often (401,
403, 407, 408, 421, 425, 429) would be the same for any event; redirects are not followed, so they
are a receiver that is not there. 410 of a webhook says: never again; of a system with an interface
of its own it speaks of what the request was about, a person who is there no more.

A receiver may fail at some events only (500, no answer, a firewall's 403): `may_be_of_one`. Who
does not know us, or asks to be left alone for a while, does not.
"""

import datetime as dt
import enum
from http import HTTPStatus
from typing import Final

_OF_THE_RECEIVER: Final = frozenset({401, 403, 407, 408, 421, 425, 429})
_MAYBE: Final = frozenset({403, 408})


class Verdict(enum.Enum):
    """What came of an attempt."""

    TAKEN = "taken"
    REFUSED = "refused"  # this event
    FAILING = "failing"  # the receiver, so any event
    GONE = "gone"


def judge(status: int | None, *, is_webhook: bool = True) -> Verdict:
    """What a status means; None: there was no complete answer."""
    if status is None:
        return Verdict.FAILING
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Verdict.TAKEN
    if status == HTTPStatus.GONE and is_webhook:
        return Verdict.GONE
    one = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Verdict.REFUSED if one and status not in _OF_THE_RECEIVER else Verdict.FAILING


def may_be_of_one(verdict: Verdict, status: int | None, retry_after: dt.timedelta | None) -> bool:
    """Whether a receiver that failed may have done so because of the one event."""
    may = status is None or status in _MAYBE or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return verdict is Verdict.FAILING and may and retry_after is None
