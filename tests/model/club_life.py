"""A life with clubs: each thing is done by the service and by the oracle, with one outcome."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any, Final

from service.kernel.errors import ExpectedError
from tests.model import compare_clubs
from tests.model.club_desk import GOODS, Desk
from tests.model.compare import same
from tests.model.life import answer_or_refusal
from tests.model.programs import clubs
from tests.oracle import merging
from tests.oracle.merging import Family
from tests.oracle.spending import Spending
from tests.oracle.stays import Club
from tests.oracle.world import Refused

STEP: Final = dt.timedelta(seconds=1)
TURNS_MAX: Final = 3  # instants that a purchase itself goes through; of more the job has to
OLDEST: Final = dt.timedelta(days=80)  # the program takes purchases of the last 90 days


class ClubLife:
    """`ids`: name -> id; `offers`, `applications`, `payments`: what the service calls them."""

    def __init__(self, desk: Desk, now: dt.datetime) -> None:
        self.desk = desk
        self.now = now
        self.began = now
        self.ids: dict[str, uuid.UUID] = {}
        self.spending = Spending(clubs.REGULAR)
        self.circles = {
            rules.id: Club(rules, self.spending.after) for rules in (clubs.TABLE, clubs.TERRACE)
        }
        self.family = Family()
        self.spending.who = self.family.who
        for circle in self.circles.values():
            circle.who = self.family.who
        self.applications: list[tuple[str, int, uuid.UUID]] = []
        self.payments: list[tuple[str, str]] = []  # club, reference
        self.remembered: list[dt.datetime] = []
        self.again: dict[str, dt.datetime] = {}  # when what is known of them became another's too
        self._count = 0
        desk.set_clock(now)

    @property
    def table(self) -> Club:
        """The club with seats."""
        return self.circles["table"]

    def key(self, prefix: str) -> str:
        """Never the same twice."""
        self._count += 1
        return f"{prefix}-{self._count}"

    def enrol(self) -> str:
        """A new member; answers the name."""
        name = f"m{len(self.ids)}"
        self.ids[name] = self.desk.enrol(self.key("card")).id
        self.wait()
        return name

    def wait(self, span: dt.timedelta = STEP) -> None:
        """The clock goes on, and then stands still again."""
        self.remembered.append(self.now)
        self.now += span
        self.desk.set_clock(self.now)
        self._pass_time()

    def _pass_time(self) -> None:
        for circle in self.circles.values():
            circle.pass_time(self.now)

    def due(self) -> list[dt.datetime]:
        """Instants to come at which something ends."""
        found: set[dt.datetime | None] = set()
        for circle in self.circles.values():
            for person in circle.people.values():
                found |= {one.due for one in person.offers if one.state == "open"}
                found |= {one.until for one in person.grounds}
                found |= {one.until for one in person.pauses}
        for name in self.ids:
            found.update(self.spending.turns(name, self.now, self.now + OLDEST))
        return sorted(at for at in found if at is not None and at > self.now)

    # ------------------------------------------------------------ verbs

    def both(self, served: Callable[[], Any], expected: Callable[[], Any]) -> Any:
        """What the service answers; None where both refuse, for the same reason."""
        answer = answer_or_refusal(served)
        try:
            is_news = expected()
        except Refused as refusal:
            found = answer.slug() if isinstance(answer, ExpectedError) else answer
            same(found, str(refusal), "refusal")
            self.wait()
            return None
        assert not isinstance(answer, ExpectedError), f"the service refuses it: {answer!r}"
        if is_news is not None and hasattr(answer, "replayed"):
            same(answer.replayed, not is_news, "replayed")
        self.wait()
        return answer

    def verb(self, name: str, club: str, who: str, **fields: Any) -> Any:
        """A verb that both know by the same name, of one member."""
        served, expected = getattr(self.desk, name), getattr(self.circles[club], name)
        return self.both(
            lambda: served(club, self.ids[who], **fields),
            lambda: expected(self.family.who(who), at=self.now, **fields),
        )

    def invite(self, guest: str, by: str | None) -> None:
        """To the table."""
        asker = None if by is None else self.ids[by]
        self.both(
            lambda: self.desk.invite("table", self.ids[guest], asker),
            lambda: self.table.invite(
                self.family.who(guest), None if by is None else self.family.who(by), self.now
            ),
        )

    def withdraw(self, guest: str) -> None:
        """The invitation that is open, if one is."""
        known = self.family.who(guest)
        offer = self.table.person(known).offer(self.now)
        if offer is None or offer.kind != "invitation":
            return
        view = self.desk.clubs_of([self.ids[guest]])[0].offers[0]
        self.both(
            lambda: self.desk.withdraw("table", view.id),
            lambda: self.table.withdraw(known, self.now),
        )

    def ban(self, club: str, who: str, *, lifts: bool) -> None:
        """A ban, or its end."""
        circle = self.circles[club]
        self.both(
            lambda: self.desk.ban(club, self.ids[who], lifts=lifts),
            lambda: (circle.unban if lifts else circle.ban)(self.family.who(who), self.now),
        )

    def apply(self, club: str, who: str) -> None:
        """An application."""
        answer = self.verb("apply", club, who)
        if answer is not None and not answer.replayed:
            known = self.family.who(who)
            number = len(self.circles[club].person(known).applications) - 1
            self.applications.append((known, number, answer.body.id))

    def decide(self, pick: int, state: str) -> None:
        """Any application, answered before or not."""
        who, number, application = self.applications[pick % len(self.applications)]
        self.both(
            lambda: self.desk.decide("terrace", application, state),
            lambda: self.circles["terrace"].decide(who, number, state, self.now),
        )

    def pay(self, club: str, who: str, ago: dt.timedelta) -> None:
        """A term, perhaps paid for some time ago."""
        reference, paid_at = self.key("payment"), max(self.now - ago, self.began)
        answer = self.both(
            lambda: self.desk.pay(club, self.ids[who], reference, paid_at),
            lambda: self.circles[club].pay(self.family.who(who), reference, paid_at, self.now),
        )
        if answer is not None:
            _, ground = self.circles[club].payments[reference]
            same((answer.body.since, answer.body.until), (ground.since, ground.until), reference)
            self.payments.append((club, reference))

    def reverse(self, pick: int) -> None:
        """Any payment, taken back before or not."""
        club, reference = self.payments[pick % len(self.payments)]
        self.both(
            lambda: self.desk.reverse(club, reference),
            lambda: self.circles[club].reverse(reference, self.now),
        )

    # ------------------------------------------------------------ purchases, jobs

    def buy(self, who: str, more: int, ago: dt.timedelta) -> None:
        """A purchase, perhaps of some time ago: at the prices of then."""
        known = self.family.who(who)
        if ago or self._turns(known) > TURNS_MAX:
            self.look()  # else the instants not looked at yet would know of it too
        at = max(self.now - ago, self.began)
        looked_at = self.desk.looked_at(self.ids[known])
        receipt = self.desk.buy(self.key("buy"), self.ids[who], more, at)
        off = {line.sku: line.discount for line in receipt.lines if line.sku in self.circles}
        same(off, self.discounts(who, at), "price of", who, at)
        same(receipt.member_id, self.ids[known], "whose purchase it is")
        self.spending.buy(who, at, receipt.total)
        self.table.look(known, self._instants(known, looked_at), self.now)
        self.wait()

    def _turns(self, who: str) -> int:
        """How many instants that may have turned something were not looked at."""
        looked_at = self.desk.looked_at(self.ids[who])
        found: set[dt.datetime | None] = set(self._instants(who, looked_at))
        for circle in self.circles.values():
            person = circle.person(who)
            found |= {edge for one in person.grounds for edge in (one.since, one.until)}
            away = (*person.pauses, *person.bans)
            found |= {edge for one in away for edge in (one.since, one.until)}
        return sum(at is not None and looked_at < at <= self.now for at in found)

    def _instants(self, who: str, looked_at: dt.datetime) -> list[dt.datetime]:
        """Those that may have turned the rule and were not looked at; of a merge its own, too."""
        turns, merged_at = self.spending.turns(who, looked_at, self.now), self.again.get(who)
        return turns if merged_at is None or merged_at < looked_at else [merged_at, *turns]

    def merge(self, old: str, kept: str) -> None:
        """Two are one, unless one of them asks for something or was merged before."""
        if old == kept or not (self.family.is_single(old) and self.family.is_single(kept)):
            return
        if any("open" in one.person(old).applications for one in self.circles.values()):
            return
        self.desk.merge(self.ids[old], self.ids[kept])
        for circle in self.circles.values():
            merging.merge(circle, old, kept, self.now)
        self.family.into[old] = kept
        self.again[kept] = self.now
        self.wait()

    def unmerge(self, pick: int) -> None:
        """Somebody who was merged is two again."""
        old = sorted(self.family.into)[pick % len(self.family.into)]
        kept = self.family.into[old]
        self.desk.unmerge(self.ids[old])
        for circle in self.circles.values():
            merging.unmerge(circle, old, kept, self.now)
        del self.family.into[old]
        self.again |= {old: self.now, kept: self.now}
        self.wait()

    def look(self) -> None:
        """The job that acts on what time did to rules."""
        since = {
            name: self.desk.looked_at(id_)
            for name, id_ in self.ids.items()
            if self.family.who(name) == name
        }
        self.desk.look()
        for name, looked_at in since.items():
            self.table.look(name, self._instants(name, looked_at), self.now)
        self.wait()

    def advance(self) -> None:
        """The job of clubs."""
        self.desk.advance()
        for circle in self.circles.values():
            circle.advance(self.now)
        self.wait()

    # ------------------------------------------------------------ what is so

    def discounts(self, who: str, at: dt.datetime) -> dict[str, int]:
        """What a purchase of that instant has off, for each club."""
        known = self.family.who(who)
        holds = self.spending.before(known, at)
        return {
            name: GOODS // 10 if circle.belongs(known, at, holds=holds) else 0
            for name, circle in self.circles.items()
        }

    def agree(self, instants: list[dt.datetime]) -> None:
        """All members, both clubs, prices of now and of other instants."""
        views = self.desk.clubs_of(list(self.ids.values()))
        for name, view in zip(self.ids, views, strict=True):
            compare_clubs.member(self, self.family.who(name), view)
        for name, circle in self.circles.items():
            compare_clubs.club(circle, self.desk.club(name), self.now)
        asked = [(name, at) for name in self.ids for at in instants]
        found = self.desk.discounts([(self.ids[name], at) for name, at in asked])
        for (name, at), off in zip(asked, found, strict=True):
            same(off, self.discounts(name, at), "price of", name, at)
