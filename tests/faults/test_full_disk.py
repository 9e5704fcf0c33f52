"""F41: no room left where the tables are. Writes are 503, reads go on, and with room all goes on.

The tables lie on a file system of 64 MB, which is filled up; that takes a machine that lets us
mount one (root in a container does). PostgreSQL itself stops when there is no room for its log.
"""

import asyncio
import contextlib
import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from service.infra.embedded import SUPERUSER
from service.infra.embedded_host import account_for
from service.verify.run import Options, verify
from tests.api.bodies import CARD, enrolment, purchase
from tests.api.client import Service, serving
from tests.databases import TEMPLATE, Fresh, Server, open_folder
from tests.faults.replica import asked

BYTES: Final = 64 * 1024 * 1024
BLOCK: Final = 8_192
FULL_AFTER_MAX: Final = 400


@pytest.fixture
def small() -> Iterator[pathlib.Path]:
    """A file system of its own that PostgreSQL's account may write to."""
    with open_folder() as folder:
        place = folder / "small"
        place.mkdir(mode=0o700)
        command = ["mount", "-t", "tmpfs", "-o", f"size={BYTES}", "tmpfs", str(place)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as failure:
            pytest.skip(f"this machine lets us mount no file system: {failure}")
        try:
            place.chmod(0o700)
            account_for(folder / "nowhere").own(place)
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def database(server: Server, small: pathlib.Path) -> Iterator[Fresh]:
    """One whose tables lie there."""
    superuser = server.embedded.url(SUPERUSER, SUPERUSER)
    asyncio.run(asked(superuser, f"create tablespace small location '{small}'", "select 1"))
    fresh = server.create(f"{TEMPLATE} tablespace small")
    yield fresh
    server.drop(fresh)
    asyncio.run(asked(superuser, "drop tablespace small", "select 1"))


def fill(place: pathlib.Path) -> pathlib.Path:
    """To the last block."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(BLOCK)):
            pass
    return ballast


async def sell(service: Service, key: str) -> httpx.Response:
    """A purchase of many lines: a few of them fill what tables still have."""
    lines = [{"sku": f"ESP-{n}-{key}", "amount": 1200, "category": "coffee"} for n in range(200)]
    return await service.checkout.post("/v1/purchases", json=purchase(key, lines=lines))


async def test_without_room_for_tables_writes_come_again_later_and_reads_go_on(
    database: Fresh, small: pathlib.Path
) -> None:
    sold: dict[str, Any] = {}
    async with serving(database.url) as service:
        member = (await service.checkout.post("/v1/members", json=enrolment())).json()["id"]
        wallets = f"/v1/members/{member}/wallets"
        ballast = fill(small)
        refused = None
        for number in range(FULL_AFTER_MAX):
            answer = await sell(service, f"p-{number}")
            if answer.status_code != 201:
                refused = answer
                break
            sold[f"p-{number}"] = answer.json()
        reads = [await service.app.get(wallets), await service.public.get("/health/live")]
        shown = reads[0].json()
        quoted = await service.checkout.post(
            "/v1/quotes",
            json={
                "channel": "web",
                "currency": "EUR",
                "member": [{"kind": "card", "value": CARD}],
                "lines": [{"sku": "ESP-250", "amount": 1200, "category": "coffee"}],
            },
        )
        ballast.unlink()
        again = [await sell(service, key) for key in (*sold, f"p-{len(sold)}")]

    assert refused is not None
    assert refused.status_code == 503, refused.text
    assert int(refused.headers["retry-after"]) >= 1
    assert [answer.status_code for answer in (*reads, quoted)] == [200, 200, 200]
    assert len(sold) == shown["wallets"]["points"]["balance"]["pending"] // (12 * 200)
    assert [answer.status_code for answer in again] == [200] * len(sold) + [201]
    assert [answer.json() for answer in again[:-1]] == list(sold.values())
    report = await verify(database.jobs_url, Options(every=True))
    assert (report.purchases, report.tally.named) == (len(sold) + 1, [])
