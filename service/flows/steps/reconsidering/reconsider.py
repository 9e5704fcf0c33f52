"""Look at members again: each instant that time alone made due, then (unless `quiet`) now."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from service.domain.clubs import spans
from service.domain.clubs.membership import Span
from service.domain.segments import store
from service.domain.segments.store import Change, Check
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked, Questions
from service.flows.steps.reconsidering import club_rules, moments, telling
from service.flows.steps.reconsidering.club_rules import RuleChange
from service.flows.steps.standing import Standing, Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.infra.together import Ask
from service.rules.compile import Program
from service.rules.facts import Facts

ROUNDS_MAX: Final = 8  # instants looked at in one transaction; the job goes on with the rest


class View:
    """One member while they are looked at. `due_at`: the next instant; `is_done`: now was."""

    __slots__ = (
        "begun",
        "belongs",
        "checked_at",
        "due_at",
        "ended",
        "is_again",
        "is_done",
        "passed",
        "work",
    )

    def __init__(
        self, work: Work, belongs: Mapping[int, dt.datetime], known: Check | None, *, quiet: bool
    ) -> None:
        self.work = work
        self.belongs = dict(belongs)
        self.due_at = None if known is None else known.due_at
        self.checked_at = None if known is None else known.checked_at
        self.is_done = quiet and (known is None or not known.is_marked)
        self.is_again = False
        self.begun: dict[int, dt.datetime] = {}
        self.ended: list[Change] = []
        self.passed: list[Change] = []

    def next(self) -> dt.datetime | None:
        """The instant to look at now; None: nothing is left."""
        at = self.work.at
        if self.is_again and self.checked_at is not None:
            self.is_again = False
            return self.checked_at
        if self.due_at is not None and self.due_at <= at:
            return self.due_at if self.checked_at is None else max(self.due_at, self.checked_at)
        if self.is_done:
            return None
        self.is_done = True
        return at if self.checked_at is None else max(at, self.checked_at)

    def check(self) -> Check:
        """What is to be remembered of it."""
        due_at = self.checked_at if self.is_again else self.due_at
        return Check(due_at, self.checked_at, not self.is_done)

    @property
    def is_whole(self) -> bool:
        """Nothing is left to look at."""
        is_due = self.due_at is not None and self.due_at <= self.work.at
        return self.is_done and not self.is_again and not is_due

    def looked(self, at: dt.datetime, due_at: dt.datetime | None) -> None:
        """At the instant; the next one that time makes due."""
        self.checked_at, self.due_at = at, due_at
        self.is_done = self.is_done or at == self.work.at

    def begin(self, segment: int, at: dt.datetime) -> None:
        """They belong to it from the instant on."""
        self.belongs[segment] = self.begun[segment] = at

    def end(self, segment: int, at: dt.datetime) -> None:
        """They do not any more."""
        del self.belongs[segment]
        began, holder_id = self.begun.pop(segment, None), self.work.holder.holder_id
        if began is None:
            self.ended.append(Change(holder_id, segment, at))
        elif began < at:
            self.passed.append(Change(holder_id, segment, began, at))


async def reconsider(
    tx: Tx,
    ctx: Context,
    works: Sequence[Work],
    standings: Standings,
    *,
    quiet: bool = False,
) -> None:
    """Segments and club rules of members, locked, as all that was written here has left them.

    Who has more instants behind them than are looked at here is still due after it.
    `quiet`: nothing was written to them here, so that only what time made due is looked at.
    """
    works = [work for work in works if _is_there(work) and concerns(ctx, work.at)]
    if not works:
        return
    ids = [work.holder.holder_id for work in works]
    belonging, checks = store.ask_open(ids), store.ask_checks(ids)
    await tx.ask_all([belonging, checks])
    views = [
        View(work, belonging.answer.get(one, {}), checks.answer.get(one), quiet=quiet)
        for work, one in zip(works, ids, strict=True)
    ]
    for _ in range(ROUNDS_MAX):
        turn = [(view, at) for view in views if (at := view.next()) is not None]
        if not turn:
            break
        await _look(tx, ctx, turn, standings)
    await _write(tx, views)
    for view in views:
        view.work.reconsidered = quiet or view.is_whole  # else the job goes on, as it is due


def _is_there(work: Work) -> bool:
    """A member whose person was not forgotten."""
    return work.is_member and not work.holder.is_erased


def concerns(ctx: Context, at: dt.datetime) -> bool:
    """The program has segments or club rules, or had them: then somebody may belong to one."""
    current = ctx.programs.at(at)
    return any(one.has_belonging for one in ctx.programs.compiled if one.version <= current.version)


async def _write(tx: Tx, views: Iterable[View]) -> None:
    ended = [change for view in views for change in view.ended]
    begun = [
        Change(view.work.holder.holder_id, segment, at)
        for view in views
        for segment, at in view.begun.items()
    ]
    begun += [change for view in views for change in view.passed]
    await store.leave(tx, ended)
    await store.enter(tx, begun, max(view.work.now for view in views))
    checks = [
        (view.work.holder.holder_id, view.check()) for view in views if view.checked_at is not None
    ]
    await store.checked(tx, checks)


Turn = Sequence[tuple[View, dt.datetime]]


async def _look(tx: Tx, ctx: Context, turn: Turn, standings: Standings) -> None:
    asked = [Asked(view.work, ctx.programs.at(at), at, after=True) for view, at in turn]
    questions = Questions(ctx, asked)
    of_clubs = spans.ask_spans([view.work.holder.holder_id for view, _ in turn])
    also: list[Ask[Any]] = [of_clubs]
    await tx.ask_all([*questions.all, *also])
    firsts, known = questions.firsts(), questions.facts(standings)
    changes: list[tuple[View, RuleChange]] = []
    for (view, at), one, first, facts in zip(turn, asked, firsts, known, strict=True):
        holder_id = view.work.holder.holder_id
        theirs = of_clubs.answer.get(holder_id, [])
        changes += _changes(ctx, one.program, view, at, facts, theirs)
        standing: Iterable[Standing] = standings.get(holder_id, {}).values()
        view.looked(at, moments.after(one.program, at, first, standing, theirs))
    done = await club_rules.carry_out(tx, ctx, [change for _, change in changes])
    for (view, change), was_done in zip(changes, done, strict=True):
        _note_rule(view, change, was_done=was_done)


def _changes(
    ctx: Context,
    program: Program,
    view: View,
    at: dt.datetime,
    facts: Facts,
    theirs: Sequence[Span],
) -> list[tuple[View, RuleChange]]:
    """Segments are told at once; what is otherwise with the rules of clubs is answered."""
    holds = {one.number for one in program.segments.values() if one.holds(facts)}
    before = {number for number in view.belongs if number > 0}
    for number in sorted(before - holds):
        view.end(number, at)
        telling.left(ctx, view.work, number, at)
    for number in sorted(holds - before):
        view.begin(number, at)
        telling.entered(ctx, view.work, number, at)
    found = []
    for club in program.clubs.values():
        is_true = club.lets_in(facts) is True
        if is_true is not (-club.number in view.belongs):
            change = RuleChange(view.work, club.club, at, is_true, tuple(theirs))
            found.append((view, change))
    gone = {-number for number in view.belongs if number < 0} - program.clubs_by_number.keys()
    for number in sorted(gone):
        view.end(-number, at)
    return found


def _note_rule(view: View, change: RuleChange, *, was_done: bool) -> None:
    """A rule that could let nobody in for want of a seat is asked again the next time."""
    number = -change.club.number
    if not change.is_true:
        view.end(number, change.at)
    elif was_done:
        view.begin(number, change.at)
    view.is_again = view.is_again or was_done
