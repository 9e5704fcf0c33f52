import pathlib

from tests.faults.history import Balance, History, Op, Outcome, Sort, read


def test_a_history_is_read_as_it_was_written(tmp_path: pathlib.Path) -> None:
    history = History(tmp_path / "history.jsonl")
    lost = Op(sort=Sort.HOLD, member="jan", key="k2", sent=2.5, statuses=[0, 503])
    done = Op(
        sort=Sort.PURCHASE, member="ola", key="k1", sent=1.0, answered=1.25, outcome=Outcome.OK,
        statuses=[201], id="p1", wallets={"points": Balance(70, 5, 20, 0)},
    )  # fmt: skip
    history.add(done)
    history.add(lost)
    history.close()
    assert read(history.path) == history.ops == [done, lost]
    assert len(history.path.read_text().splitlines()) == 2
    assert done.wallets["points"].posted == 95
