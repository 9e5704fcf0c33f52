"""What members said to being written to: the last word counts.

So it is kept by service/domain/consents/store.py, read by service/flows/reads/consents.py and shown
by service/flows/steps/consents.py.
"""

import asyncio
import datetime as dt
import uuid
from typing import Any

import pytest

from service.domain.consents.errors import ChannelTwice, SaidInTheFuture, TooManyWords
from service.domain.consents.types import ConsentIn, RecordConsents
from service.domain.members.errors import MemberErased, MemberNotFound
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from tests.flows.eraser import erased
from tests.flows.merging import merged, unmerged
from tests.flows.shop import TILL, Shop, day


async def say(shop: Shop, member: uuid.UUID, given: bool, **fields: Any) -> Answer[Any]:
    one = ConsentIn(given=given, **{"channel": "email", "source": "web", **fields})
    return await shop.verbs.record_consents(TILL, member, RecordConsents(consents=(one,)))


async def told(shop: Shop, member: uuid.UUID) -> list[tuple[str, bool]]:
    """(consent, given) of the events of consents."""
    return [
        (data["consent"], data["given"])
        for kind, data in await shop.events(member)
        if kind == "consent.changed"
    ]


async def now(shop: Shop, member: uuid.UUID) -> dict[str, bool]:
    found = await shop.reads.consents(member)
    return {one.channel: one.given for one in found.now}


