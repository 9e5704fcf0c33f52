"""The parts of the benchmark do what they say; how fast anything is, no test asks."""

import asyncio
import contextlib
import io
import pathlib
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
import pytest
from rich.console import Console

from service.domain.purchases.types import AskQuote, RecordPurchase
from service.rules.check import check_text
from tests.bench import (
    bulk,
    by_hand,
    checkout,
    exact,
    load,
    outward,
    rows,
    serving,
    tables,
    traffic,
)
from tests.bench.client import Measured, Traffic, UnexpectedAnswer, drive, percentiles
from tests.bench.cpu import Cpu
from tests.bench.figures import Figures, Series, as_json, targets
from tests.bench.place import Place
from tests.bench.plan import SHORT
from tests.bench.sampler import LOOP, Sampler
from tests.databases import Server

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy

MEMBERS: Final = 50
OK: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-other: 1\r\n\r\nhello"


class Answering(socketserver.StreamRequestHandler):
    """Answers every request with the pieces of its server, each sent on its own."""

    def handle(self) -> None:
        pieces: tuple[bytes, ...] = vars(self.server)["pieces"]
        with contextlib.suppress(ConnectionError):
            while self.rfile.readline():
                self.rfile.readline()
                for piece in pieces:
                    self.connection.sendall(piece)
                    time.sleep(0.001)


