"""The decision as a record."""

import msgspec

from service.rules.decision import Award, Decision
from tests.rules.builders import AT


def award(wallet: str, points: int) -> Award:
    return Award(wallet=wallet, points=points, available_at=AT, expires_at=None)


def test_what_was_earned_is_summed_over_lots() -> None:
    decision = Decision(awards=(award("points", 5), award("points", 7), award("status", 3)))
    assert decision.earned() == {"points": 12, "status": 3}


def test_a_stored_decision_reads_back_the_same() -> None:
    decision = Decision(awards=(award("points", 5),), uses=("a",), demands={"autumn": 5})
    assert msgspec.json.decode(msgspec.json.encode(decision), type=Decision) == decision
