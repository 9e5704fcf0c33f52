"""When to try again. Pure; waits are spread by a fifth, so that many receivers do not come at once.

`Retry-After` (RFC 9110, 10.2.3) counts in both its forms, when it asks for more, up to a day.
"""

import datetime as dt
import email.utils
from typing import Final

_SECOND: Final = dt.timedelta(seconds=1)
OF_A_RECEIVER: Final = tuple(n * _SECOND for n in (5, 30, 120, 300, 900, 1800, 3600))
OF_AN_EVENT: Final = tuple(n * _SECOND for n in (5, 300, 1800))  # then it is a dead letter
NOTHING_TAKEN_MAX: Final = dt.timedelta(days=5)  # then the endpoint is disabled
DEAD_KEPT: Final = dt.timedelta(days=30)
RETRY_AFTER_MAX: Final = dt.timedelta(days=1)
SPREAD: Final = 0.2


def wait_of_receiver(failures: int, retry_after: dt.timedelta | None, luck: float) -> dt.timedelta:
    """After so many failures in a row, 1 or more; `luck` in [0, 1)."""
    step = OF_A_RECEIVER[min(failures, len(OF_A_RECEIVER)) - 1]
    return _spread(max(step, retry_after or step), luck)


def wait_of_event(
    attempts: int, retry_after: dt.timedelta | None, luck: float
) -> dt.timedelta | None:
    """After so many attempts, 1 or more; None: there is no further one."""
    if attempts > len(OF_AN_EVENT):
        return None
    step = OF_AN_EVENT[attempts - 1]
    return _spread(max(step, min(retry_after or step, OF_AN_EVENT[-1])), luck)


def retry_after(text: str | None, now: dt.datetime) -> dt.timedelta | None:
    """How long a receiver asks to wait; None: it does not say, or nothing that makes sense."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]) * _SECOND, RETRY_AFTER_MAX)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if at.tzinfo is None:  # `-0000`: an instant all the same
        at = at.replace(tzinfo=dt.UTC)
    return min(max(at - now, dt.timedelta()), RETRY_AFTER_MAX)


def _spread(wait: dt.timedelta, luck: float) -> dt.timedelta:
    """Never earlier, as `Retry-After` says."""
    return wait * (1 + SPREAD * luck)
