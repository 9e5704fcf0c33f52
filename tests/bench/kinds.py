"""What may be asked of a server, by name."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tests.bench.checkout import Checkouts
from tests.bench.outward import Posts
from tests.bench.traffic import Requests, all_created

_CREATED: Final = 201
_CONFLICT: Final = 409


class Kind(NamedTuple):
    """`ask` makes a request of `requests`; `status` is expected, `refusal` counted apart.

    `check` gets every body.
    """

    requests: type[Any]
    ask: Callable[[Any], bytes]
    status: int
    check: Callable[[bytes], None] | None = None
    refusal: int | None = None


KINDS: Final[dict[str, Kind]] = {
    "purchases": Kind(Requests, Requests.purchase, _CREATED),
    "batch": Kind(Requests, Requests.batch, 200, all_created),
    "balance": Kind(Requests, Requests.balance, 200),
    "balance_in_order": Kind(Requests, Requests.balance_in_order, 200),
    "trivial": Kind(Requests, Requests.trivial, 200),
    "quote": Kind(Checkouts, Checkouts.quote, 200),
    "quote_in_order": Kind(Checkouts, Checkouts.quote_in_order, 200),
    "without_code": Kind(Checkouts, Checkouts.without_code, _CREATED),
    "with_code": Kind(Checkouts, Checkouts.with_code, _CREATED, refusal=_CONFLICT),
    "post": Kind(Posts, Posts.post, 204),
    "lamp": Kind(Checkouts, Checkouts.lamp, _CREATED),
    "lamp_or_hold": Kind(Checkouts, Checkouts.lamp_or_hold, _CREATED),
}
