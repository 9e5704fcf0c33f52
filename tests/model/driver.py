"""The service in this process, on a real PostgreSQL, with its clock moved at will.

One event loop and one pool for a whole test. The clock is moved by `Database.clock_offset`, which
every flow adds to PostgreSQL's clock: the driver sets it so that the clock shows the wanted instant
now; from there it runs on by the few milliseconds that the work takes.
"""

import asyncio
import datetime as dt
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from service.domain.members.types import Enrol, MemberView, PatchMember
from service.domain.programs.types import Publish
from service.domain.purchases.basket import LineIn, MemberRef
from service.domain.purchases.types import Mode, Receipt, RecordPurchase
from service.domain.returns.types import PurchaseRef, RecordReturn, ReturnLine, ReturnReceipt
from service.domain.tiers.types import TierView
from service.domain.wallets.types import Adjust, AdjustmentReceipt, WalletsView
from service.flows.build import Built, build
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.values import Identifier
from service.rules.cart import LineKind
from tests.model import invariants
from tests.oracle.program import Line

T = TypeVar("T")

BEGINNING: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the program decides from here on
TILL: Final = Actor(
    kind=ActorKind.PARTNER,
    id="model",
    client_id=uuid.UUID("00000000-0000-4000-8000-000000000001"),
    scopes=frozenset({"admin:*"}),
)
SECRET: Final = "only for tests: thirty-two characters or more"


def decimal(thousandths: int) -> str:
    """A quantity as a receipt writes it: 732 is "0.732"."""
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"


def line_in(line: Line) -> LineIn:
    """The oracle's line as the service takes it."""
    return LineIn(
        sku=line.sku,
        quantity=decimal(line.quantity),
        amount=line.amount,
        kind=LineKind(line.kind),
        category=line.category,
        brand=line.brand,
        discount_given=line.discount,
    )


@dataclass(frozen=True)
class Answers:
    """Wallets now, some time ahead and some time back, and the ladders now."""

    now: WalletsView
    ahead: WalletsView
    back: WalletsView
    tier: TierView


