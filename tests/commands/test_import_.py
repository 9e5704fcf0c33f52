"""`regulars import` as a process: refused, run, killed in the middle and run again."""

import asyncio
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from typing import Any

import asyncpg
import pytest

from service.infra.db import Database
from tests.databases import Fresh, Server
from tests.imports.place import SECRET, member, ndjson, publish, purchase
from tests.running import PROJECT, bare, regulars

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy

PURCHASES, LINES, CARDS = 4_000, 5, 150
SECONDS_MAX = 300

# Everything that is not an id of ours or the time of writing, by what identifies it in both runs.
SAME = {
    "wallets": """
        select i.digest, w.wallet, w.posted, w.pending, w.held, w.debt, w.entry_seq
        from wallet w join identifier i using (holder_id)""",
    "entries": """
        select i.digest, e.wallet, e.seq, e.after, e.amount, e.debt_change, e.reason, e.occurred_at
        from entry e join identifier i using (holder_id)""",
    "lots": """
        select i.digest, l.wallet, l.lot_no, l.granted, l.remaining, l.available_at, l.expires_at
        from lot l join identifier i using (holder_id)""",
    "purchases": """
        select i.digest, p.channel, p.external_id, p.occurred_at, p.net, p.quantity, p.flags,
          p.program_version, p.cart, p.facts, p.decision
        from purchase p join identifier i using (holder_id)""",
    "steps": """
        select i.digest, s.ladder, s.tier, s.from_at, s.until_at, s.due_at
        from tier_step s join identifier i using (holder_id)""",
    "uses": """
        select i.digest, u.rule, u.occurred_at
        from limit_use u join identifier i using (holder_id)""",
    "events": """
        select i.digest, o.version, o.type, o.occurred_at
        from outbox o join identifier i using (holder_id)""",
    "holders": """
        select i.digest, h.version, h.next_due from holder h join identifier i using (holder_id)""",
    "progress": "select kind, rows_done from import_run",
}


def environ(database: Fresh) -> dict[str, str]:
    return {
        "REGULARS_DATABASE_URL": database.url,
        "REGULARS_JOBS_URL": database.jobs_url,
        "REGULARS_SECRET": SECRET,
    }


async def program(database: Fresh) -> None:
    db = await Database.open(database.url)
    await publish(db)
    await db.close()


def year(folder: pathlib.Path) -> pathlib.Path:
    """A file of 20,000 lines; what falls due in between are releases and, from spring on, tiers."""
    rows = (
        purchase(n, f"C-{n * 7 % CARDS}", n / 12, *(100 * (n + k) % 4_000 for k in range(LINES)))
        for n in range(PURCHASES)
    )
    return ndjson(folder / "year.ndjson", rows)


def start(path: pathlib.Path, database: Fresh, out: pathlib.Path) -> subprocess.Popen[bytes]:
    words = ["import", "purchases", str(path)]
    with out.open("wb") as stdout:
        return subprocess.Popen(
            [sys.executable, "-m", "service", *words],
            cwd=PROJECT,
            env=bare(environ(database)),
            stdout=stdout,
            stderr=subprocess.DEVNULL,
        )


async def wait_for_rows(database: Fresh, process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """(rows done, purchases) once a part of the file has been written down as done."""
    connection = await asyncpg.connect(database.url)
    progress = "select coalesce(max(rows_done), 0) from import_run where kind = 'purchases'"
    deadline = time.monotonic() + SECONDS_MAX
    done = 0
    while not done and time.monotonic() < deadline and process.poll() is None:
        await asyncio.sleep(0.02)
        done = await connection.fetchval(progress)
    purchases = await connection.fetchval("select count(*) from purchase")
    await connection.close()
    return done, purchases


async def everything(database: Fresh) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(database.url)
    found = {
        name: sorted(tuple(row) for row in await connection.fetch(query))
        for name, query in SAME.items()
    }
    await connection.close()
    return found


async def test_killed_in_the_middle_and_run_again_nothing_is_lost_and_nothing_double(
    server: Server, database: Fresh, tmp_path: pathlib.Path
) -> None:
    path = year(tmp_path)
    people = ndjson(tmp_path / "people.ndjson", [member(f"C-{n}") for n in range(CARDS)])
    uninterrupted = server.create()
    for one in (uninterrupted, database):
        await program(one)
        assert regulars("import", "members", str(people), environ=environ(one)).returncode == 0
    out = tmp_path / "out"
    assert start(path, uninterrupted, out).wait(SECONDS_MAX) == 0

    process = start(path, database, out)
    done, before = await wait_for_rows(database, process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert start(path, database, out).wait(SECONDS_MAX) == 0

    assert 0 < done <= before < PURCHASES, "killed too early or too late to tell"
    assert "were done by an earlier run" in out.read_text()
    expected, found = await everything(uninterrupted), await everything(database)
    assert len(expected["purchases"]) == PURCHASES
    assert expected["steps"]
    for name, rows in expected.items():
        assert found[name] == rows, name
    server.drop(uninterrupted)


async def test_the_summary_and_the_exit_code_tell_of_rejected_rows(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    await program(database)
    zero = {"lines": [{"sku": "a", "quantity": 0, "amount": 0}, {"sku": "b", "amount": 5}]}
    rows = [purchase(1, "C-1", 1, 0, **zero), purchase(2, "C-1", 2, 1, currency="USD")]
    path = ndjson(tmp_path / "p.ndjson", rows)
    rejects = tmp_path / "out.ndjson"

    words = ["import", "purchases", str(path), "--rejects", str(rejects)]
    done = regulars(*words, environ=environ(database))

    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[1:] == [
        "1 added, 0 were there already",
        "3 lines in the file: 1 of quantity 0 count as 1, for 1 nothing was paid",
        f"1 rejected: see {rejects}",
    ]
    assert json.loads(rejects.read_text())["line"] == 2
    again = regulars(*words, environ=environ(database))
    assert again.returncode == 0
    assert again.stdout == "all 2 purchases of this file were taken in before: nothing to do\n"


async def test_what_an_operator_can_put_right_is_said_in_a_sentence(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("skoo\n")
    early = regulars("import", "purchases", str(path), environ=environ(database))
    assert early.returncode == 1
    assert "No program has been published" in early.stderr
    await program(database)
    refused = regulars("import", "purchases", str(path), environ=environ(database))
    assert refused.returncode == 1
    assert f"Error: {path}: the column 'skoo' is not known" in refused.stderr
    assert "Traceback" not in early.stderr + refused.stderr
