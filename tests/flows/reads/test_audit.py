"""Pages of acts and days, what filters let through, and proofs that lead to the head."""

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from service.domain.audit import sealing, tree
from service.domain.audit.acts import About, Act
from service.domain.audit.errors import AuditActNotFound, AuditDayNotFound
from service.domain.audit.tree import Proof
from service.domain.audit.types import AuditAct, AuditQuery
from service.domain.holders import store as holders
from service.domain.members.merges import MergeMember, UnmergeMember
from service.flows.audit.close_audit_day import close_audit_day
from service.flows.steps import auditing
from service.flows.steps.auditing import Done
from service.infra.cursors import CursorInvalid
from service.kernel.actor import ActorKind
from service.kernel.ids import new_id
from tests.flows.shop import TILL, Shop, day

ANN = msgspec.structs.replace(TILL, kind=ActorKind.STAFF, id="ann")
NAMESAKE = msgspec.structs.replace(TILL, kind=ActorKind.COMMAND, id="ann")


@pytest.fixture
async def acted(shop: Shop) -> Shop:
    """Keys 0 to 4 revoked on day 0 by the till, key 5 by ann, key 6 by a command; one created."""
    await shop.show(day(0.1))  # after its program was published
    for number in range(5):
        await act(shop, f"key-{number}")
    await act(shop, "key-5", actor=ANN)
    await act(shop, "key-6", actor=NAMESAKE)
    await act(shop, "key-6", which=Act.KEY_CREATED)
    return shop


async def act(shop: Shop, kid: str, *, actor: Any = TILL, which: Act = Act.KEY_REVOKED) -> None:
    """Something was done to a key."""
    async with shop.db.transaction() as tx:
        await holders.clock(tx, shop.db.clock_offset)
        await auditing.note(tx, actor, Done(act=which, about=About.KEY, id=kid))


async def asked(shop: Shop, **wanted: Any) -> list[AuditAct]:
    """All of it, two by two."""
    found: list[AuditAct] = []
    cursor = None
    while True:
        page = await shop.reads.audit.acts(AuditQuery(cursor=cursor, limit=2, **wanted))
        assert len(page.items) <= 2
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


async def keys(shop: Shop, **wanted: Any) -> list[str]:
    """The keys of what is told."""
    return [one.about.id for one in await asked(shop, **wanted) if one.about.kind is About.KEY]


async def test_pages_tell_every_act_once_the_newest_first(acted: Shop) -> None:
    found = await asked(acted)
    assert [one.about.id for one in found][:-1] == [
        *("key-6", "key-6", "key-5", "key-4", "key-3", "key-2", "key-1", "key-0")
    ]
    assert found[-1].act is Act.PROGRAM_PUBLISHED
    assert found[-1].about.id == "1"
    assert sorted({one.at for one in found}, reverse=True) == [one.at for one in found]


async def test_filters_let_through_what_they_name(acted: Shop) -> None:
    assert await keys(acted, act=Act.KEY_CREATED) == ["key-6"]
    assert await keys(acted, actor="staff:ann") == ["key-5"]
    assert await keys(acted, actor="command:ann") == ["key-6"]
    assert await keys(acted, actor="staff:nobody") == []
    assert await keys(acted, about="key-6") == ["key-6", "key-6"]
    assert await keys(acted, about="key-6", actor="partner:till") == ["key-6"]
    everything = await asked(acted)
    third = everything[-3].at
    assert await keys(acted, from_=third) == [one.about.id for one in everything[:-2]]
    assert len(await asked(acted, until=third)) == 2
    assert await asked(acted, from_=third, until=third) == []


async def test_a_cursor_of_days_is_none_of_acts(acted: Shop) -> None:
    await acted.show(day(3))
    while await close_audit_day(acted.built.ctx):
        pass
    days = await acted.reads.audit.days(None, 1)
    assert [one.day.isoformat() for one in days.items] == ["2026-03-04"]
    again = await acted.reads.audit.days(days.next, 5)
    assert [one.day.isoformat() for one in again.items] == ["2026-03-03", "2026-03-02"]
    assert again.next is None
    with pytest.raises(CursorInvalid):
        await acted.reads.audit.acts(AuditQuery(cursor=days.next))
    acts = await acted.reads.audit.acts(AuditQuery(limit=1))
    with pytest.raises(CursorInvalid):
        await acted.reads.audit.days(acts.next, 1)


async def test_every_act_is_proved_by_what_is_told_of_it(acted: Shop) -> None:
    await acted.show(day(1))
    await close_audit_day(acted.built.ctx)
    told = await acted.reads.audit.day(dt.date(2026, 3, 2))
    everything = await asked(acted)
    assert told.acts == len(everything) == 9
    for one in everything:
        found = await acted.reads.audit.proof(one.id)
        assert found.day == told
        content = msgspec.json.decode(found.content)
        assert content["id"] == str(one.id)
        assert content["act"] == one.act
        leaf = tree.leaf(found.content.encode())
        proof = Proof(found.place, told.acts, [bytes.fromhex(text) for text in found.path])
        assert tree.root_by(proof, leaf) == bytes.fromhex(told.root)
    head = sealing.head(told.day, told.acts, bytes.fromhex(told.root), None)
    assert head.hex() == told.head


async def test_what_is_not_there_or_not_closed_has_no_proof(acted: Shop) -> None:
    (one,) = await asked(acted, act=Act.KEY_CREATED)
    with pytest.raises(AuditDayNotFound):
        await acted.reads.audit.proof(one.id)
    with pytest.raises(AuditDayNotFound):
        await acted.reads.audit.day(one.at.date())
    with pytest.raises(AuditActNotFound):
        await acted.reads.audit.proof(new_id())


async def test_of_a_member_all_is_told_under_whichever_id(shop: Shop) -> None:
    """Acts name who it was then; whoever asks for one id asks for the person."""
    await shop.show(day(0))
    old, survivor = [(await shop.enrol(number)).id for number in ("1001", "1002")]

    async def told(member: uuid.UUID) -> list[tuple[Act, str, uuid.UUID | None]]:
        found = await asked(shop, about=str(member))
        return [(one.act, one.about.id, one.member_id) for one in found]

    await shop.verbs.export_member(TILL, old)
    exported = (Act.MEMBER_EXPORTED, str(old), None)
    assert (await told(old), await told(survivor)) == ([exported], [])

    body = msgspec.convert({"member": {"id": str(old)}, "note": "one person"}, MergeMember)
    await shop.verbs.merge_member(TILL, survivor, body, "key-of-the-merge")
    merged = (Act.MEMBER_MERGED, str(survivor), old)
    assert await told(old) == await told(survivor) == [merged, exported]

    await shop.verbs.unmerge_member(TILL, old, UnmergeMember(note="two"), "key-of-the-unmerge")
    unmerged = (Act.MEMBER_UNMERGED, str(old), survivor)
    assert await told(old) == [unmerged, merged, exported]
    assert await told(survivor) == [unmerged, merged]
