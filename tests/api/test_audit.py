"""The audit over HTTP, as somebody outside reads and proves it."""

import datetime as dt
import hashlib
import itertools
import json
from typing import Any

from service.flows.audit.close_audit_day import close_audit_day
from service.flows.build import Built
from service.infra.db import Database
from tests.api.bodies import enrolment
from tests.api.client import SECRET, Service
from tests.databases import Fresh

NAME = "Wanda Przykladowa"


async def close(url: str) -> None:
    """The job runs tomorrow and the day after."""
    db = await Database.open(url)
    db.clock_offset = dt.timedelta(days=2)
    built = Built(db, SECRET)
    while await close_audit_day(built.ctx):
        pass
    await built.stop()


async def hired(service: Service, number: int) -> str:
    """An account; its id."""
    body = {"login": f"waw-{number}", "role": "clerk"}
    answer = await service.admin.post("/v1/staff/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def hashed(*parts: bytes) -> bytes:
    """SHA-256 of parts in a row."""
    return hashlib.sha256(b"".join(parts)).digest()


async def test_an_outsider_proves_an_act_with_nothing_but_a_hash(
    service: Service, database: Fresh
) -> None:
    accounts = [await hired(service, number) for number in range(5)]
    await close(database.url)
    for account in accounts:
        listed = await service.auditor.get(f"/v1/audit?about={account}")
        (act,) = listed.json()["items"]
        proof = (await service.auditor.get(f"/v1/audit/{act['id']}/proof")).json()

        node = hashed(b"\0", proof["content"].encode())
        place, last = proof["place"], proof["day"]["acts"] - 1
        for text in proof["path"]:
            beside = bytes.fromhex(text)
            while place % 2 == 0 and place == last:
                place, last = place >> 1, last >> 1
            left = place % 2 == 1
            node = hashed(b"\1", beside, node) if left else hashed(b"\1", node, beside)
            place, last = place >> 1, last >> 1
        day = (await service.auditor.get(f"/v1/audit/days/{proof['day']['day']}")).json()
        assert day == proof["day"]
        assert node.hex() == day["root"]
        previous = bytes(32) if day["previous"] is None else bytes.fromhex(day["previous"])
        count = day["acts"].to_bytes(8, "big")
        head = hashed(b"\2", previous, day["day"].encode(), count, bytes.fromhex(day["root"]))
        assert head.hex() == day["head"]
        assert json.loads(proof["content"])["about"] == f"staff-account:{account}"


async def test_days_are_listed_the_newest_first(service: Service, database: Fresh) -> None:
    assert (await service.auditor.get("/v1/audit/days")).json() == {"items": [], "next": None}
    await close(database.url)
    found = (await service.auditor.get("/v1/audit/days")).json()["items"]
    assert [one["number"] for one in found] == [*range(len(found), 0, -1)]
    assert found[-1]["previous"] is None
    for later, earlier in itertools.pairwise(found):
        assert later["previous"] == earlier["head"]


async def test_what_is_no_day_or_no_act_is_not_found(service: Service) -> None:
    for path in ("days/2026-02-30", "days/20260302", "days/2026-W10-1", "days/1999-01-01"):
        answer = await service.auditor.get(f"/v1/audit/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "audit-day-not-found"), path
    answer = await service.auditor.get("/v1/audit/nothing/proof")
    assert (answer.status_code, answer.json()["code"]) == (404, "audit-act-not-found")


async def test_an_auditor_reads_that_and_nothing_else(service: Service) -> None:
    assert (await service.auditor.get("/v1/audit")).status_code == 200
    for role in ("checkout", "app", "pos", "desk", "integrator", "monitor"):
        assert (await getattr(service, role).get("/v1/audit")).status_code == 403, role
    assert (await service.auditor.get("/v1/staff/accounts")).status_code == 403
    assert (await service.auditor.get("/v1/events")).status_code == 403


async def test_after_an_erasure_the_acts_are_there_and_name_nobody(
    service: Service, database: Fresh
) -> None:
    body: dict[str, Any] = enrolment()
    body["profile"] = {"name": NAME}
    member = (await service.admin.post("/v1/members", json=body)).json()["id"]
    exported = await service.admin.get(f"/v1/members/{member}/export")
    assert exported.status_code == 200
    path, key = f"/v1/members/{member}/erase", {"Idempotency-Key": "to-be-forgotten"}
    note = {"note": f"{NAME} asked for it"}
    erased = await service.admin.post(path, json=note, headers=key)
    assert erased.status_code == 201, erased.text
    await close(database.url)

    listed = (await service.auditor.get(f"/v1/audit?about={member}")).json()["items"]
    assert [one["act"] for one in listed] == ["member.erased", "member.exported"]
    assert listed[0]["operation_id"] == erased.json()["id"]
    db = await Database.open(database.url)
    async with db.reading() as tx:
        rows = await tx.connection.fetch("select t::text as row from audit_act t")
    await db.close()
    texts = " ".join(row["row"] for row in rows)
    for said in (NAME, "Wanda", *(one["value"] for one in body["identifiers"])):
        assert said not in texts


async def test_a_head_request_of_an_export_is_an_export(service: Service) -> None:
    """The same handler answers it: whoever asked is written down, rather twice than never."""
    member = (await service.admin.post("/v1/members", json=enrolment())).json()["id"]
    await service.admin.head(f"/v1/members/{member}/export")
    listed = (await service.auditor.get(f"/v1/audit?about={member}")).json()["items"]
    assert [one["act"] for one in listed] == ["member.exported"]


async def test_no_act_of_an_export_of_nobody(service: Service) -> None:
    nobody = "0192f0c0-0000-7000-8000-000000000001"
    answer = await service.admin.get(f"/v1/members/{nobody}/export")
    assert answer.status_code == 404
    assert (await service.auditor.get(f"/v1/audit?about={nobody}")).json()["items"] == []
