"""Members and all that happens to them, in the order it arrives; answers to compare with.

Decisions are made once, at arrival, with history and tiers as then known; a return decides the
remainder again with what the purchase saw. Tiers are replayed from their contributions each time.
"""

import datetime as dt
from dataclasses import dataclass, field, replace

from tests.oracle import awards, days, tiers
from tests.oracle.days import Span
from tests.oracle.ledger import WalletBook
from tests.oracle.program import Ladder, Limit, Line, Program, Seen
from tests.oracle.purchases import Purchase


class Refused(Exception):
    """The world does not allow this, for the reason given; nothing has happened."""


@dataclass(frozen=True)
class Correction:
    """Units given (positive) or taken by hand."""

    wallet: str
    amount: int
    at: dt.datetime


@dataclass
class Member:
    """Everything of one member."""

    enrolled_at: dt.datetime
    books: dict[str, WalletBook]
    purchases: list[Purchase] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)


@dataclass(frozen=True)
class Balance:
    """A wallet at an instant; `expiring` sums to available, pending and held."""

    available: int
    pending: int
    debt: int
    expiring: dict[dt.datetime | None, int]
    held: int = 0


@dataclass(frozen=True)
class Parked:
    """A return whose purchase is not known yet."""

    wanted: dict[int, int | None] | None
    at: dt.datetime


