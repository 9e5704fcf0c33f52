"""The work on one holder: instants, events with versions, what moved, whose entries."""

import datetime as dt
import json
import uuid

import pytest

from service.domain.events.catalog import PointsReleased
from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.domain.holds.types import Item, ItemKind, OpenHold, State
from service.domain.programs.live import Programs
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.flows.steps.work import Work, all_written, open_books
from service.kernel.actor import Actor, ActorKind
from service.kernel.values import Balance, WalletChange
from service.rules.document import Wallet
from tests.domain.wallets.by_hand import HOLDER, START, day, earn

TILL, JOB = (
    Actor(kind=kind, id=name, client_id=uuid.UUID(int=9))
    for kind, name in ((ActorKind.PARTNER, "till"), (ActorKind.JOB, "settlement"))
)


@pytest.fixture
def programs() -> Programs:
    """Two wallets: 1 is points, 2 is stars."""
    found = Programs()
    found.wallets = {1: Wallet(id="points", number=1), 2: Wallet(id="stars", number=2)}
    return found


def work(until: float = 0, *, settled: float = 0, recorded: float = 0) -> Work:
    holder = Holder(HOLDER, Kind.MEMBER, None, 7, None, day(settled), day(recorded))
    made = Work(holder, day(until), day(until), Outbox())
    made.books = {n: Book(HOLDER, n, 0, 0, 0, 0, 0, day(settled)) for n in (1, 2)}
    return made


def told(made: Work) -> list[tuple[str, int, dt.datetime, list[dict[str, object]]]]:
    """(type, version, when, changes) of each event."""
    return [
        (row[4].split(".")[2], row[1], row[6], json.loads(row[5])["data"]["changes"])
        for row in made.outbox.rows
    ]


def moved(wallet: str, amount: int, pending: int, debt: int = 0) -> dict[str, object]:
    return {"wallet": wallet, "amount": amount, "pending": pending, "debt": debt}


def test_nothing_is_unsettled() -> None:
    late = work(-5, settled=3)

    assert late.at == day(3)


def test_nothing_is_recorded_before_what_was_recorded() -> None:
    assert work(1, recorded=4).now == day(4)
    assert work(5, recorded=4).now == day(5)


def test_events_continue_the_versions_of_the_holder() -> None:
    made = work(1)
    for _ in range(3):
        made.emit(PointsReleased(changes=()), day(0.5))

    assert [row[1] for row in made.outbox.rows] == [8, 9, 10]
    assert made.holder.version == 10
    assert {(row[6], row[7]) for row in made.outbox.rows} == {(day(0.5), day(1))}


def test_changes_are_what_moved_since_the_mark(programs: Programs) -> None:
    made = work()
    earn(made.books[1], 10, 1)
    made.mark()
    earn(made.books[1], 5, 2, available=3)
    earn(made.books[2], 7, 2)
    made.books[2].spend(Op(uuid.UUID(int=3)), 7, reason=Reason.ADJUSTED, at=day(0))

    assert made.changes(programs) == (
        WalletChange(wallet="points", amount=5, pending=5, debt=0),  # stars are as they were
    )


def test_balances_are_by_the_name_of_the_wallet(programs: Programs) -> None:
    made = work()
    earn(made.books[2], 7, 1, available=3)

    assert made.balances(programs) == {
        "points": Balance(available=0, pending=0, held=0, debt=0),
        "stars": Balance(available=0, pending=7, held=0, debt=0),
    }


def test_what_is_due_goes_in_order_of_time_releases_first(programs: Programs) -> None:
    made = work(40)
    earn(made.books[1], 10, 1, available=20)
    earn(made.books[1], 3, 2, expires=20)
    earn(made.books[2], 5, 1, available=10, expires=30)
    earn(made.books[2], 7, 2, available=50)

    made.settle_books(programs)

    assert told(made) == [
        ("released", 8, day(10), [moved("stars", 0, -5)]),
        ("released", 9, day(20), [moved("points", 0, -10)]),
        ("expired", 10, day(20), [moved("points", -3, 0)]),
        ("expired", 11, day(30), [moved("stars", -5, 0)]),
    ]


def test_what_falls_due_at_one_instant_in_several_wallets_is_one_event(programs: Programs) -> None:
    made = work(40)
    earn(made.books[1], 10, 1, available=20)
    earn(made.books[1], 10, 2, available=20)
    earn(made.books[2], 5, 3, available=20)

    made.settle_books(programs)

    assert told(made) == [
        ("released", 8, day(20), [moved("points", 0, -20), moved("stars", 0, -5)]),
    ]


def test_units_that_are_released_when_they_lapse_come_and_go(programs: Programs) -> None:
    made = work(40)
    earn(made.books[1], 10, 1, available=20, expires=20)

    made.settle_books(programs)

    assert [(kind, changes) for kind, _, _, changes in told(made)] == [
        ("released", [moved("points", 0, -10)]),
        ("expired", [moved("points", -10, 0)]),
    ]


