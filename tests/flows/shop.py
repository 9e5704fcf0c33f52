"""A shop for tests of verbs and reads: the service on a real database, its clock moved at will.

`program.yaml` beside this file is published from 1 January 2026; `day(0)` is Monday, 2 March 2026,
11:00 in Warsaw. A purchase or return at an instant that the clock has not reached moves it there;
one at an earlier instant is late.
"""

import datetime as dt
import pathlib
import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from service.domain.members.types import Enrol, MemberView, PatchMember
from service.domain.programs.types import Publish, VersionView
from service.domain.purchases.basket import LineIn, MemberRef
from service.domain.purchases.types import ChargedIn, Mode, RecordPurchase
from service.domain.purchases.types import Receipt as PurchaseReceipt
from service.domain.returns.types import PurchaseRef, RecordReturn, ReturnLine, ReturnReceipt
from service.domain.wallets.types import Adjust, AdjustmentReceipt, WalletsView
from service.flows.build import Built, build
from service.flows.members.settle_holders import settle_due
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.ids import derived_id
from service.kernel.values import Identifier, WalletView
from tests.model.invariants import broken

SOURCE: Final = (pathlib.Path(__file__).parent / "program.yaml").read_text()
BEGINNING: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TILL: Final = Actor(
    kind=ActorKind.PARTNER,
    id="till",
    client_id=derived_id("client", "till"),
    scopes=frozenset({"admin:*"}),
    store="waw-01",
)
SECRET: Final = "only for tests: thirty-two characters or more"

Who = uuid.UUID | str | tuple[Identifier, ...] | None
_TABLES: Final = "select tablename from pg_tables where schemaname = 'public' order by tablename"


def day(number: float) -> dt.datetime:
    """10:00 UTC, that many days after 2 March 2026."""
    return dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC) + dt.timedelta(days=number)


def card(value: str) -> Identifier:
    """The identifier of a card."""
    return Identifier("card", value)


def phone(value: str, *, verified: bool = True) -> Identifier:
    """The identifier of a phone."""
    return Identifier("phone", value, verified)


def goods(amount: int, quantity: int | str = 1, **fields: Any) -> LineIn:
    """A line of a receipt; `amount` of the whole line in cents."""
    return LineIn(sku=fields.pop("sku", "thing"), quantity=quantity, amount=amount, **fields)


def bought(
    key: str,
    member: Who,
    *lines: LineIn,
    at: dt.datetime | None = None,
    charged: ChargedIn | int | None = None,
    **fields: Any,
) -> RecordPurchase:
    """A purchase; `member`: an id, the number of a card, identifiers, or nobody."""
    if isinstance(member, str):
        who: Any = (card(member),)
    else:
        who = MemberRef(id=member) if isinstance(member, uuid.UUID) else member
    return RecordPurchase(
        channel=fields.pop("channel", "web"),
        external_id=key,
        currency=fields.pop("currency", "EUR"),
        occurred_at=at,
        member=who,
        lines=lines,
        charged=ChargedIn(total=charged) if isinstance(charged, int) else charged,
        mode=fields.pop("mode", Mode.AUTHORISE),
        **fields,
    )


def brought(
    key: str,
    purchase: str | uuid.UUID,
    wanted: Mapping[int, int | str | None] | None = None,
    *,
    at: dt.datetime | None = None,
    **fields: Any,
) -> RecordReturn:
    """A return of a purchase in the web; `wanted`: line -> quantity, None: all that is left."""
    reference = (
        PurchaseRef(id=purchase)
        if isinstance(purchase, uuid.UUID)
        else PurchaseRef(channel=fields.pop("bought_in", "web"), external_id=purchase)
    )
    lines = None if wanted is None else tuple(
        ReturnLine(line=number, quantity=quantity) for number, quantity in wanted.items()
    )  # fmt: skip
    return RecordReturn(
        channel=fields.pop("channel", "pos"),
        external_id=key,
        purchase=reference,
        occurred_at=at,
        lines=lines,
        **fields,
    )


