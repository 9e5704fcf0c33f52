"""Whoever has a file taken in is written down, once for each run that has something to do."""

import hashlib

from service.flows.audit.note_import import note_import
from tests.flows.shop import TILL, Shop


async def test_a_run_is_an_act_by_the_digest_of_its_file(shop: Shop) -> None:
    digest = hashlib.sha256(b"a file").digest()
    for rows in (5, 2):
        await note_import(shop.db, TILL, digest, "members", rows)
    async with shop.db.reading() as tx:
        found = await tx.connection.fetch(
            "select actor_id, about_kind, about_id, digest from audit_act"
            " where act = 'file.imported' order by done_at"
        )
    assert [tuple(row) for row in found] == [
        ("till", "file", digest.hex(), hashlib.sha256(told).digest())
        for told in (b'{"kind":"members","rows":5}', b'{"kind":"members","rows":2}')
    ]