class Driver:
    """Commands to the service and answers from it, one at a time or many at once."""

    def __init__(self, url: str, source: str, currency: str) -> None:
        self.currency = currency
        self.loop = asyncio.new_event_loop()
        self.db: Database = self.run(Database.open(url))
        self.built: Built = self.run(self._build(url, source))
        self._full = self.run(self._budgets())

    async def _build(self, url: str, source: str) -> Built:
        built: Built = build(self.db, Settings(database_url=url, secret=SECRET))
        await self._show(BEGINNING)
        await built.verbs.publish_program(TILL, Publish(source=source, effective_from=BEGINNING))
        await built.programs.refresh(self.db)
        return built

    def close(self) -> None:
        """Leave the database."""
        self.run(self.built.gate.drain())
        self.run(self.db.close())
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let it happen, and whatever it makes happen."""
        return self.loop.run_until_complete(work)

    def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """Let a verb happen; no job keeps the program versions fresh here, so this does."""
        self.run(self.built.programs.refresh(self.db))
        return self.run(work)

    def set_clock(self, at: dt.datetime) -> None:
        """The clock shows this instant now."""
        self.run(self._show(at))

    async def _show(self, at: dt.datetime) -> None:
        async with self.db.reading() as tx:
            now = await tx.connection.fetchval("select clock_timestamp()")
        self.db.clock_offset = at - now

    def refill_budgets(self) -> None:
        """Every budget is as full as its program says: examples share one database."""
        self.run(self._refill())

    async def _refill(self) -> None:
        async with self.db.transaction() as tx:
            for campaign, slots in self._full.items():
                for slot, remaining in slots.items():
                    await tx.connection.execute(
                        "update budget_slot set remaining = $3 where name = $1 and slot = $2",
                        campaign,
                        slot,
                        remaining,
                    )

    async def _budgets(self) -> dict[str, dict[int, int]]:
        found: dict[str, dict[int, int]] = {}
        async with self.db.reading() as tx:
            rows = await tx.connection.fetch("select name, slot, remaining from budget_slot")
        for campaign, slot, remaining in rows:
            found.setdefault(campaign, {})[slot] = remaining
        return found

    def broken(self, members: Sequence[uuid.UUID]) -> list[str]:
        """Invariants of the ledger that do not hold for these members."""
        return self.run(invariants.broken(self.db, members, self.built.programs.wallet_id))

    # ------------------------------------------------------------ commands

    def enrol(self, card: str) -> MemberView:
        """A new member with a card."""
        body = Enrol(identifiers=(Identifier("card", card),))
        return self.ask(self.built.verbs.enrol_member(TILL, body, None)).body

    def claim(self, member: uuid.UUID, card: str) -> MemberView:
        """The card is the member's."""
        body = PatchMember(add=(Identifier("card", card),))
        return self.ask(self.built.verbs.change_member(TILL, member, body)).body

    def body(
        self,
        key: str,
        member: uuid.UUID | str | None,
        lines: Sequence[Line],
        at: dt.datetime,
        channel: str,
        mode: Mode,
    ) -> RecordPurchase:
        """A purchase; `member`: an id or the number of a card."""
        who = (Identifier("card", member),) if isinstance(member, str) else None
        return RecordPurchase(
            mode=mode,
            channel=channel,
            external_id=key,
            occurred_at=at,
            currency=self.currency,
            member=MemberRef(id=member) if isinstance(member, uuid.UUID) else who,
            lines=tuple(line_in(line) for line in lines),
        )

    def purchase(self, body: RecordPurchase) -> Answer[Receipt]:
        """Record one purchase."""
        return self.ask(self.built.verbs.record_purchase(TILL, body))

    def purchases_at_once(self, bodies: Sequence[RecordPurchase]) -> list[Answer[Receipt]]:
        """Record purchases that all arrive at the same moment, each by itself."""

        async def together() -> list[Answer[Receipt]]:
            record = self.built.verbs.record_purchase
            return list(await asyncio.gather(*(record(TILL, body) for body in bodies)))

        return self.ask(together())

    async def everything_at_once(self, bodies: Sequence[RecordPurchase | RecordReturn]) -> None:
        """Purchases and returns that all arrive at the same moment."""
        verbs = self.built.verbs
        await asyncio.gather(
            *(
                verbs.record_purchase(TILL, body)
                if isinstance(body, RecordPurchase)
                else verbs.record_return(TILL, body)
                for body in bodies
            )
        )

    def purchase_batch(self, bodies: Sequence[RecordPurchase]) -> list[Answer[Receipt]]:
        """Record purchases in one request; an item that is refused raises its error."""
        answers = self.ask(self.built.verbs.record_purchase_batch(TILL, bodies))
        for answer in answers:
            if isinstance(answer, ExpectedError):
                raise answer
        return [answer for answer in answers if isinstance(answer, Answer)]

    def return_body(
        self,
        key: str,
        purchase: tuple[str, str],
        wanted: dict[int, int | None] | None,
        at: dt.datetime,
    ) -> RecordReturn:
        """A return of a purchase named by (channel, key): thousandths per line, None all of it."""
        lines = tuple(
            ReturnLine(line=number, quantity=None if units is None else decimal(units))
            for number, units in (wanted or {}).items()
        )
        return RecordReturn(
            channel="web",
            external_id=key,
            purchase=PurchaseRef(channel=purchase[0], external_id=purchase[1]),
            occurred_at=at,
            lines=None if wanted is None else lines,
        )

    def bring_back(self, body: RecordReturn) -> Answer[ReturnReceipt]:
        """Record one return."""
        return self.ask(self.built.verbs.record_return(TILL, body))

    def adjust(
        self, member: uuid.UUID, wallet: str, amount: int, key: str
    ) -> Answer[AdjustmentReceipt]:
        """Correct a wallet by hand."""
        body = Adjust(wallet=wallet, amount=amount, reason="model")
        told = self.ask(self.built.verbs.adjust_wallet(TILL, member, body, key))
        assert isinstance(told.body, AdjustmentReceipt)  # nothing of a system waits
        return Answer(told.body, replayed=told.replayed)

    # ------------------------------------------------------------ answers

    def answers(self, members: Sequence[uuid.UUID], at: Sequence[dt.datetime]) -> list[Answers]:
        """What the service says of each of them now; `at`: an instant ahead and one past."""

        async def all_of_them() -> list[Answers]:
            return list(await asyncio.gather(*(self._answers(each, *at) for each in members)))

        return self.run(all_of_them())

    async def _answers(self, member: uuid.UUID, ahead: dt.datetime, back: dt.datetime) -> Answers:
        reads = self.built.reads
        tagged = await reads.wallets(member)
        return Answers(
            now=msgspec.json.decode(tagged.body, type=WalletsView),
            ahead=await reads.wallets_at(member, ahead, None),
            back=await reads.wallets_at(member, back, None),
            tier=await reads.tier(member),
        )

    def wallets(self, member: uuid.UUID) -> WalletsView:
        """The wallets now."""
        tagged = self.run(self.built.reads.wallets(member))
        return msgspec.json.decode(tagged.body, type=WalletsView)

    def tier(self, member: uuid.UUID) -> TierView:
        """The ladders now."""
        return self.run(self.built.reads.tier(member))
