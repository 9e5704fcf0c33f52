"""A batch in rounds."""

import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.match import MatchAgain
from service.flows.steps.purchases.rounds import LOST_MAX, RunWithout, answered
from service.infra.batch import BUSY


class Rounds:
    """Each round does what the script says: sets results, then raises or not."""

    def __init__(self, *script: tuple[dict[int, str], type[Exception] | None]) -> None:
        self.script = list(script)
        self.asked: list[list[int]] = []

    async def __call__(self, todo: Sequence[int], results: list[Any]) -> None:
        self.asked.append(list(todo))
        done, raised = self.script.pop(0)
        for n, result in done.items():
            results[n] = result
        if raised is MatchAgain:
            raise MatchAgain(frozenset({uuid.UUID(int=1)}))
        if raised is not None:
            raise raised


async def test_those_without_an_answer_are_asked_again() -> None:
    """Two of one holder: the second waits for the next round."""
    rounds = Rounds(({0: "a", 2: "c"}, None), ({1: "b"}, None))

    assert await answered(rounds, 3) == ["a", "b", "c"]
    assert rounds.asked == [[0, 1, 2], [1]]


async def test_what_was_refused_has_its_answer_and_the_others_run_without_it() -> None:
    rounds = Rounds(({1: "refused"}, RunWithout), ({0: "a", 2: "c"}, None))

    assert await answered(rounds, 3) == ["a", "refused", "c"]
    assert rounds.asked == [[0, 1, 2], [0, 2]]


@pytest.mark.parametrize("race", [RunAgain, MatchAgain])
async def test_a_lost_race_is_run_again_a_few_times(race: type[Exception]) -> None:
    rounds = Rounds(*[({}, race)] * (LOST_MAX - 1), ({0: "a"}, None))

    assert await answered(rounds, 1) == ["a"]
    assert len(rounds.asked) == LOST_MAX


async def test_after_too_many_it_goes_to_the_slow_lane() -> None:
    rounds = Rounds(({1: "b"}, None), *[({}, RunAgain)] * LOST_MAX)

    assert await answered(rounds, 2) == [BUSY, "b"]


async def test_refusals_are_no_lost_races() -> None:
    """Ten refused one after another, and the last is still granted."""
    rounds = Rounds(*[({n: "refused"}, RunWithout) for n in range(10)], ({10: "a"}, None))

    assert await answered(rounds, 11) == ["refused"] * 10 + ["a"]


async def test_anything_else_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await answered(Rounds(({}, ZeroDivisionError)), 1)


async def test_of_nothing_nothing_is_asked() -> None:
    rounds = Rounds()

    assert await answered(rounds, 0) == []
    assert rounds.asked == []
