"""The ladders of the programs replayed by the service and by the oracle: no database."""

import datetime as dt
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.tiers.ladder import Rulebook, replay
from service.rules.check import check_text
from tests.model.catalogue import SUBJECTS
from tests.oracle import tiers
from tests.oracle.program import Ladder

YEAR: Final = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
MINUTE: Final = dt.timedelta(minutes=1)
LADDERS: Final = [(name, n) for name, s in SUBJECTS.items() for n in range(len(s.twin.ladders))]


@st.composite
def contributions(draw: st.DrawFn, ladder: Ladder, name: str) -> list[tiers.Contribution]:
    """Up to nine around the thresholds, some taken away again, some at the instant of an end."""
    zone, low = SUBJECTS[name].twin.zone, max(1, ladder.tiers[1][1])
    amounts = st.sampled_from([1, low // 3, low // 2, low, 2 * low, -1, -low // 2])
    minutes = st.integers(0, 400 * 24 * 60) | st.integers(0, 400).map(lambda d: d * 24 * 60)
    found = [
        tiers.Contribution(YEAR + minute * MINUTE, draw(amounts))
        for minute in draw(st.lists(minutes, min_size=1, max_size=8, unique=True))
    ]
    ends = [
        step.from_at
        for step in tiers.climb(ladder, found, YEAR, zone, YEAR + 900 * 24 * 60 * MINUTE).steps
        if all(step.from_at != each.at for each in found)
    ]
    at_an_end = draw(st.booleans())
    if ends and at_an_end:
        end = draw(st.sampled_from(ends))
        found.append(tiers.Contribution(end, draw(amounts)))
    return found


@pytest.mark.parametrize(("name", "number"), LADDERS)
@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(data=st.data())
def test_a_ladder_is_replayed_as_by_the_oracle(name: str, number: int, data: st.DataObject) -> None:
    subject = SUBJECTS[name]
    ladder, zone = subject.twin.ladders[number], subject.twin.zone
    document = check_text(subject.source()).document
    assert document is not None
    given_to = data.draw(contributions(ladder, name))
    until = YEAR + data.draw(st.integers(30, 900)) * 24 * 60 * MINUTE
    expected = tiers.climb(ladder, given_to, YEAR, zone, until)
    book = Rulebook(((YEAR, document.ladders[number]),), zone, YEAR)
    counted = [(each.at, each.amount) for each in given_to if each.at <= until]
    steps = replay(book, counted, until)
    found: list[tuple[dt.datetime, str]] = []
    for step in steps:
        if step.tier != (found[-1][1] if found else ladder.tiers[0][0]):
            found.append((step.from_at, step.tier))
    assert found == [(at, ladder.tiers[n][0]) for at, n in tiers.intervals(expected)]
    assert (steps[-1].valid_until if steps else None) == expected.valid_until