class Shop:
    """Verbs and reads with few words, and what the tables hold."""

    def __init__(self, db: Database, built: Built) -> None:
        self.db = db
        self.built = built
        self.verbs = built.verbs
        self.reads = built.reads
        self.shown: dt.datetime | None = None  # where the clock was set last

    @classmethod
    async def open(cls, db: Database) -> "Shop":
        """A shop without a program yet; the clock shows day 0."""
        shop = cls(db, another(db))
        await shop.show(day(0))
        return shop

    async def show(self, at: dt.datetime) -> None:
        """The clock shows this instant now, and runs on from there."""
        async with self.db.reading() as tx:
            now = await tx.connection.fetchval("select clock_timestamp()")
        self.db.clock_offset = at - now
        self.shown = at

    async def _reach(self, at: dt.datetime | None) -> None:
        if at is not None and self.shown is not None and at > self.shown:
            await self.show(at)

    # ------------------------------------------------------------ verbs

    async def publish(
        self, source: str = SOURCE, effective_from: dt.datetime | None = BEGINNING, note: str = ""
    ) -> VersionView:
        """Publish a program."""
        body = Publish(source=source, note=note, effective_from=effective_from)
        return (await self.verbs.publish_program(TILL, body)).body

    async def enrol(self, *identifiers: Identifier | str, **fields: Any) -> MemberView:
        """A new member; a text is the number of a card."""
        given = tuple(card(i) if isinstance(i, str) else i for i in identifiers)
        body = Enrol(identifiers=given, **fields)
        return (await self.verbs.enrol_member(TILL, body, None)).body

    async def change(self, member: uuid.UUID, **fields: Any) -> MemberView:
        """Change a member."""
        return (await self.verbs.change_member(TILL, member, PatchMember(**fields))).body

    async def buy(self, key: str, member: Who, *lines: LineIn, **fields: Any) -> PurchaseReceipt:
        """Record a purchase (see `bought`)."""
        return (await self.record(bought(key, member, *lines, **fields))).body

    async def record(self, body: RecordPurchase) -> Answer[PurchaseReceipt]:
        """Record a purchase; the answer says whether it is a replay."""
        await self._reach(body.occurred_at)
        return await self.verbs.record_purchase(TILL, body)

    async def bring_back(
        self,
        key: str,
        purchase: str | uuid.UUID,
        wanted: Mapping[int, int | str | None] | None = None,
        **fields: Any,
    ) -> ReturnReceipt:
        """Record a return (see `brought`)."""
        body = brought(key, purchase, wanted, **fields)
        await self._reach(body.occurred_at)
        return (await self.verbs.record_return(TILL, body)).body

    async def adjust(
        self, member: uuid.UUID, amount: int, wallet: str = "points", key: str | None = None
    ) -> AdjustmentReceipt:
        """Correct a wallet by hand; without a key each call is another."""
        body = Adjust(wallet=wallet, amount=amount, reason="by hand")
        answer = await self.verbs.adjust_wallet(TILL, member, body, key or uuid.uuid1().hex)
        assert isinstance(answer.body, AdjustmentReceipt)  # nothing of a system waits
        return answer.body

    async def settle(self) -> int:
        """One pass of the settling job."""
        return await settle_due(self.built.ctx)

    # ------------------------------------------------------------ reads

    async def wallets(self, member: uuid.UUID) -> dict[str, WalletView]:
        """The wallets now."""
        tagged = await self.reads.wallets(member)
        return msgspec.json.decode(tagged.body, type=WalletsView).wallets

    async def balance(self, member: uuid.UUID, wallet: str = "points") -> tuple[int, int, int]:
        """(available, pending, debt) now."""
        balance = (await self.wallets(member))[wallet].balance
        return (balance.available, balance.pending, balance.debt)

    async def tier(self, member: uuid.UUID) -> str:
        """The tier on the main ladder now."""
        return (await self.reads.tier(member)).ladders["main"].progress.tier

    async def entries(
        self, member: uuid.UUID, wallet: str = "points"
    ) -> list[tuple[str, int, int, dt.datetime]]:
        """(reason, amount, change of debt, occurred_at), oldest first."""
        page = await self.reads.entries(member, wallet, None, 200)
        return [(e.reason, e.amount, e.debt_change, e.occurred_at) for e in reversed(page.items)]

    async def events(self, holder: uuid.UUID) -> list[tuple[str, dict[str, Any]]]:
        """(type without `regulars.` and version, data) in order."""
        async with self.db.reading() as tx:
            rows = await tx.connection.fetch(
                "select type, body from outbox where holder_id = $1 order by version", holder
            )
        return [
            (kind.removeprefix("regulars.").removesuffix(".v1"), msgspec.json.decode(body)["data"])
            for kind, body in rows
        ]

    # ------------------------------------------------------------ tables

    async def tables(self, *but: str) -> dict[str, str]:
        """A digest of every row of every table but some: equal means that nothing changed."""
        async with self.db.reading() as tx:
            names = [row[0] for row in await tx.connection.fetch(_TABLES) if row[0] not in but]
            digests = [
                f"select '{name}', md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
                f" from {name} t"
                for name in names
            ]
            return dict(await tx.connection.fetch(" union all ".join(digests)))

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self.db.reading() as tx:
            number: int = await tx.connection.fetchval(f"select count(*) from {table}")
        return number

    async def left(self, campaign: str) -> int:
        """What is left of a campaign's budget."""
        async with self.db.reading() as tx:
            units: int = await tx.connection.fetchval(
                "select sum(remaining)::bigint from budget_slot where name = $1", campaign
            )
        return units

    async def faults(self) -> list[str]:
        """Invariants of the ledger that do not hold, decisions that come out otherwise."""
        async with self.db.reading() as tx:
            holders = [row[0] for row in await tx.connection.fetch("select holder_id from holder")]
            made = await tx.connection.fetch("select purchase_id from purchase")
        found = await broken(self.db, holders, self.built.programs.wallet_id)
        for (purchase_id,) in made:
            if not (await self.reads.explanation(purchase_id, full=True)).same:
                found.append(f"purchase {purchase_id}: decided otherwise")
        return found


def another(db: Database) -> Built:
    """A process of its own on the same database."""
    settings = Settings(
        database_url="postgresql://unused", secret=SECRET, egress_private="127.0.0.0/8"
    )
    return build(db, settings)
