"""What headers say of limits: draft-ietf-httpapi-ratelimit-headers, and Retry-After. Pure.

`RateLimit-Policy` names the quotas, `RateLimit` says what is left of each and in how many seconds
there is more. Both are structured fields (RFC 9651).
"""

import math
import random
from collections.abc import Sequence
from typing import Any, Final

import http_sf

from service.api.limits.policies import Policy
from service.api.limits.standings import Standing
from service.api.reply import Header

AT_ONCE: Final = "concurrency"
_JITTER: Final = 0.25  # of the wait, and a second at least


def described(standings: Sequence[tuple[Policy, Standing]]) -> tuple[Header, ...]:
    """Both headers."""
    policies = [(one.name, {"q": one.quota, "w": one.seconds}) for one, _ in standings]
    left = [(one.name, {"r": now.left, "t": math.ceil(now.seconds)}) for one, now in standings]
    return ((b"ratelimit-policy", _field(policies)), (b"ratelimit", _field(left)))


def at_once(requests_max: int) -> tuple[Header, ...]:
    """The policy of a limit of what is at work at once; nobody knows when there is more."""
    policy = [(AT_ONCE, {"q": requests_max, "qu": "concurrent-requests"})]
    left = [(AT_ONCE, {"r": 0})]
    return ((b"ratelimit-policy", _field(policy)), (b"ratelimit", _field(left)))


def retry_after(seconds: float) -> int:
    """Whole seconds: not before `seconds` are over, nor for everybody at the same moment."""
    spread = max(1.0, seconds * _JITTER)
    return math.ceil(seconds + random.random() * spread)  # noqa: S311 jitter


def _field(items: Any) -> bytes:
    """A list of names with parameters."""
    return http_sf.ser(items).encode()