async def ask(
    *pieces: bytes,
    status: int = 200,
    check: Callable[[bytes], None] | None = None,
    refusal: int | None = None,
) -> Measured:
    """What three callers get from a server in a thread."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answering) as server:
        vars(server)["pieces"] = pieces
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            return await drive(
                server.server_address[1],
                3,
                lambda: b"GET / HTTP/1.1\r\n\r\n",
                seconds=0.1,
                warm_up=0.05,
                status=status,
                check=check,
                refusal=refusal,
            )
        finally:
            await asyncio.to_thread(server.shutdown)
            thread.join()


@pytest.mark.parametrize(
    "pieces", [(OK,), (OK[:20], OK[20:]), (OK[:-3], OK[-3:]), (OK[:30], OK[30:62], OK[62:])]
)
async def test_an_answer_is_read_however_it_is_cut(pieces: tuple[bytes, ...]) -> None:
    bodies: list[bytes] = []
    measured = await ask(*pieces, check=bodies.append)
    assert set(bodies) == {b"hello"}
    assert measured.total == len(bodies)
    assert 0 < measured.answers < measured.total


@pytest.mark.parametrize(
    ("pieces", "status", "said"),
    [
        ((OK,), 201, "expected 201: HTTP/1.1 200 OK"),
        ((OK + b"more",), 200, "expected 200"),
        ((b"HTTP/1.1 200 OK\r\n\r\n",), 200, "without content-length"),
    ],
)
async def test_an_unexpected_answer_ends_the_run(
    pieces: tuple[bytes, ...], status: int, said: str
) -> None:
    with pytest.raises(UnexpectedAnswer, match=said):
        await ask(*pieces, status=status)


async def test_a_body_that_is_refused_ends_the_run() -> None:
    def refuse(body: bytes) -> None:
        raise UnexpectedAnswer(f"not {body.decode()}")

    with pytest.raises(UnexpectedAnswer, match="not hello"):
        await ask(OK, check=refuse)


async def test_a_time_in_which_all_were_refused_has_no_figures() -> None:
    measured = await ask(OK, status=201, refusal=200)

    assert (measured.answers, measured.total, measured.refused > 0) == (0, 0, True)


async def test_an_answer_counts_by_its_part_inside_the_time() -> None:
    counted = Traffic(lambda: b"", b"200", None)
    counted.counts_from, counted.ends_at = 10.0, 20.0
    for began, ended in ((1.0, 9.0), (5.0, 15.0), (12.0, 13.0), (18.0, 26.0), (20.0, 21.0)):
        counted.count(began, ended)
    assert counted.answers == 0.5 + 1 + 0.25
    assert counted.took == [10.0, 1.0, 8.0]
    assert counted.total == 5


def test_percentiles_are_those_of_the_ordered_times() -> None:
    assert percentiles([float(n) for n in range(200, 0, -1)]) == (101.0, 199.0)
    with pytest.raises(UnexpectedAnswer):
        percentiles([])


def test_a_request_is_a_purchase_of_its_own() -> None:
    requests = traffic.Requests("run-7", "key", MEMBERS)
    decode = msgspec.json.Decoder(RecordPurchase).decode
    bought = []
    for _ in range(100):
        head, _, body = requests.purchase().partition(b"\r\n\r\n")
        assert head.startswith(b"POST /v1/purchases HTTP/1.1\r\n")
        assert f"content-length: {len(body)}".encode() in head
        bought.append(decode(body))
    assert len({one.external_id for one in bought}) == 100
    assert {len(one.lines) for one in bought} == {1, 2, 3, 4, 5}


def test_a_quote_is_of_five_lines_by_a_program_of_fifty_rules() -> None:
    found = check_text(checkout.source(100))
    assert found.document is not None
    rules = [rule for campaign in found.document.campaigns for rule in campaign.rules]
    assert len(rules) == checkout.RULES == 50
    requests = checkout.Checkouts("run-9", "key", MEMBERS)
    for ask in (requests.quote, requests.quote_in_order):
        body = ask().partition(b"\r\n\r\n")[2]
        assert len(msgspec.json.decode(body, type=AskQuote).lines) == checkout.LINES == 5


def test_purchases_with_a_code_differ_in_nothing_else() -> None:
    code = checkout.code(0)
    bodies = []
    for ask in (checkout.Checkouts.with_code, checkout.Checkouts.without_code):
        requests = checkout.Checkouts("run-9", "key", MEMBERS, code)
        body = ask(requests).partition(b"\r\n\r\n")[2]
        bodies.append(msgspec.json.decode(body, type=RecordPurchase))
    assert bodies[0].coupons == (code,)
    assert msgspec.structs.replace(bodies[0], coupons=()) == bodies[1]


def test_caps_under_load_come_out_exactly_or_end_the_run(place: Place) -> None:
    """2 of 3 uses; of the budget as much as lamps take, which is not all of it."""
    key = place.create("bench_few", MEMBERS, checkout.source(3))
    with serving.service(place, "bench_few", workers=1) as served:
        job = load.Job(
            kind="with_code", name="smoke", port=served.port, callers=8, seconds=1, warm_up=0,
            members=MEMBERS, key=key, code=checkout.code(0),
        )  # fmt: skip
        done = load.run(job)
        assert (done.total, done.refused > 0) == (3, True)
        assert exact.uses(place, "bench_few", "ROUND0", granted=3, cap=3) == 3
        with pytest.raises(exact.NotExact, match="3 uses, 2 were granted"):
            exact.uses(place, "bench_few", "ROUND0", granted=2, cap=3)
        load.run(msgspec.structs.replace(job, kind="lamp", name="lamps", seconds=0.2))
        with pytest.raises(exact.NotExact, match="lamps"):
            exact.budget(place, "bench_few")
        assert bulk.seconds(served.port, place.key("bench_few", "admin"), 10) > 0
        with pytest.raises(bulk.BulkFailed, match="401"):
            bulk.seconds(served.port, "wrong", 10)


def test_a_batch_holds_purchases_of_their_own() -> None:
    body = traffic.Requests("run-8", "key", MEMBERS).batch().partition(b"\r\n\r\n")[2]
    items = msgspec.json.decode(body)["items"]
    assert len({item["external_id"] for item in items}) == traffic.BATCH == 500


@pytest.mark.parametrize("statuses", [[201] * 499, [201] * 499 + [200], [201] * 499 + [422]])
def test_a_batch_with_an_item_that_was_not_recorded_is_refused(statuses: list[int]) -> None:
    def body(given: list[int]) -> bytes:
        return msgspec.json.encode({"results": [{"status": status} for status in given]})

    traffic.all_created(body([201] * 500))
    with pytest.raises(UnexpectedAnswer):
        traffic.all_created(body(statuses))


@pytest.fixture
def place(server: Server, tmp_path: pathlib.Path) -> Iterator[Place]:
    """The databases of a run, on the server of the tests."""
    found = Place(tmp_path, server.embedded)
    yield found
    for name in ("bench_few", "bench_by_hand"):
        found.rows("postgres", f"drop database if exists {name} with (force)")


def test_the_service_and_pgbench_write_the_same_rows(place: Place) -> None:
    key = place.create("bench_few", MEMBERS)
    before = rows.written(place, "bench_few")
    with serving.service(place, "bench_few", workers=1) as served:
        job = load.Job(
            kind="purchases", name="smoke", port=served.port, callers=8, seconds=1, warm_up=0,
            members=MEMBERS, key=key,
        )  # fmt: skip
        assert load.run(job).answers > 0
        assert served.worker_bytes() > 10_000_000
        with pytest.raises(load.LoadFailed, match="401"):
            load.run(msgspec.structs.replace(job, key="wrong"))
    bought = rows.per_purchase(before, rows.written(place, "bench_few"))
    place.clone("bench_by_hand", "bench_few")
    before = rows.written(place, "bench_by_hand")
    typical = rows.typical(place, "bench_few")
    always = rows.Written({"limit_use": 1.0}, 1.0)  # so that every statement of the script runs
    done = by_hand.run(place, "bench_by_hand", always, typical, members=MEMBERS, transactions=10)
    written = rows.per_purchase(before, rows.written(place, "bench_by_hand"))
    assert done.transactions == 10 * by_hand.CLIENTS
    assert bought.rows.keys() <= written.rows.keys()
    once = {"holder": 1.0, "purchase": 1.0, "purchase_key": 1.0}
    assert once.items() <= bought.rows.items()
    twice = {"entry": 2.0, "limit_use": 1.0, "lot": 2.0, "outbox": 3.0, "wallet": 2.0}
    assert {**written.rows, "tier_step": 0} == {**once, **twice, "tier_step": 0}
    assert 1.0 <= written.rows["tier_step"] <= 2.0  # the first has no step before it to close


def test_events_reach_a_receiver_and_are_counted(place: Place) -> None:
    """Of 5 members two events each, at least: they enrol and buy."""
    key = place.create("bench_few", MEMBERS)
    with serving.service(place, "bench_few", workers=1) as served, outward.receiving() as receiver:
        job = load.Job(
            kind="purchases", name="smoke", port=served.port, callers=2, seconds=0.3, warm_up=0,
            members=MEMBERS, key=key,
        )  # fmt: skip
        load.run(job)
        events = place.rows("bench_few", "select count(*) from outbox")[0][0]
        endpoint = outward.Endpoint(served.port, place.key("bench_few", "integrator"), receiver)
        count, seconds = endpoint.replay(10.0)
        assert 0 < count < events <= receiver.count
        assert 0 < seconds < 10
        endpoint.remove()
        with pytest.raises(outward.NothingCame, match="401"):
            outward.Endpoint(served.port, "wrong", receiver)
        job = msgspec.structs.replace(
            job, kind="post", port=receiver.port, code=receiver.last.decode()
        )
        before = receiver.count
        assert load.run(job).total == receiver.count - before


def test_pgbench_that_fails_is_no_figure(place: Place) -> None:
    place.create("bench_few", MEMBERS)
    typical = rows.Typical(b"", b"", b"", b"", "no json", b"", b"", b"")
    nothing = rows.Written({}, 0.0)
    with pytest.raises(by_hand.PgbenchFailed, match="invalid input syntax for type json"):
        by_hand.run(place, "bench_few", nothing, typical, members=MEMBERS, transactions=1)


def series(*rates: float) -> Series:
    found = Series()
    for rate in rates:
        measured = Measured(rate * 2, 10, 0.5, 2.0, p50_ms=1.5, p99_ms=9.0)
        found.add(measured, Cpu(0.5, 1.0, 2.0))
    return found


def figures() -> Figures:
    found = Figures(SHORT, workers=2, readers=2)
    found.one_caller = series(100)
    found.purchases = series(300, 900, 600)
    found.many_members = series(480)
    found.batch = series(1300)
    found.by_hand = series(1000)
    found.first_reads = series(1)
    found.balance = series(3900)
    found.trivial = series(10_000)
    found.first_quotes = series(1)
    found.quotes = series(2600)
    found.quotes_beside = found.purchases_beside = series(1)
    found.without_code = series(1000)
    found.with_code = series(450)
    found.uses_exact, found.budget_exact = 6_000, 50_000
    found.outward, found.posts = series(3000), series(12_000)
    found.looked_at = series(50)
    found.scanned = series(500)
    found.statements_each_part, found.entered = 14.5, 77
    found.codes_seconds = 40.0
    found.rules = {"rules_50_us": 80.0, "rules_2000_us": 700.0}
    found.worker_bytes = 200_000_000
    return found


def test_ratios_are_of_the_medians() -> None:
    given = msgspec.json.decode(as_json(figures()))
    writes = {"purchases": 0.6, "batch": 1.3, "growth": 0.8, "code": 0.45}
    assert given["ratios"] == {
        **writes,
        "balance": 0.39,
        "quotes": 0.26,
        "outward": 0.25,
        "segments": 0.1,
    }
    assert given["figures"]["purchases_64_per_second"] == 600
    assert given["figures"]["purchases_64_per_second_by_round"] == [300, 900, 600]
    assert given["figures"]["purchases_64_p99_ms"] == 9
    expected = {"callers": 50_000.0, "server": 100_000.0, "postgres": 200_000.0}
    assert given["figures"]["purchases_64_cpu_us"] == expected
    assert given["figures"]["rules_50_us"] == 80
    assert given["figures"]["worker_bytes"] == 200_000_000
    assert given["figures"]["statements_each_part"] == 14.5
    assert given["figures"]["segments_entered"] == 77


def test_a_target_is_reached_or_missed() -> None:
    reached = [target.reached() for target in targets(figures())]
    assert reached == [True, True, False, False, True, False, True, True, True]


def test_the_table_shows_every_figure_and_target() -> None:
    out = io.StringIO()
    tables.show(figures(), Console(file=out, width=200))
    text = out.getvalue()
    assert text.count("missed") == 3
    assert text.count("reached") == 6
    assert "6,000 uses of a code of 6,000; 500.00 EUR of a budget" in text
    assert re.search(r"purchases, 64 callers, 10,000 members\W+600\W+300\W+900\W+1.50\W+9.00", text)


def test_rows_of_a_purchase_are_the_difference_of_two_counts() -> None:
    before = rows.Written({"purchase": 10, "entry": 30, "idem": 5, "outbox_shard": 1}, 4)
    after = rows.Written({"purchase": 30, "entry": 70, "idem": 5, "outbox_shard": 9}, 14)
    found = rows.per_purchase(before, after)
    assert (found.rows, found.moves) == ({"entry": 2.0, "purchase": 1.0}, 0.5)


def test_time_counts_to_the_innermost_step() -> None:
    with Sampler({("test_bench", "_outer"): "outer", ("test_bench", "_inner"): "inner"}) as found:
        _outer()
    assert found.cpu_seconds > 0.1
    assert found.by_step["inner"] > 2 * found.by_step["outer"]
    assert found.by_step["inner"] > found.by_step[LOOP]
    assert sum(found.by_step.values()) == found.samples


def _outer() -> None:
    _inner()


def _inner() -> None:
    end = time.process_time() + 0.2
    while time.process_time() < end:
        sum(n % 7 for n in range(10_000))
