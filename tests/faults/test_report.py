from tests.faults.history import Op, Outcome, Sort
from tests.faults.plan import Kind
from tests.faults.report import Happened, Outage, outages


def op(sent: float, answered: float | None, *statuses: int) -> Op:
    outcome = Outcome.UNKNOWN if answered is None else Outcome.OK
    return Op(
        sort=Sort.PURCHASE, member="ola", key=f"k{sent}", sent=sent, answered=answered,
        outcome=outcome, statuses=[*statuses],
        ended=[*(sent for _ in statuses[1:]), answered or sent],
    )  # fmt: skip


def test_a_fault_counts_until_the_next_begins() -> None:
    happened = [Happened(Kind.FLUSH_REDIS, 10.0, 10.0), Happened(Kind.SILENCE, 20.0, 23.0)]
    ops = [op(9.0, 9.5, 201), op(11.0, 11.5, 201), op(19.0, 19.5, 201)]
    ops += [op(19.9, 24.0, 0, 503, 201), op(20.6, None, 0), op(24.1, 24.3, 201)]
    ops[3].ended[:2] = [19.95, 21.0]
    assert outages(happened, ops) == {
        Kind.FLUSH_REDIS: Outage(faults=1, silence=8.0, slowest=0.5, unanswered=1),
        Kind.SILENCE: Outage(faults=1, silence=4.5, slowest=4.0, unanswered=2),
    }
