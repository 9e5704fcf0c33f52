"""The requests of the benchmark, ready as bytes: purchases, batches of them, balances.

Baskets are made once, of one to five lines; what differs in each request is the external id, which
is never used twice, and the member, drawn at random from those that are loaded. Both have a fixed
length, so that a request is put together from ready pieces.
"""

import itertools
import random
from typing import Any, Final

import msgspec

from tests.bench.client import UnexpectedAnswer
from tests.bench.members import CARD_LENGTH, card, member_id

BASKETS: Final = 2000
BATCH: Final = 500
CATEGORIES: Final = (
    *("coffee", "produce", "bakery", "dairy", "grocery", "grocery", "household"),
    *("frozen", "drinks", "tobacco"),
)
BRANDS: Final = ("house", "house", "national", "premium", None)
CHANNELS: Final = ("pos", "pos", "web", "app")
STORES: Final = ("waw-01", "waw-02", "krk-01")
_NUMBER_LENGTH: Final = 23
_EXTERNAL_ID: Final = "@" * (_NUMBER_LENGTH + 1)
CARD: Final = "#" * CARD_LENGTH
_CREATED: Final = 201


class Requests:
    """Requests of one run. `name`: no other run on the database has it; it seeds the random too.

    `code`: what purchases with a code present.
    """

    def __init__(self, name: str, key: str, members: int, code: str = "") -> None:
        self._key = key
        self._code = code
        self._members = members
        self._random = random.Random(name)
        self._baskets = [_pieces(_basket(self._random)) for _ in range(BASKETS)]
        self._numbers = itertools.count()
        self._prefix = name

    def purchase(self) -> bytes:
        """POST /v1/purchases."""
        return self._post("/v1/purchases", self.purchase_body())

    def batch(self) -> bytes:
        """POST /v1/purchases/batch with BATCH items."""
        items = b",".join([self.purchase_body() for _ in range(BATCH)])
        return self._post("/v1/purchases/batch", b'{"items":[' + items + b"]}")

    def balance(self) -> bytes:
        """GET …/wallets of some member."""
        member = member_id(int(self._random.random() * self._members))
        return self._head("GET", f"/v1/members/{member}/wallets") + b"\r\n"

    def balance_in_order(self) -> bytes:
        """The same, one member after another."""
        member = member_id(next(self._numbers) % self._members)
        return self._head("GET", f"/v1/members/{member}/wallets") + b"\r\n"

    def trivial(self) -> bytes:
        """GET of the endpoint that does nothing (trivial.py)."""
        return self._head("GET", "/trivial") + b"\r\n"

    def purchase_body(self) -> bytes:
        """Another purchase, as JSON."""
        head, middle, tail = self._baskets[int(self._random.random() * BASKETS)]
        who = self._card(int(self._random.random() * self._members))
        return b"".join((head, self._number(), middle, who, tail))

    def _number(self) -> bytes:
        """An external id that is never used again."""
        number = next(self._numbers)
        return f"{self._prefix}-{number:0{_NUMBER_LENGTH - len(self._prefix)}d}".encode()

    def _card(self, member: int) -> bytes:
        return card(member).encode()

    def _post(self, path: str, body: bytes) -> bytes:
        length = b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        return self._head("POST", path) + length + body

    def _head(self, method: str, path: str) -> bytes:
        return (
            f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {self._key}\r\n"
        ).encode()


class _Item(msgspec.Struct):
    status: int


class _Batch(msgspec.Struct):
    results: list[_Item]


_decode: Final = msgspec.json.Decoder(_Batch).decode


def all_created(body: bytes) -> None:
    """UnexpectedAnswer unless every item of a batch was recorded."""
    statuses = [item.status for item in _decode(body).results]
    if statuses != [_CREATED] * BATCH:
        raise UnexpectedAnswer(f"items of a batch: {sorted(set(statuses))}, {len(statuses)} items")


def _pieces(basket: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    """The body around its external id and card."""
    head, rest = msgspec.json.encode(basket).split(_EXTERNAL_ID.encode())
    middle, tail = rest.split(CARD.encode())
    return head, middle, tail


def _basket(draw: random.Random) -> dict[str, Any]:
    channel = draw.choice(CHANNELS)
    store = {"store": draw.choice(STORES)} if channel == "pos" else {}
    return {
        "channel": channel,
        "external_id": _EXTERNAL_ID,
        **store,
        "currency": "EUR",
        "member": [{"kind": "card", "value": CARD}],
        "lines": [_line(draw) for _ in range(draw.randint(1, 5))],
    }


def _line(draw: random.Random) -> dict[str, Any]:
    brand = draw.choice(BRANDS)
    line = {"sku": f"sku-{draw.randint(10_000, 99_999)}", "category": draw.choice(CATEGORIES)}
    line |= {"brand": brand} if brand else {}
    if draw.random() < 0.2:  # by weight
        weight = f"{draw.randint(100, 2500) / 1000:.3f}"
        return {**line, "quantity": weight, "amount": draw.randint(100, 2500)}
    return {**line, "quantity": draw.randint(1, 3), "unit_price": draw.randint(80, 1500)}