async def test_the_last_word_counts_on_each_channel(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    assert await now(shop, member) == {}
    both = RecordConsents(
        consents=(
            ConsentIn(channel="sms", given=True, source="till/waw-01", wording="terms-7"),
            ConsentIn(channel="email", given=True, source="web"),
        )
    )
    first = await shop.verbs.record_consents(TILL, member, both)
    assert [(one.channel, one.wording) for one in first.body.now] == [
        *(("email", None), ("sms", "terms-7")),
    ]
    await say(shop, member, given=False)
    assert await now(shop, member) == {"email": False, "sms": True}
    assert await told(shop, member) == [("email", True), ("sms", True), ("email", False)]
    shown = await shop.reads.consents(member)
    assert [(one.channel, one.given) for one in shown.history] == [
        *(("email", False), ("email", True), ("sms", True)),
    ]


async def test_the_same_word_again_is_none(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    assert not (await say(shop, member, given=True)).replayed
    before = await shop.tables()
    assert (await say(shop, member, given=True)).replayed
    assert await shop.tables() == before


async def test_the_same_word_of_an_instant_is_written_once(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    answers = await asyncio.gather(
        *(say(shop, member, given=True, said_at=day(-3)) for _ in range(5))
    )
    assert sorted(one.replayed for one in answers) == [False, True, True, True, True]
    assert await shop.count("consent") == 1
    assert await told(shop, member) == [("email", True)]


async def test_a_word_that_comes_late_counts_from_when_it_was_said(shop: Shop) -> None:
    """A till that was offline: yes on Monday, no on Tuesday in the web, Monday's comes last."""
    member = (await shop.enrol("4012001")).id
    await say(shop, member, given=False, said_at=day(-1))
    late = await say(shop, member, given=True, said_at=day(-2))
    assert not late.replayed
    assert await now(shop, member) == {"email": False}
    assert await told(shop, member) == [("email", False)]
    assert len(late.body.history) == 2


async def test_of_a_yes_and_a_no_at_one_instant_the_no_counts(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    for given in (False, True):
        await say(shop, member, given=given, said_at=day(-1))
    assert await now(shop, member) == {"email": False}
    assert await told(shop, member) == [("email", False)]


async def test_a_new_wording_is_written_down_and_changes_nothing_else(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    await say(shop, member, given=True, wording="terms-6")
    again = await say(shop, member, given=True, wording="terms-7")
    assert (again.replayed, again.body.now[0].wording) == (False, "terms-7")
    assert await told(shop, member) == [("email", True)]


async def test_what_cannot_be_is_refused_and_nothing_changes(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    before = await shop.tables()
    with pytest.raises(SaidInTheFuture) as raised:
        await say(shop, member, given=True, said_at=day(1))
    assert raised.value.pointer == "/consents/0/said_at"
    twice = (ConsentIn(channel="sms", given=True, source="web"),) * 2
    with pytest.raises(ChannelTwice) as doubled:
        await shop.verbs.record_consents(TILL, member, RecordConsents(consents=twice))
    assert (doubled.value.channel, doubled.value.pointer) == ("sms", "/consents/1/channel")
    with pytest.raises(MemberNotFound):
        await say(shop, new_id(), given=True)
    assert await shop.tables() == before


async def test_two_at_once_are_both_written_and_one_counts(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    await asyncio.gather(
        *(say(shop, member, given=n % 2 == 0, said_at=day(-1 - n / 24)) for n in range(6))
    )
    assert await shop.count("consent") == 6
    assert await now(shop, member) == {"email": True}


@pytest.mark.parametrize("given", [False, True])
async def test_a_clock_that_runs_ahead_does_not_outlast_the_next_word(
    shop: Shop, given: bool
) -> None:
    """A till four minutes ahead, and the app a moment later."""
    member = (await shop.enrol("4012001")).id
    start = day(0)
    await shop.show(start)
    ahead = {"said_at": start + dt.timedelta(minutes=4)}
    await say(shop, member, given=not given, **ahead)
    await shop.show(start + dt.timedelta(minutes=1))
    assert (await say(shop, member, given=given)).body.now[0].given is given
    assert (await say(shop, member, given=not given, **ahead)).replayed  # the till asks again
    assert await now(shop, member) == {"email": given}
    assert await told(shop, member) == [("email", not given), ("email", given)]


async def test_a_merge_tells_what_counts_now_and_so_does_its_end(shop: Shop) -> None:
    one, other = [(await shop.enrol(card)).id for card in ("4012001", "4012002")]
    await say(shop, one, given=True, said_at=day(-3))
    await say(shop, other, given=False, said_at=day(-2))
    await say(shop, other, given=True, channel="sms", said_at=day(-2))
    await say(shop, other, given=False, channel="post", said_at=day(-2))
    before = len(await told(shop, one)), len(await told(shop, other))
    await merged(shop, one, other)
    assert (await told(shop, one))[before[0] :] == [
        *(("email", False), ("post", False), ("sms", True)),
    ]
    assert len(await told(shop, other)) == before[1]
    seen = len(await told(shop, one))
    await unmerged(shop, other)
    assert (await told(shop, one))[seen:] == [("email", True), ("sms", False)]
    assert (await told(shop, other))[before[1] :] == [
        *(("email", False), ("post", False), ("sms", True)),
    ]
    last = [data for kind, data in await shop.events(one) if kind == "consent.changed"][-1]
    assert last["source"] == "unmerged"


async def test_a_member_cannot_fill_the_table_but_can_always_take_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.flows.members.record_consents.WORDS_MAX", 3)
    member = (await shop.enrol("4012001")).id
    await say(shop, member, given=True)
    for n in range(2):
        await say(shop, member, given=True, said_at=day(-3 - n))
    before = await shop.tables()
    with pytest.raises(TooManyWords) as refused:
        await say(shop, member, given=True, said_at=day(-9))
    assert refused.value.retry_after_seconds > 0
    assert (await say(shop, member, given=True)).replayed
    assert await shop.tables() == before
    await say(shop, member, given=False)
    assert await now(shop, member) == {"email": False}
    with pytest.raises(TooManyWords):
        await say(shop, member, given=True)
    await shop.show(day(2))
    await say(shop, member, given=True)
    assert await now(shop, member) == {"email": True}


async def test_a_merged_member_has_said_what_either_has(shop: Shop) -> None:
    one, other = [(await shop.enrol(card)).id for card in ("4012001", "4012002")]
    await say(shop, one, given=True, said_at=day(-3))
    await say(shop, other, given=False, said_at=day(-2))
    await say(shop, other, given=True, channel="sms", said_at=day(-2))
    await merged(shop, one, other)
    assert await now(shop, one) == {"email": False, "sms": True}
    assert await now(shop, other) == {"email": False, "sms": True}  # the old id
    await unmerged(shop, other)
    assert (await now(shop, one), await now(shop, other)) == (
        *({"email": True}, {"email": False, "sms": True}),
    )


async def test_a_no_said_while_two_were_one_holds_for_both_after(shop: Shop) -> None:
    one, other = [(await shop.enrol(card)).id for card in ("4012001", "4012002")]
    for member in (one, other):
        await say(shop, member, given=True, said_at=day(-3))
    await merged(shop, one, other)
    await say(shop, other, given=False)
    await say(shop, one, given=True, channel="sms")
    await unmerged(shop, other)
    assert await now(shop, one) == {"email": False, "sms": True}
    assert await now(shop, other) == {"email": False}


async def test_who_is_forgotten_has_said_nothing(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    await say(shop, member, given=True)
    await erased(shop, member)
    assert await shop.count("consent") == 0
    with pytest.raises(MemberErased):
        await shop.reads.consents(member)
    with pytest.raises(MemberErased):
        await say(shop, member, given=True)
