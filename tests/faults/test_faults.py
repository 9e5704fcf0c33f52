"""The short form: five faults under load. All of them: `python -m tests.faults`."""

import asyncio
import io
import pathlib

import pytest
from rich.console import Console

from tests.faults import history, run
from tests.faults.plan import SHORT, Plan
from tests.faults.report import show

pytestmark = pytest.mark.xdist_group("machine")  # it keeps the machine busy
SEED = 1_347


def test_nothing_is_lost_double_or_out_of_order(tmp_path: pathlib.Path) -> None:
    plan = Plan(faults=len(SHORT), seconds=7.5, seed=SEED, callers=12, whole=False, kinds=SHORT)
    report = asyncio.run(run.run(plan, tmp_path / "history.jsonl"))
    text = io.StringIO()
    show(report, Console(file=text, width=120))
    assert report.wrong == [], text.getvalue()
    assert [one.kind for one in report.happened] == [*SHORT]
    assert report.cuts >= 2
    assert history.read(tmp_path / "history.jsonl") == report.ops
    assert sum(op.outcome is history.Outcome.OK for op in report.ops) > 100
    assert any(len(op.statuses) > 1 for op in report.ops), "nobody met a fault"
    assert "PASS: seed 1347, 5 faults" in text.getvalue()
