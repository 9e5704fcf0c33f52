"""The state machine of clubs: members who come and go, a list, terms, a rule; jobs run at times."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.databases import Server
from tests.model.catalogue import FILES
from tests.model.club_desk import Desk
from tests.model.club_life import OLDEST, ClubLife
from tests.model.compare import same

START: Final = dt.datetime(2027, 4, 5, 9, tzinfo=dt.UTC)
LAST: Final = dt.timedelta(days=200)  # the clocks change after it
TICK: Final = dt.timedelta(microseconds=1)
SOURCE: Final = (FILES / "clubs.yaml").read_text(encoding="utf-8")
WHO: Final = st.integers(0, 3)
PICK: Final = st.integers(0, 1000)
CLUBS: Final = st.sampled_from(["table", "table", "terrace"])
MORE: Final = st.sampled_from([0, 3_000, 7_999, 9_000])
AGO: Final = st.sampled_from([0, 0, 1, 5, 9, 20, 45]).map(lambda days: dt.timedelta(days=days))
DAYS: Final = st.sampled_from([1, 7, 14, 29]).map(lambda days: dt.timedelta(days=days))


class ClubModel(RuleBasedStateMachine):
    """Each example has a database of its own, which is verified as a whole at its end."""

    server: ClassVar[Server]

    def __init__(self) -> None:
        super().__init__()
        self.database = self.server.create()
        self.desk = Desk(self.database, SOURCE)
        self.life = ClubLife(self.desk, START)
        self.steps = 0

    def teardown(self) -> None:
        """Prices of all that is remembered agree, a whole verification finds nothing."""
        try:
            if self.life.ids:
                self.life.agree(self._remembered(6))
            same(self.desk.differences(self.database.jobs_url), [], "verify")
        finally:
            self.desk.close()
            self.server.drop(self.database)

    def _remembered(self, count: int) -> list[dt.datetime]:
        """Some instants spread over all, not too long ago."""
        known = [at for at in self.life.remembered if at >= self.life.now - OLDEST]
        return known[:: max(1, len(known) // count)]

    @initialize(count=st.integers(0, 4), pays=st.integers(0, 2))
    def begin(self, count: int, pays: int) -> None:
        """Four members, some of whom were invited to the table and want in, or paid."""
        for _ in range(4):
            self.life.enrol()
        self._crowd([self.who(number) for number in range(count)])
        for number in range(pays):
            self.life.pay("terrace", self.who(number), dt.timedelta())

    def who(self, number: int) -> str:
        """The name of one."""
        return list(self.life.ids)[number]

    def one_of(self, number: int, names: Iterable[str]) -> str:
        """One of these, as a rule; else, or when there is none, anybody."""
        found = sorted(names)
        is_rule = found and number % 8 != 0
        return found[number % len(found)] if is_rule else self.who(number % 4)

    def inside(self, club: str) -> list[str]:
        """Those who have a ground."""
        people = self.life.circles[club].people
        return [name for name, one in people.items() if one.covering(self.life.now)]

    def offered(self, club: str) -> list[str]:
        """Those who can take a place."""
        people = self.life.circles[club].people
        return [name for name, one in people.items() if one.offer(self.life.now)]

    # ------------------------------------------------------------ time, jobs, purchases

    @precondition(lambda self: self.life.now < START + LAST)
    @rule(hours=st.sampled_from([1, 24, 73, 24 * 6]))
    def wait(self, hours: int) -> None:
        """Nothing happens for a while."""
        self.life.wait(dt.timedelta(hours=hours))

    @precondition(lambda self: self.life.due() and self.life.now < START + LAST)
    @rule(pick=st.integers(0, 3), tick=st.sampled_from([-1, 0, 0, 1]))
    def wait_for_something_due(self, pick: int, tick: int) -> None:
        """To the very instant, or a microsecond before or after it."""
        due = self.life.due()
        at = due[min(pick, len(due) - 1)] + tick * TICK
        if at > self.life.now:
            self.life.wait(at - self.life.now)

    @rule()
    def look(self) -> None:
        """The job of rules runs."""
        self.life.look()

    @rule()
    def advance(self) -> None:
        """The job of clubs runs."""
        self.life.advance()

    @rule(who=WHO, more=MORE, ago=AGO)
    def buy(self, who: int, more: int, ago: dt.timedelta) -> None:
        """A purchase, now or told late."""
        self.life.buy(self.who(who), more, ago)

    # ------------------------------------------------------------ getting in

    @rule(guest=WHO, by=st.none() | WHO)
    def invite(self, guest: int, by: int | None) -> None:
        """By staff or a member."""
        self.life.invite(self.who(guest), None if by is None else self.who(by))

    @rule(guest=WHO, joins=st.booleans())
    def invite_and_answer(self, guest: int, joins: bool) -> None:
        """An invitation that is answered at once."""
        self.life.invite(self.who(guest), None)
        self.life.verb("join" if joins else "decline", "table", self.who(guest))

    @rule(guest=WHO)
    def withdraw(self, guest: int) -> None:
        """An invitation is taken back."""
        self.life.withdraw(self.who(guest))

    @rule(pick=PICK, club=CLUBS)
    def join(self, pick: int, club: str) -> None:
        """What is offered is taken."""
        self.life.verb("join", club, self.one_of(pick, self.offered(club)))

    @rule(pick=PICK, club=CLUBS)
    def decline(self, pick: int, club: str) -> None:
        """It is declined."""
        self.life.verb("decline", club, self.one_of(pick, self.offered(club)))

    @rule(pick=PICK)
    def leave_list(self, pick: int) -> None:
        """Somebody waits no more."""
        waiting = [one.member for one in self.life.table.places]
        self.life.verb("leave_list", "table", self.one_of(pick, waiting))

    @rule(first=WHO, count=st.integers(2, 4))
    def crowd(self, first: int, count: int) -> None:
        """Several are invited, and all of them want in; not all of them find a seat."""
        self._crowd([self.who((first + n) % 4) for n in range(count)])

    def _crowd(self, names: Sequence[str]) -> None:
        for name in names:
            self.life.invite(name, None)
        for name in names:
            self.life.verb("join", "table", name)

    @rule(who=WHO, other=WHO)
    def regular(self, who: int, other: int) -> None:
        """One or two buy so much that the rule lets them in."""
        for number in dict.fromkeys((who, other)):
            self.life.buy(self.who(number), 9_000, dt.timedelta())

    @rule(who=WHO, club=CLUBS, term=st.none() | DAYS)
    def let_in(self, who: int, club: str, term: dt.timedelta | None) -> None:
        """Staff let somebody in."""
        until = None if term is None else self.life.now + term
        self.life.verb("let_in", club, self.who(who), until=until)

    @rule(who=WHO, club=st.sampled_from(["terrace", "terrace", "table"]))
    def apply(self, who: int, club: str) -> None:
        """Somebody asks."""
        self.life.apply(club, self.who(who))

    @precondition(lambda self: self.life.applications)
    @rule(pick=PICK, state=st.sampled_from(["approved", "approved", "rejected"]))
    def decide(self, pick: int, state: str) -> None:
        """And is answered."""
        self.life.decide(pick, state)

    # ------------------------------------------------------------ paying

    @rule(who=WHO, club=CLUBS)
    def offer_payment(self, who: int, club: str) -> None:
        """A seat for who is going to pay."""
        self.life.verb("offer_payment", club, self.who(who))

    @rule(who=WHO, club=CLUBS, ago=AGO)
    def pay(self, who: int, club: str, ago: dt.timedelta) -> None:
        """A term, or one more."""
        self.life.pay(club, self.who(who), ago)

    @precondition(lambda self: self.life.payments)
    @rule(pick=PICK)
    def reverse(self, pick: int) -> None:
        """A payment is taken back."""
        self.life.reverse(pick)

    @rule(who=WHO, club=CLUBS, terms=st.integers(2, 3), which=st.integers(0, 2), wait=DAYS)
    def pay_on_and_reverse(
        self, who: int, club: str, terms: int, which: int, wait: dt.timedelta
    ) -> None:
        """Several terms follow each other, and one of them is taken back."""
        before = len(self.life.payments)
        for _ in range(terms):
            self.life.pay(club, self.who(who), dt.timedelta())
        self.life.wait(wait)
        if len(self.life.payments) > before:
            paid = len(self.life.payments) - before
            self.life.reverse(before + which % paid)

    # ------------------------------------------------------------ staying and going

    @rule(pick=PICK, club=CLUBS, keeps=st.booleans())
    def cancel(self, pick: int, club: str, keeps: bool) -> None:
        """It ends with its term, or not."""
        who = self.one_of(pick, self.inside(club))
        self.life.verb("cancel", club, who, keeps=keeps)

    @rule(pick=PICK, club=CLUBS, term=DAYS)
    def pause(self, pick: int, club: str, term: dt.timedelta) -> None:
        """Away for a while."""
        who = self.one_of(pick, self.inside(club))
        self.life.verb("pause", club, who, until=self.life.now + term)

    @rule(pick=PICK, club=CLUBS)
    def resume(self, pick: int, club: str) -> None:
        """Back."""
        self.life.verb("resume", club, self.one_of(pick, self.inside(club)))

    @rule(pick=PICK, club=CLUBS)
    def leave(self, pick: int, club: str) -> None:
        """Gone."""
        self.life.verb("leave", club, self.one_of(pick, self.inside(club)))

    @rule(who=WHO, club=CLUBS, days=st.none() | st.sampled_from([0, 3]))
    def ban(self, who: int, club: str, days: int | None) -> None:
        """Banned; perhaps not for long."""
        self.life.ban(club, self.who(who), lifts=False)
        if days is not None:
            self.life.wait(dt.timedelta(days=days))
            self.life.ban(club, self.who(who), lifts=True)

    @rule(pick=PICK, club=CLUBS)
    def unban(self, pick: int, club: str) -> None:
        """Not banned any more."""
        people, now = self.life.circles[club].people, self.life.now
        banned = [name for name, one in people.items() if one.is_banned(now)]
        self.life.ban(club, self.one_of(pick, banned), lifts=True)

    @rule(pick=PICK, club=CLUBS, term=DAYS)
    def pause_go_and_return(self, pick: int, club: str, term: dt.timedelta) -> None:
        """Who comes back after going does not pause."""
        who = self.one_of(pick, self.inside(club))
        self.life.verb("pause", club, who, until=self.life.now + term)
        self.life.verb("leave", club, who)
        self.life.pay(club, who, dt.timedelta())

    @precondition(lambda self: self.life.table.places and self.life.due())
    @rule(pick=PICK, pays=st.booleans())
    def pass_over_who_waits(self, pick: int, pays: bool) -> None:
        """Something ends, perhaps a seat is free, no job has run, and somebody else wants it."""
        self.life.wait(self.life.due()[0] - self.life.now)
        who = self.one_of(pick, set(self.life.ids) - set(self.inside("table")))
        if pays:
            self.life.pay("table", who, dt.timedelta())
        else:
            self.life.invite(who, None)
            self.life.verb("join", "table", who)

    # ------------------------------------------------------------ one person, or two

    @rule(old=WHO, kept=WHO)
    def merge(self, old: int, kept: int) -> None:
        """Two members are one person."""
        self.life.merge(self.who(old), self.who(kept))

    @precondition(lambda self: self.life.family.into)
    @rule(pick=PICK)
    def unmerge(self, pick: int) -> None:
        """And are not."""
        self.life.unmerge(pick)

    # ------------------------------------------------------------ what must always hold

    @invariant()
    def everything_agrees(self) -> None:
        """Who is in, waits, is offered; seats; prices of now, at times of the past."""
        if len(self.life.ids) == 4:
            self.steps += 1
            known = self._remembered(4)
            past = [known[self.steps % len(known)]] if self.steps % 3 == 0 else []
            self.life.agree([self.life.now, *past])
