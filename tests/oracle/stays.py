"""A club by definition: paid terms, pauses, bans, going; and the rule that lets in and out."""

import datetime as dt

from tests.oracle import days
from tests.oracle.circle import Circle
from tests.oracle.people import Away, Ground, Person, Place
from tests.oracle.world import Refused


class Club(Circle):
    """With all that becomes of those who are in."""

    # ------------------------------------------------------------ paid terms

    def offer_payment(self, member: str, at: dt.datetime) -> bool:
        """A seat is kept for who is going to pay; whether that was news."""
        person = self.person(member)
        if person.is_banned(at):
            raise Refused("cannot-be-invited")
        if person.covering(at):
            raise Refused("already-in-club")
        offer = person.offer(at)
        if offer is not None and offer.kind != "paid":
            raise Refused("already-invited")
        if offer is not None or self.place(member) is not None:
            return False
        if self.rules.seats is None or (self.free(at) > 0 and not self.places):
            self._offer(member, "paid", None, at)
        elif self.rules.has_list:
            self.places.append(Place(member, "paid", None))
        else:
            raise Refused("club-full")
        return True

    def pay(self, member: str, reference: str, paid_at: dt.datetime, at: dt.datetime) -> Ground:
        """A term was paid for; it begins then, or behind those it would lie over."""
        person = self.person(member)
        if person.is_banned(at):
            raise Refused("cannot-be-invited")
        assert self.rules.paid is not None
        since, until = self._free_term(person, paid_at)
        if until > at:
            self._make_room(member, at)
        for one in person.covering(at):
            one.renews = True
        ground = Ground("paid", since, until)
        self._admit(member, ground, at)
        self.payments[reference] = (member, ground)
        return ground

    def _free_term(self, person: Person, start: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        assert self.rules.paid is not None
        paid = [
            (one.since, one.until)
            for one in person.grounds
            if one.kind == "paid" and one.ended is None
        ]
        bans = [(one.since, one.until) for one in person.bans]
        while True:
            end = days.plus(start, self.rules.paid, self.rules.zone)
            ends = [
                until
                for since, until in [*paid, *bans]
                if until is not None and since < end and start < until
            ]
            if not ends:
                return start, end
            start = max(ends)

    def _make_room(self, member: str, at: dt.datetime) -> None:
        person, place = self.person(member), self.place(member)
        offer = person.offer(at)
        has_seat = bool(person.covering(at)) or (offer is not None and offer.has_seat)
        if self.rules.seats is not None and not has_seat:
            ahead = len(self.places) if place is None else self.ahead(member)
            if not self.free(at) or ahead:
                raise Refused("club-full")
        self._use_up(member, at)

    def reverse(self, reference: str, at: dt.datetime) -> bool:
        """A payment is taken back, later terms move up; whether that was news."""
        gone = self.payments[reference][1]
        member = next(name for name, one in self.people.items() if gone in one.grounds)
        if gone.ended == "reversed":
            self.advance(at)
            return False
        was_over = gone.ended is not None
        if not was_over:
            self._move_up(member, gone, at)
            self._end(member, [gone], at, "reversed")
        gone.ended = "reversed"
        self.advance(at)
        return True

    def _move_up(self, member: str, gone: Ground, at: dt.datetime) -> None:
        """Paid terms that follow without a gap begin where the lost one does."""
        assert gone.until is not None
        start, end = max(at, gone.since), gone.until
        if end <= at:
            return
        paid = [one for one in self.person(member).grounds if one.kind == "paid"]
        for one in sorted(paid, key=lambda ground: ground.since):
            if one.ended is None and one.since == end and one.until is not None:
                length = one.until - one.since
                end = one.until
                one.since, one.until = start, start + length
                start = one.until

    # ------------------------------------------------------------ staying and going

    def cancel(self, member: str, at: dt.datetime, *, keeps: bool) -> None:
        """It ends with its term, or not after all."""
        self._must_have_ground(member, at)
        person = self.person(member)
        if person.ends_at(at) is None:
            raise Refused("nothing-to-cancel")
        for one in person.grounds:
            if one.until is not None and one.until > at:
                one.renews = keeps

    def pause(self, member: str, until: dt.datetime, at: dt.datetime) -> bool:
        """They stay away; whether that was news."""
        self._must_have_ground(member, at)
        person = self.person(member)
        paused = person.pause(at)
        if paused is not None:
            if paused.until != until:
                raise Refused("already-paused")
            return False
        if not at < until <= days.plus(at, self.rules.pause_max, self.rules.zone):
            raise Refused("pause-too-long")
        person.pauses.append(Away(at, until))
        return True

    def resume(self, member: str, at: dt.datetime) -> bool:
        """They are back; whether that was news."""
        self._must_have_ground(member, at)
        paused = self.person(member).pause(at)
        if paused is None:
            return False
        paused.until = at
        return True

    def leave(self, member: str, at: dt.datetime) -> bool:
        """They go; whether that was news."""
        self._must_know(member, at)
        person = self.person(member)
        is_in = bool(person.covering(at))
        if is_in:
            self._end(member, person.grounds, at, "left")
        self.advance(at)
        return is_in

    def ban(self, member: str, at: dt.datetime) -> bool:
        """They may not come in; whether that was news."""
        person, place, offer = (
            self.person(member),
            self.place(member),
            self.person(member).offer(at),
        )
        is_news = not person.is_banned(at)
        if is_news:
            self._end(member, person.grounds, at, "banned")
            if offer is not None:
                self._close(offer, "withdrawn", at)
            if place is not None:
                self.places.remove(place)
            states = person.applications
            person.applications = ["rejected" if one == "open" else one for one in states]
            person.bans.append(Away(at, None))
        self.advance(at)
        return is_news

    def unban(self, member: str, at: dt.datetime) -> bool:
        """They may come in again; whether that was news."""
        bans = [one for one in self.person(member).bans if one.covers(at)]
        for one in bans:
            one.until = at
        return bool(bans)

    def end_all(self, member: str, at: dt.datetime, why: str) -> None:
        """They are out."""
        self._end(member, self.person(member).grounds, at, why)

    def _end(
        self,
        member: str,
        grounds: list[Ground],
        at: dt.datetime,
        why: str,
        now: dt.datetime | None = None,
    ) -> None:
        """Those that are not over; who has none left is out, pauses no more and has no seat."""
        person, now = self.person(member), now or at
        standing = [one for one in grounds if one.ended is None]
        ending = [one for one in standing if one.until is None or one.until > at]
        for one in ending:
            one.end(at, why)
        if not ending:
            return
        if person.covering(now):
            if self.rules.seats is not None:
                self.seats[member] = person.ends_at(now)
            return
        for pause in person.pauses:
            if pause.covers(at):
                pause.until = at
        self.seats.pop(member, None)

    def pass_time(self, at: dt.datetime) -> None:
        """Who is out because a term is over pauses no more."""
        for person in self.people.values():
            for pause in person.pauses:
                ends = [one.until for one in person.grounds if one.until is not None]
                gone = [one for one in ends if one <= at and pause.covers(one)]
                gone = [one for one in gone if not person.covering(one)]
                if gone:
                    pause.until = min(gone)

    # ------------------------------------------------------------ the rule

    def look(self, member: str, turns: list[dt.datetime], now: dt.datetime) -> None:
        """What the rule says is acted on, at each instant at which it may have turned, then now."""
        if not self.rules.by_rule:
            return
        for instant in [*(one for one in turns if one < now), now]:
            holds = self._holds(member, instant)
            if holds and not self.told.get(member, False):
                self._turned_true(member, instant, now)
            if not holds and self.told.get(member, False):
                self._turned_false(member, instant, now)
            self.told[member] = holds

    def _turned_true(self, member: str, at: dt.datetime, now: dt.datetime) -> None:
        person = self.person(member)
        if not person.covering(at) and not person.is_banned(at):
            self._enter(member, "rule", None, at, now)

    def _turned_false(self, member: str, at: dt.datetime, now: dt.datetime) -> None:
        """What rests on the rule ends, also what was taken since: it was not true any more."""
        person, place, offer = (
            self.person(member),
            self.place(member),
            self.person(member).offer(now),
        )
        ending = [one for one in person.grounds if one.while_true]
        self._end(member, ending, at, "rule", now)
        if offer is not None and offer.kind == "rule":
            self._close(offer, "withdrawn", now)
        if place is not None and place.kind == "rule":
            self.places.remove(place)
