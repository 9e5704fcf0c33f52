"""What callers ask for: requests under a key of their own, drawn at random."""

import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec

from tests.faults.history import Op, Sort

POINTS: Final = "points"
SCARCE: Final = "SCARCE"
HOLD_SECONDS: Final = 120  # longer than anybody goes on asking for one
_KNOWN_MAX: Final = 12  # of what a caller remembers, to return or to release it
_WEIGHTS: Final = {
    "purchase": 30,
    "with_code": 10,
    "spend": 14,
    "hold": 14,
    "capture": 12,
    "release": 6,
    "give_back": 10,
    "adjust": 10,
    "redeem": 8,
    "read": 12,
}


class Order(msgspec.Struct, kw_only=True):
    """A request. `expected`: what an answer says of the state when it was done."""

    sort: Sort
    member: str
    key: str
    method: str = "POST"
    path: str
    body: Any = None
    is_keyed: bool = False  # by the header, else by what stands in the body
    role: str = "checkout"


class Caller:
    """A till, a web shop and a desk in one; it remembers what it may give back or let go."""

    def __init__(self, name: str, members: list[str], seed: str) -> None:
        self.draw = random.Random(seed)
        self._name = name
        self._members = members
        self._count = 0
        self._bought: deque[Op] = deque(maxlen=_KNOWN_MAX)
        self._holds: deque[tuple[Op, dict[str, Any]]] = deque(maxlen=_KNOWN_MAX)
        self._baskets: dict[str, dict[str, Any]] = {}

    def next(self) -> Order:
        """Another one."""
        self._count += 1
        key = f"{self._name}-{self._count:06d}"
        what = self.draw.choices([*_WEIGHTS], [*_WEIGHTS.values()])[0]
        make: Callable[[str, str], Order] = getattr(self, f"_{what}")
        return make(key, self.draw.choice(self._members))

    def start(self, member: str, amount: int) -> Order:
        """Units for a member to begin with."""
        self._count += 1
        return self._adjusts(f"{self._name}-{self._count:06d}", member, amount)

    def heard(self, order: Order, op: Op) -> None:
        """It was done: remember what it made."""
        if op.sort is Sort.PURCHASE and op.id:
            self._bought.append(op)
        elif op.sort is Sort.HOLD and op.id:
            self._holds.append((op, self._baskets.pop(op.key)))

    # ------------------------------------------------------------ orders

    def _purchase(self, key: str, member: str) -> Order:
        return self._buys(key, member, {})

    def _with_code(self, key: str, member: str) -> Order:
        return self._buys(key, member, {"coupons": [SCARCE]})

    def _spend(self, key: str, member: str) -> Order:
        return self._buys(key, member, {"redeem": [self._units()]})

    def _hold(self, key: str, member: str) -> Order:
        more: dict[str, Any] = {"redeem": [self._units()]} if self.draw.random() < 0.7 else {}
        more |= {"coupons": [SCARCE]} if self.draw.random() < 0.2 else {}
        basket = self._basket(member) | more
        self._baskets[key] = basket
        body = {**basket, "checkout": key, "hold_for": HOLD_SECONDS}
        return Order(sort=Sort.HOLD, member=member, key=key, path="/v1/holds", body=body)

    def _capture(self, key: str, member: str) -> Order:
        if not self._holds:
            return self._hold(key, member)
        held, basket = self._holds.popleft()
        body = {**basket, "external_id": key, "hold_id": held.id}
        return Order(
            sort=Sort.PURCHASE, member=held.member, key=key, path="/v1/purchases", body=body
        )

    def _release(self, key: str, member: str) -> Order:
        if not self._holds:
            return self._hold(key, member)
        held, _ = self._holds.popleft()
        path = f"/v1/holds/{held.id}/release"
        return Order(sort=Sort.RELEASE, member=held.member, key=held.key, path=path)

    def _give_back(self, key: str, member: str) -> Order:
        if not self._bought:
            return self._purchase(key, member)
        bought = self._bought.popleft()
        body: dict[str, Any] = {"channel": "web", "external_id": key, "purchase": {"id": bought.id}}
        if self.draw.random() < 0.5:
            body["lines"] = [{"line": 1, "quantity": 1}]
            self._bought.append(bought)
        return Order(sort=Sort.RETURN, member=bought.member, key=key, path="/v1/returns", body=body)

    def _adjust(self, key: str, member: str) -> Order:
        return self._adjusts(key, member, self.draw.choice((-40, -5, 15, 60)))

    def _redeem(self, key: str, member: str) -> Order:
        body = {"reward": self.draw.choice(("tree", "mug"))}
        path = f"/v1/members/{member}/redemptions"
        return Order(
            sort=Sort.REDEMPTION, member=member, key=key, path=path, body=body, is_keyed=True
        )

    def _read(self, key: str, member: str) -> Order:
        path = f"/v1/members/{member}/wallets"
        return Order(sort=Sort.READ, member=member, key=key, method="GET", path=path)

    # ------------------------------------------------------------ bodies

    def _adjusts(self, key: str, member: str, amount: int) -> Order:
        return Order(
            sort=Sort.ADJUSTMENT,
            member=member,
            key=key,
            path=f"/v1/members/{member}/adjustments",
            body={"wallet": POINTS, "amount": amount, "reason": key},
            is_keyed=True,
            role="admin",
        )

    def _buys(self, key: str, member: str, more: dict[str, Any]) -> Order:
        body = {**self._basket(member), **more, "external_id": key}
        return Order(sort=Sort.PURCHASE, member=member, key=key, path="/v1/purchases", body=body)

    def _basket(self, member: str) -> dict[str, Any]:
        draw = self.draw
        lines = [
            {
                "sku": f"sku-{draw.randint(100, 999)}",
                "category": draw.choice(("coffee", "bakery", "dairy")),
                "quantity": draw.randint(1, 3),
                "unit_price": draw.randint(150, 1_500),
            }
            for _ in range(draw.randint(1, 3))
        ]
        return {"channel": "web", "currency": "EUR", "member": {"id": member}, "lines": lines}

    def _units(self) -> dict[str, Any]:
        return {"wallet": POINTS, "amount": self.draw.randint(1, 120)}
