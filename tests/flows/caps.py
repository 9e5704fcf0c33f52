"""Staff who adjust wallets within caps, and colleagues who approve the rest.

Points: 500 at once, 800 a day, with reasons to
choose from; stars: 20 at once, 50 a day; status: nothing alone. What is asked for waits two hours.
"""

import uuid
from typing import Any, Final

from service.domain.approvals.types import ApprovalPage, ApprovalsPage, ApprovalView, RefuseApproval
from service.domain.wallets.types import Adjust, AdjustmentReceipt
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.ids import derived_id
from tests.flows.shop import SOURCE, Shop

_POINTS: Final = "    title: {en: Points, pl: Punkty}\n"
_STARS: Final = "    expires: {after: 30d}\n"
CAPPED: Final = (
    SOURCE.replace(
        _POINTS,
        f"{_POINTS}    adjust: {{max: 500, per_day_max: 800, reasons: [late, goodwill]}}\n",
    ).replace(_STARS, f"{_STARS}    adjust: {{max: 20, per_day_max: 50}}\n", 1)
    + "\nstaff: {approve_for: 2h}\n"
)


def staff(login: str, shop: str | None = "waw-01", **fields: Any) -> Actor:
    """Somebody who is signed in at a till of the shop."""
    return Actor(
        kind=ActorKind.STAFF,
        id=login,
        client_id=derived_id("client", "till"),
        scopes=frozenset({"points:adjust", "approvals:read", "approvals:decide"}),
        store=shop,
        device="till-3",
        **fields,
    )


EVA: Final = staff("eva")
JAN: Final = staff("jan")


class Caps:
    """The verbs and reads about approvals with few words."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.verbs = shop.verbs
        self.reads = shop.reads

    async def send(
        self,
        member: uuid.UUID,
        amount: int,
        wallet: str = "points",
        *,
        by: Actor = EVA,
        key: str | None = None,
        code: str | None = "late",
    ) -> Answer[AdjustmentReceipt | ApprovalView]:
        """An adjustment by staff; without a key each call is another."""
        named = code if wallet == "points" else None
        body = Adjust(wallet=wallet, amount=amount, reason="cold coffee", code=named)
        return await self.verbs.adjust_wallet(by, member, body, key or uuid.uuid1().hex)

    async def alone(self, member: uuid.UUID, amount: int, *a: str, **k: Any) -> AdjustmentReceipt:
        """One that is done at once."""
        answer = await self.send(member, amount, *a, **k)
        assert isinstance(answer.body, AdjustmentReceipt)
        assert not answer.parked
        return answer.body

    async def asked(self, member: uuid.UUID, amount: int, *a: str, **k: Any) -> ApprovalView:
        """One that waits for a second person."""
        answer = await self.send(member, amount, *a, **k)
        assert isinstance(answer.body, ApprovalView)
        assert answer.parked
        return answer.body

    async def approve(self, approval: uuid.UUID, by: Actor = JAN) -> ApprovalView:
        """A second person approves."""
        return (await self.verbs.give_approval(by, approval)).body

    async def refuse(
        self, approval: uuid.UUID, by: Actor = JAN, why: str = "too much"
    ) -> ApprovalView:
        """A second person refuses."""
        return (await self.verbs.refuse_approval(by, approval, RefuseApproval(reason=why))).body

    async def page(self, by: Actor = JAN, **query: Any) -> ApprovalPage:
        """A page of approvals."""
        return await self.reads.approvals(by, ApprovalsPage(**query))

    async def days(self) -> dict[tuple[str, str, int], int]:
        """(login, day, wallet) -> what is counted of it."""
        async with self.shop.db.reading() as tx:
            rows = await tx.connection.fetch("select staff, day, wallet, amount from adjusted_day")
        return {(row[0], row[1].isoformat(), row[2]): row[3] for row in rows}