class World:
    """All members of one program. `now` is when something is recorded, `at` when it took place."""

    def __init__(self, program: Program, claim_max: Span) -> None:
        self.program = program
        self.claim_max = claim_max
        self.members: dict[str, Member] = {}
        self.purchases: dict[str, Purchase] = {}
        self.owners: dict[str, str] = {}  # purchase -> member
        self.unmatched: dict[str, list[Purchase]] = {}  # identifier -> purchases
        self.parked: dict[str, list[Parked]] = {}
        self.left = {
            campaign.id: campaign.budget.amount for campaign in program.campaigns if campaign.budget
        }

    # ------------------------------------------------------------ what happens

    def enrol(self, name: str, now: dt.datetime) -> None:
        """A new member, every wallet empty."""
        books = {
            wallet.id: WalletBook(now, clamp=wallet.clamp, qualifying=wallet.qualifying)
            for wallet in self.program.wallets
        }
        self.members[name] = Member(now, books)

    def purchase(
        self,
        key: str,
        member: str,
        lines: tuple[Line, ...],
        at: dt.datetime,
        now: dt.datetime,
        channel: str = "web",
    ) -> Purchase:
        """A purchase of a known member, with the returns that waited for it."""
        purchase = self._arrive(key, lines, at, channel)
        self._credit(member, purchase, now)
        self._unpark(purchase, now)
        return purchase

    def unmatched_purchase(
        self,
        key: str,
        identifier: str,
        lines: tuple[Line, ...],
        at: dt.datetime,
        now: dt.datetime,
        channel: str = "web",
    ) -> Purchase:
        """A purchase under an identifier that nobody has claimed yet: kept, nothing is earned."""
        purchase = self._arrive(key, lines, at, channel)
        self.unmatched.setdefault(identifier, []).append(purchase)
        self._unpark(purchase, now)
        return purchase

    def claim(self, member: str, identifier: str, now: dt.datetime) -> int:
        """The identifier is the member's: what was bought under it is credited, oldest first."""
        since = days.minus(now, self.claim_max, self.program.zone)
        waiting = sorted(self.unmatched.pop(identifier, []), key=lambda purchase: purchase.at)
        mine = [purchase for purchase in waiting if purchase.at >= since]
        for purchase in mine:
            self._credit(member, purchase, now)
            self._keep(purchase, now)
        return len(mine)

    def bring_back(
        self,
        purchase_key: str,
        wanted: dict[int, int | None] | None,
        at: dt.datetime,
        now: dt.datetime,
    ) -> int | None:
        """Items come back: thousandths per line (None: all that is left). Answers the money they
        carried; None when the purchase is not known and the return waits for it."""
        purchase = self.purchases.get(purchase_key)
        if purchase is None:
            self.parked.setdefault(purchase_key, []).append(Parked(wanted, at))
            return None
        asked = purchase.asked(wanted)
        if not asked or any(units > purchase.left(n) for n, units in asked.items()):
            raise Refused
        return self._return(purchase, asked, at, now)

    def adjust(self, member: str, wallet: str, amount: int, now: dt.datetime) -> None:
        """A correction by hand; too little available is refused."""
        self._settle(member, now)
        book = self.members[member].books[wallet]
        if amount > 0:
            expires_at = self.program.wallet(wallet).expires.of(now, self.program.zone)
            book.add(amount, None, now, expires_at, now)
        elif not book.take_available(-amount, now):
            raise Refused
        self.members[member].corrections.append(Correction(wallet, amount, now))

    # ------------------------------------------------------------ answers

    def balance(self, member: str, wallet: str, now: dt.datetime) -> Balance:
        """The wallet at the instant, everything due by then having happened."""
        book = self.members[member].books[wallet].as_of(now)
        return Balance(book.available(), book.pending(), book.debt, book.expiring(), book.held())

    def posted_at(self, member: str, wallet: str, at: dt.datetime) -> int | None:
        """Units by effective time, as now known. None for a wallet that ever owed: debt is known
        only from its recording on, and what it would have taken of a lot before is no fact."""
        book = self.members[member].books[wallet].as_of(at)
        if any(entry.debt_change for entry in book.entries):
            return None
        return sum(entry.amount for entry in book.entries if entry.occurred_at <= at)

    def ladder(self, member: str, ladder: str, now: dt.datetime) -> tiers.Climb:
        """The replayed ladder at the instant, without floors."""
        found = next(each for each in self.program.ladders if each.id == ladder)
        enrolled_at = self.members[member].enrolled_at
        contributions = self.contributions(member, found)
        return tiers.climb(found, contributions, enrolled_at, self.program.zone, now)

    def tier(self, member: str, ladder: str, now: dt.datetime) -> str:
        """The tier that counts: the ladder's own or a floor above it."""
        replay = self.ladder(member, ladder, now)
        position = max(replay.position, self._floor(member, replay.ladder, now))
        return replay.ladder.tiers[position][0]

    def contributions(self, member: str, ladder: Ladder) -> list[tiers.Contribution]:
        """What counts towards the ladder: kept units and corrections, money, or visits."""
        who = self.members[member]
        if ladder.counts == "spend":
            return [tiers.Contribution(p.at, p.net()) for p in who.purchases]
        if ladder.counts == "visits":
            return [tiers.Contribution(p.at, 1) for p in who.purchases if p.net() > 0]
        kept = [tiers.Contribution(p.at, p.kept.get(ladder.counts, 0)) for p in who.purchases]
        by_hand = [
            tiers.Contribution(c.at, c.amount) for c in who.corrections if c.wallet == ladder.counts
        ]
        return kept + by_hand

    # ------------------------------------------------------------ how

    def _arrive(self, key: str, lines: tuple[Line, ...], at: dt.datetime, channel: str) -> Purchase:
        purchase = Purchase(key, channel, at, lines)
        self.purchases[key] = purchase
        return purchase

    def _settle(self, member: str, now: dt.datetime) -> None:
        for book in self.members[member].books.values():
            book.settle(now)

    def _credit(self, member: str, purchase: Purchase, now: dt.datetime) -> None:
        """Decide the purchase and post what it earns."""
        self._settle(member, now)
        who = self.members[member]
        if purchase.seen is None:
            purchase.seen = self._seen(member, purchase.at, purchase.channel, purchase.lines)
        purchase.allowed = self._allowed(member, purchase)
        wants = awards.decide(self.program, purchase.seen, purchase.allowed).wants
        for campaign, wanted in wants.items():
            granted = min(wanted, self.left[campaign])
            self.left[campaign] -= granted
            purchase.grants[campaign] = purchase.spent[campaign] = granted
        outcome = self._decided(purchase, purchase.lines)
        purchase.uses = {rule.id for rule in outcome.fired.values() if rule.limit}
        purchase.lifts = self._lifts(outcome)
        purchase.earned = dict(outcome.units)
        purchase.kept = dict(outcome.units)
        purchase.given = list(outcome.given)
        who.purchases.append(purchase)
        self.owners[purchase.key] = member
        for wallet, units in outcome.units.items():
            available_at, expires_at = self._times(wallet, purchase.seen.at)
            purchase.lots[wallet] = (available_at, expires_at)
            who.books[wallet].add(units, purchase.key, available_at, expires_at, purchase.at)

    def _times(self, wallet: str, at: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
        spec, zone = self.program.wallet(wallet), self.program.zone
        available_at = days.plus(at, spec.pending, zone) if spec.pending else at
        return available_at, spec.expires.of(available_at, zone)

    def _seen(self, member: str, at: dt.datetime, channel: str, lines: tuple[Line, ...]) -> Seen:
        who, zone = self.members[member], self.program.zone
        standing = {}
        for ladder in self.program.ladders:
            contributions = self.contributions(member, ladder)
            own = tiers.before(ladder, contributions, who.enrolled_at, zone, at)
            standing[ladder.id] = max(own, self._floor(member, ladder, at))
        past = tuple(each.past() for each in who.purchases if each.net() > 0)
        return Seen(at, zone, channel, lines, standing=standing, past=past)

    def _decided(self, purchase: Purchase, lines: tuple[Line, ...]) -> awards.Outcome:
        """The decision on these lines by what the purchase saw and was granted."""
        assert purchase.seen is not None
        seen = replace(purchase.seen, lines=lines)
        return awards.decide(self.program, seen, purchase.allowed, purchase.grants)

    def _lifts(self, outcome: awards.Outcome) -> list[tuple[str, int, Span | None]]:
        ladders = {ladder.id: ladder for ladder in self.program.ladders}
        return [
            (lift.ladder, ladders[lift.ladder].position(lift.tier), lift.lasts)
            for lift in outcome.lifts
        ]

    def _floor(self, member: str, ladder: Ladder, at: dt.datetime) -> int:
        """The highest floor in force at the instant; floors end with what they are lifted for."""
        found = 0
        for purchase in self.members[member].purchases:
            for name, position, lasts in purchase.lifts:
                until = days.plus(purchase.at, lasts, self.program.zone) if lasts else None
                if name == ladder.id and purchase.at <= at and (until is None or at < until):
                    found = max(found, position)
        return found

    def _allowed(self, member: str, purchase: Purchase) -> set[str]:
        """Limited rules that have not been used up around the purchase's instant."""
        earlier = self.members[member].purchases
        return {
            rule.id
            for campaign in self.program.campaigns
            for rule in campaign.rules
            if rule.limit is not None
            and sum(
                rule.id in other.uses and self._same_period(rule.limit, other.at, purchase.at)
                for other in earlier
            )
            < rule.limit.times
        }

    def _same_period(self, limit: Limit, used: dt.datetime, at: dt.datetime) -> bool:
        zone = self.program.zone
        if limit.rolling:
            return days.minus(at, limit.rolling, zone) < used < days.plus(at, limit.rolling, zone)
        if limit.period:
            start = days.period_start(at, limit.period, zone)
            return start <= used < days.period_end(at, limit.period, zone)
        return True

    def _unpark(self, purchase: Purchase, now: dt.datetime) -> None:
        """Returns that came first; what they ask beyond what was bought is cut."""
        for parked in self.parked.pop(purchase.key, []):
            known = {
                number: units
                for number, units in (parked.wanted or {}).items()
                if number <= len(purchase.lines)
            }
            asked = purchase.asked(None if parked.wanted is None else known)
            cut = {n: min(units, purchase.left(n)) for n, units in asked.items()}
            self._return(purchase, cut, parked.at, now)

    def _return(
        self, purchase: Purchase, asked: dict[int, int], at: dt.datetime, now: dt.datetime
    ) -> int:
        refund = purchase.take(asked)
        if purchase.key in self.owners:
            self._settle(self.owners[purchase.key], now)
            self._keep(purchase, at)
        return refund

    def _keep(self, purchase: Purchase, at: dt.datetime) -> None:
        """Post the difference to what the remainder keeps now."""
        outcome = self._decided(purchase, purchase.remainder())
        self._need_less(purchase, outcome)
        self._move(purchase, outcome, at)

    def _need_less(self, purchase: Purchase, outcome: awards.Outcome) -> None:
        """Budgets get back what the remainder does not want; floors that it does not set go."""
        for campaign, granted in purchase.grants.items():
            spent = min(granted, outcome.wants.get(campaign, 0))
            self.left[campaign] += purchase.spent[campaign] - spent
            purchase.spent[campaign] = spent
        lifts = self._lifts(outcome)
        purchase.lifts = [lift for lift in purchase.lifts if lift in lifts]

    def _move(self, purchase: Purchase, outcome: awards.Outcome, at: dt.datetime) -> None:
        """Take units back, or give some back again."""
        who = self.members[self.owners[purchase.key]]
        for wallet, change in purchase.keep(outcome).items():
            effective = purchase.at if self.program.wallet(wallet).qualifying else at
            if change < 0:
                who.books[wallet].claw_back(purchase.key, -change, effective)
            elif change > 0:
                available_at, expires_at = purchase.lots[wallet]
                who.books[wallet].give_back(
                    purchase.key, change, available_at, expires_at, effective
                )
