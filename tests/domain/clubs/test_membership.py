"""Who belongs to a club when, against counting the intervals one by one."""

import datetime as dt
import uuid

from hypothesis import given
from hypothesis import strategies as st

from service.domain.clubs import membership
from service.domain.clubs.membership import BAN, PAUSE, Span
from service.domain.clubs.types import Ground
from service.kernel.ids import new_id

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NOBODY = uuid.UUID(int=1)
KINDS = [*Ground, BAN, PAUSE]


def hour(number: float) -> dt.datetime:
    """So many hours after the start."""
    return START + dt.timedelta(hours=number)


def span(
    kind: int, start: float, end: float | None = None, club: int = 1, *, while_true: bool = False
) -> Span:
    """A span in hours after the start."""
    return Span(
        holder_id=NOBODY,
        span_id=new_id(),
        club=club,
        kind=kind,
        from_at=hour(start),
        until_at=None if end is None else hour(end),
        conditional=while_true,
        actor_kind=1,
        actor_id="x",
        recorded_at=START,
    )


@st.composite
def some_span(draw: st.DrawFn) -> Span:
    """Within ten hours, of one of two clubs; also one that ends where it begins."""
    kind = draw(st.sampled_from(KINDS))
    start = draw(st.integers(0, 9))
    end = draw(st.one_of(st.none(), st.integers(start, 10)))
    while_true = kind == Ground.RULE and draw(st.booleans())
    return span(kind, start, end, draw(st.integers(1, 2)), while_true=while_true)


def hours_of(one: Span) -> set[int]:
    """The hours it covers, each by its number, up to the fifteenth."""
    end = 15 if one.until_at is None else int((one.until_at - START).total_seconds() // 3600)
    return set(range(int((one.from_at - START).total_seconds() // 3600), end))


def hours_in(spans: list[Span], club: int, *, sure: bool = False) -> set[int]:
    """The hours somebody is in the club; `sure`: on a ground that is not conditional."""
    inside: set[int] = set()
    outside: set[int] = set()
    for one in spans:
        if one.club == club and one.kind in {BAN, PAUSE}:
            outside |= hours_of(one)
        elif one.club == club and not (sure and one.conditional):
            inside |= hours_of(one)
    return inside - outside


@given(st.lists(some_span(), max_size=8), st.integers(0, 11), st.sampled_from([0.0, 0.5]))
def test_at_every_instant_it_is_what_the_intervals_say(
    spans: list[Span], number: int, part: float
) -> None:
    at = hour(number + part)
    sure, conditional = membership.clubs_at(spans, at)
    for club in (1, 2):
        is_in = number in hours_in(spans, club)
        is_sure = number in hours_in(spans, club, sure=True)
        assert membership.belongs(spans, club, at) is is_in
        assert ((club in sure), (club in conditional)) == (is_sure, is_in and not is_sure)


@given(st.lists(some_span(), max_size=8), st.integers(0, 11))
def test_a_membership_lasts_as_long_as_one_ground_follows_another(
    spans: list[Span], number: int
) -> None:
    grounds = [one for one in spans if one.is_ground]
    covered = hours_in(grounds, 1)
    if number not in covered:
        return
    last, first = number, number
    while last in covered and last < 15:
        last += 1
    while first - 1 in covered:
        first -= 1
    end = membership.ends_at(spans, 1, hour(number))
    assert end == (None if last == 15 else hour(last))
    assert membership.since(spans, 1, hour(number)) == hour(first)


def test_intervals_are_half_open() -> None:
    one = [span(Ground.PAID, 1, 2)]
    instant = dt.timedelta(microseconds=1)
    assert not membership.belongs(one, 1, hour(1) - instant)
    assert membership.belongs(one, 1, hour(1))
    assert membership.belongs(one, 1, hour(2) - instant)
    assert not membership.belongs(one, 1, hour(2))


def test_a_pause_ends_no_ground_and_a_ban_is_seen_apart() -> None:
    spans = [span(Ground.STAFF, 0), span(PAUSE, 1, 3), span(BAN, 5)]
    assert membership.has_ground(spans, 1, hour(2))
    assert membership.paused_at(spans, 1, hour(2)) == spans[1]
    assert membership.paused_at(spans, 1, hour(3)) is None
    assert (membership.banned_at(spans, 1, hour(4)), membership.banned_at(spans, 1, hour(5))) == (
        *(False, True),
    )
    assert membership.rests_on(spans, 1, Ground.STAFF, hour(4))
    assert not membership.rests_on(spans, 1, Ground.PAID, hour(4))


def test_overdue_are_grounds_that_are_over_and_were_not_written_down() -> None:
    over, lasts, pause = span(Ground.PAID, 0, 2), span(Ground.PAID, 2, 4), span(PAUSE, 0, 1)
    told = Span(**{name: getattr(over, name) for name in Span.__struct_fields__} | {
        "ended_at": START, "ended_why": 7,
    })  # fmt: skip
    assert membership.overdue([over, lasts, pause, told], 1, hour(2)) == [over]
