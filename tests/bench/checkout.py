"""The program and the requests of a checkout: quotes, shared codes, a budget that runs out.

The program has 50 rules: those of program.yaml, points for categories and brands, and 15 discounts,
of which three or four take something off a cart of five lines.
"""

import importlib.resources
import random
from typing import Any, Final

import msgspec

from tests.bench.traffic import CARD, CHANNELS, Requests

RULES: Final = 50
LINES: Final = 5
ROUNDS_MAX: Final = 9
BUDGET: Final = 50_000  # cents that all discounts on lamps may come to
LAMP: Final = 1_000  # cents; a fifth goes off while the budget lasts
_POINTS: Final = 25
_DISCOUNTS: Final = 14
_BRANDS: Final = 20
_CATEGORIES: Final = 30


def source(uses: int) -> str:
    """The program; each of its codes, one for each round, can be used so often."""
    base = importlib.resources.files("tests.bench").joinpath("program.yaml")
    points = [
        f"      - {{id: points-{n}, when: {{cart.channel: {CHANNELS[n % len(CHANNELS)]},"
        f" lines: {{where: {{category: shelf-{n}}}}}}},"
        f" then: [{{points: {{fixed: {n + 1}}}}}]}}"
        for n in range(_POINTS)
    ]
    discounts = [
        f"      - {{id: off-{n}, then: [{{discount: {{percent: {5 + n},"
        f" where: {{brand: brand-{n}}}}}}}]}}"
        for n in range(_DISCOUNTS)
    ]
    codes = [
        f"  ROUND{n}: {{discount: {{amount: 0.50 EUR}}, code: {code(n)}, limit: {{uses: {uses}}}}}"
        for n in range(ROUNDS_MAX)
    ]
    return "\n".join([
        base.read_text(encoding="utf-8"),
        "  - id: shelves\n    rules:", *points,
        "  - id: brands\n    rules:", *discounts,
        f"  - id: lamps\n    budget: {{money: {BUDGET // 100} EUR, when_out: trim}}\n    rules:",
        "      - {id: lamp-fifth, then: [{discount: {percent: 20, where: {category: lamp}}}]}",
        "coupons:", *codes, "  BULK: {discount: {amount: 1 EUR}}", "",
    ])  # fmt: skip


def code(round_: int) -> str:
    """The shared code of a round."""
    return f"ROUND-{round_}"


class Checkouts(Requests):
    """Requests of a checkout."""

    def __init__(self, name: str, key: str, members: int, code: str = "") -> None:
        super().__init__(name, key, members, code)
        self._carts = [_pieces(_cart(self._random)) for _ in range(500)]

    def quote(self) -> bytes:
        """POST /v1/quotes for some member."""
        return self._quote_of(int(self._random.random() * self._members))

    def quote_in_order(self) -> bytes:
        """The same, one member after another."""
        return self._quote_of(next(self._numbers) % self._members)

    def without_code(self) -> bytes:
        """POST /v1/purchases of one line."""
        return self._purchase({})

    def with_code(self) -> bytes:
        """The same with the shared code."""
        return self._purchase({"coupons": [self._code]})

    def lamp(self) -> bytes:
        """POST /v1/purchases of a lamp, on which the budget gives something."""
        return self._post("/v1/purchases", _encode(self._lamp("external_id")))

    def lamp_or_hold(self) -> bytes:
        """The same, or half the time a hold of it for a second that nobody comes back for."""
        if self._random.random() < 0.5:
            return self.lamp()
        return self._post("/v1/holds", _encode(self._lamp("checkout") | {"hold_for": 1}))

    def _quote_of(self, member: int) -> bytes:
        head, tail = self._carts[int(self._random.random() * len(self._carts))]
        return self._post("/v1/quotes", b"".join((head, self._card(member), tail)))

    def _purchase(self, more: dict[str, Any]) -> bytes:
        line = {"sku": "mug", "category": "household", "amount": 1_999}
        return self._post("/v1/purchases", _encode(self._sold("external_id", line) | more))

    def _lamp(self, key: str) -> dict[str, Any]:
        return self._sold(key, {"sku": "lamp", "category": "lamp", "amount": LAMP})

    def _sold(self, key: str, line: dict[str, Any]) -> dict[str, Any]:
        member = self._card(int(self._random.random() * self._members)).decode()
        return {
            "channel": "web",
            key: self._number().decode(),
            "currency": "EUR",
            "member": [{"kind": "card", "value": member}],
            "lines": [line],
        }


_encode: Final = msgspec.json.Encoder().encode


def _pieces(cart: dict[str, Any]) -> tuple[bytes, bytes]:
    head, tail = _encode(cart).split(CARD.encode())
    return head, tail


def _cart(draw: random.Random) -> dict[str, Any]:
    return {
        "channel": draw.choice(CHANNELS),
        "currency": "EUR",
        "member": [{"kind": "card", "value": CARD}],
        "lines": [_line(draw) for _ in range(LINES)],
    }


def _line(draw: random.Random) -> dict[str, Any]:
    return {
        "sku": f"sku-{draw.randint(10_000, 99_999)}",
        "category": f"shelf-{draw.randrange(_CATEGORIES)}",
        "brand": f"brand-{draw.randrange(_BRANDS)}",
        "quantity": draw.randint(1, 3),
        "unit_price": draw.randint(80, 1500),
    }