def test_settled_is_up_to_the_instant_for_holder_and_books() -> None:
    made = work(5)
    made.settled()

    assert made.holder.settled_at == made.books[1].settled_at == made.books[2].settled_at == day(5)
    assert made.holder.old_settled_at == day(0)


def test_entries_belong_to_whoever_collects_them_and_are_collected_once() -> None:
    made = work(5)
    earn(made.books[1], 10, 1)
    made.collect(JOB, None)
    earn(made.books[1], 20, 2)
    earn(made.books[2], 30, 2)
    made.collect(TILL, "waw-01")
    made.collect(TILL, "waw-01")

    assert [(b.wallet, e.amount, a.id, s) for b, e, a, s, _ in made.written] == [
        (1, 10, "settlement", None),
        (1, 20, "till", "waw-01"),
        (2, 30, "till", "waw-01"),
    ]
    assert all_written([made, made]) == made.written * 2
    assert open_books([made]) == [made.books[1], made.books[2]]


def test_only_members_hold_units() -> None:
    nobody = Holder(HOLDER, Kind.UNCLAIMED, None, 0, None, START, START)

    assert work().is_member
    assert not Work(nobody, START, START, Outbox()).is_member


def hold(number: int, due: float, *units: tuple[int, int, int]) -> OpenHold:
    """Units of (wallet, lot) until a day."""
    items = [
        Item(item_no=n, kind=ItemKind.UNITS, wallet=wallet, lot_no=lot_no, amount=amount)
        for n, (wallet, lot_no, amount) in enumerate(units, 1)
    ]
    hold_id = uuid.UUID(int=90 + number)
    return OpenHold(holder_id=HOLDER, hold_id=hold_id, due_at=day(due), items=tuple(items))


def keeping(made: Work, *holds: OpenHold) -> Work:
    """The work with open holds."""
    made.hold_again(list(holds))
    return made


def test_changes_tell_what_is_held(programs: Programs) -> None:
    made = work()
    earn(made.books[1], 10, 1)
    made.mark()
    made.books[1].hold(4)

    assert made.changes(programs) == (
        WalletChange(wallet="points", amount=0, pending=0, debt=0, held=4),
    )


def test_a_hold_times_out_between_what_is_due_before_and_after_it(programs: Programs) -> None:
    made = work(40)
    earn(made.books[1], 10, 1, expires=30)
    earn(made.books[2], 5, 1, available=10, expires=35)
    keeping(made, hold(1, 20, (1, 1, 6)), hold(2, 50, (1, 1, 1)))

    made.settle_books(programs)

    assert told(made) == [
        ("released", 8, day(10), [moved("stars", 0, -5)]),
        ("timed-out", 9, day(20), [moved("points", 0, 0) | {"held": -6}]),
        ("expired", 10, day(30), [moved("points", -9, 0)]),
        ("expired", 11, day(35), [moved("stars", -5, 0)]),
    ]
    assert [one.hold_id for one in made.holds] == [uuid.UUID(int=92)]
    assert [(c.hold.hold_id, c.state, c.at, c.by) for c in made.timed_out] == [
        (uuid.UUID(int=91), State.TIMED_OUT, day(20), None)
    ]


def test_at_one_instant_a_hold_times_out_after_releases_before_expiries(
    programs: Programs,
) -> None:
    made = work(20)
    earn(made.books[1], 10, 1, expires=20)
    earn(made.books[1], 3, 2, available=20)
    keeping(made, hold(1, 20, (1, 1, 6)))

    made.settle_books(programs)

    assert told(made) == [
        ("released", 8, day(20), [moved("points", 0, -3)]),
        ("timed-out", 9, day(20), [moved("points", -10, 0) | {"held": -6}]),  # all of the lot
    ]


def test_units_that_outlived_their_lot_lapse_when_their_hold_times_out(
    programs: Programs,
) -> None:
    made = work(40)
    earn(made.books[1], 10, 1, expires=20)
    keeping(made, hold(1, 30, (1, 1, 6)))

    made.settle_books(programs)

    assert [(e.amount, e.occurred_at) for e in made.books[1].entries[1:]] == [
        (-4, day(20)),
        (-6, day(30)),
    ]
    assert told(made)[-1] == ("timed-out", 9, day(30), [moved("points", -6, 0) | {"held": -6}])


def test_a_hold_without_units_times_out_too(programs: Programs) -> None:
    made = keeping(work(40), hold(1, 30))

    made.settle_books(programs)

    assert told(made) == [("timed-out", 8, day(30), [])]
    assert len(made.timed_out) == 1


def test_holds_as_they_stood_keep_no_more_than_was_there() -> None:
    made = work()
    earn(made.books[1], 10, 1)

    keeping(made, hold(1, 30, (1, 1, 6)), hold(2, 30, (1, 1, 7)))

    assert (made.books[1].held, made.books[1].lots[1].held) == (10, 10)
