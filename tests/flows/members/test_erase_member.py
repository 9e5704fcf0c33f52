import datetime as dt
import functools

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.coupons.types import IssueCoupon
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MemberErased, MemberNotFound
from service.domain.members.types import Profile
from service.domain.purchases.types import Mode
from service.domain.staff.types import CreateStaffAccount, StaffRole
from service.domain.wallets.types import Reason
from service.kernel.actor import ActorKind
from service.kernel.ids import new_id
from tests.flows import reward_shop
from tests.flows.counter import hold, release
from tests.flows.eraser import NOTHING, erased, last_entries, wallets
from tests.flows.merging import merge, merged, unmerged
from tests.flows.moments_shop import Moments
from tests.flows.races import at_once, came
from tests.flows.segment_shop import Segments
from tests.flows.shop import TILL, Shop, another, bought, brought, card, day, goods
from tests.flows.undoing import undo

ERASED = int(Reason.ERASED)
REVERSED = int(Reason.REVERSED)


async def test_units_leave_by_one_entry_in_each_wallet(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    await desk.adjust(member, 70)
    await desk.adjust(member, 50)
    done = await erased(desk, member)
    assert (done.body.member_id, done.replayed) == (member, False)
    assert await wallets(desk, member) == NOTHING
    assert await last_entries(desk, member, 1) == [(ERASED, -120, 0)]


async def test_pending_units_and_those_of_a_tier_leave_too(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    await desk.buy("o-1", member, goods(15_000))  # 150 points pending, 150 of status: silver
    await erased(desk, member)
    assert await wallets(desk, member) == NOTHING
    assert await last_entries(desk, member, 1) == [(ERASED, -150, 0)]


async def test_debt_is_written_off_in_the_entry_by_which_units_leave(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    await desk.buy("o-1", member, goods(10_000))
    await desk.show(day(15))
    await desk.adjust(member, -100)
    await desk.bring_back("r-1", "o-1", at=day(15))
    assert await desk.balance(member) == (0, 0, 100)
    await erased(desk, member)
    assert await last_entries(desk, member, 1) == [(ERASED, 0, -100)]
    assert await wallets(desk, member) == NOTHING


async def test_nothing_of_the_person_is_left(desk: Shop) -> None:
    profile = Profile(name="Ola", language="pl")
    member = (await desk.enrol("1", profile=profile, fields={"city": "Gdynia"})).id
    await erased(desk, member)
    async with desk.db.reading() as tx:
        row = await tx.connection.fetchrow(
            "select profile, fields, identifiers, born from member_profile where holder_id = $1",
            member,
        )
    assert tuple(row) == (b"{}", b"{}", b"[]", None)
    assert await desk.count("identifier") == 0


async def test_whoever_reads_or_writes_the_id_is_told_that_it_was_erased(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    other = (await desk.enrol("2")).id
    gift = IssueCoupon(template="FREE", reason="a present")
    await erased(desk, member)
    asked = [
        lambda: desk.reads.member(member),
        lambda: desk.reads.wallets(member),
        lambda: desk.reads.entries(member, "points", None, 10),
        lambda: desk.reads.tier(member),
        lambda: desk.reads.export(member),
        lambda: desk.adjust(member, 5),
        lambda: desk.change(member, add=(card("9"),)),
        lambda: desk.buy("o-9", member, goods(100)),
        lambda: hold(desk, "c-9", member, goods(100)),
        lambda: reward_shop.redeem(desk, member, "mug"),
        lambda: desk.verbs.issue_coupon(TILL, member, gift, "key-0001"),
    ]
    found = [await came(one) for one in asked]
    assert found == ["MemberErased"] * len(asked)
    assert await desk.balance(other) == (0, 0, 0)


async def test_who_was_never_there_is_not_found(desk: Shop) -> None:
    with pytest.raises(MemberNotFound):
        await erased(desk, new_id())


async def test_erased_again_it_is_answered_as_it_was(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    first = await erased(desk, member, "key-0001")
    again = await erased(desk, member, "key-0001")
    other = await erased(desk, member, "key-0002", note="somebody asks again")
    assert (again.body, again.replayed) == (first.body, True)
    assert (other.body, other.replayed) == (first.body, True)
    with pytest.raises(IdempotencyKeyReused):
        await erased(desk, member, "key-0001", note="for another reason")


async def test_staff_never_erase_themselves(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    ola = msgspec.structs.replace(TILL, kind=ActorKind.STAFF, id="ola", own_member=member)
    before = await desk.tables()
    with pytest.raises(OwnWallet):
        await erased(desk, member, actor=ola)
    assert await desk.tables() == before


async def test_identifiers_are_free_for_anybody(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    await desk.buy("o-1", "1", goods(1_000))
    await erased(desk, member)
    other = await desk.enrol("1")
    assert other.claimed == 0
    assert await desk.balance(other.id) == (0, 0, 0)
    assert (await desk.buy("o-2", "1", goods(1_000))).member_id == other.id


async def test_what_is_bought_with_the_card_before_anybody_has_it_again_is_nobodys(
    desk: Shop,
) -> None:
    member = (await desk.enrol("1")).id
    await erased(desk, member)
    bought_ = await desk.buy("o-1", "1", goods(1_000))
    assert bought_.member_id is None
    assert (await desk.enrol("1")).claimed == 1


async def test_a_purchase_that_has_happened_is_recorded_of_nobody(desk: Shop) -> None:
    """A till that was offline sends what it kept: it is never lost."""
    member = (await desk.enrol("1")).id
    await erased(desk, member)
    body = bought("o-1", member, goods(1_000), mode=Mode.RECORD)
    done = await desk.record(body)
    assert (done.body.member_id, done.replayed) == (None, False)
    again = await desk.record(body)
    assert (again.body.id, again.replayed) == (done.body.id, True)


async def test_a_purchase_of_before_is_answered_as_it_was(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    first = await desk.buy("o-1", member, goods(1_000))
    await erased(desk, member)
    again = await desk.record(bought("o-1", member, goods(1_000)))
    assert (again.body.id, again.replayed) == (first.id, True)


async def test_goods_that_come_back_late_make_no_debt_for_nobody(desk: Shop) -> None:
    """100 points were given away; taking them back finds none, and is written off at once."""
    member = (await desk.enrol("1")).id
    await desk.buy("o-1", member, goods(10_000))
    await erased(desk, member)
    done = await desk.bring_back("r-1", "o-1")
    assert done.refund is not None
    assert done.refund.total == 10_000
    assert done.wallets["points"].debt == 0
    assert await wallets(desk, member) == NOTHING
    assert await last_entries(desk, member, 2) == [(REVERSED, 0, 100), (ERASED, 0, -100)]


async def test_what_a_late_return_gives_back_lapses_with_it(desk: Shop) -> None:
    """A bigger cake had earned 100 stars; the small one that is left earns 60; none left: 0."""
    member = (await desk.enrol("1")).id
    cakes = (goods(4_500, category="cake"), goods(1_000, category="cake"))
    await desk.buy("o-1", member, *cakes)
    await desk.bring_back("r-1", "o-1", {1: None})
    await erased(desk, member)
    await desk.bring_back("r-2", "o-1", {2: None})
    assert await wallets(desk, member) == NOTHING


async def test_after_it_nothing_is_told_but_what_came_back(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    await desk.buy("o-1", member, goods(15_000))
    await erased(desk, member)
    told = [kind for kind, _ in await desk.events(member)]
    assert told[-2:] == ["points.expired", "member.erased"]
    await desk.bring_back("r-1", "o-1")
    await desk.show(day(500))
    await desk.settle()
    kinds = {kind for kind, _ in (await desk.events(member))[len(told) :]}
    assert kinds == {"points.expired", "points.reversed", "purchase.returned"}


async def test_the_event_names_the_member_alone(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    await erased(desk, member)
    assert (await desk.events(member))[-1] == ("member.erased", {"member_id": str(member)})


async def test_open_holds_and_rewards_that_are_kept_are_let_go(desk: Shop) -> None:
    member = await reward_shop.member(desk, 1_000)
    kept = await reward_shop.redeem(desk, member, "tasting", 600)
    held = await hold(desk, "c-1", member, goods(1_000))
    await erased(desk, member)
    assert await wallets(desk, member) == NOTHING
    assert (await release(desk, held.id)).replayed
    other = await reward_shop.member(desk, 1_000, "2")
    assert (await reward_shop.redeem(desk, other, "tasting")).state == "granted"  # there is one
    assert kept.state == "held"


async def test_a_reward_that_was_granted_stays_and_cannot_be_cancelled(desk: Shop) -> None:
    member = await reward_shop.member(desk, 1_000)
    had = await reward_shop.redeem(desk, member, "mug")
    await erased(desk, member)
    with pytest.raises(MemberErased):
        await reward_shop.cancel(desk, had)


async def test_what_was_done_by_hand_cannot_be_undone_any_more(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    done = await desk.adjust(member, 100)
    await erased(desk, member)
    with pytest.raises(MemberErased):
        await undo(desk, done.id)


async def test_coupons_are_void(desk: Shop) -> None:
    member = await reward_shop.member(desk, 1_000)
    await reward_shop.redeem(desk, member, "five-off")
    await erased(desk, member)
    async with desk.db.reading() as tx:
        left = await tx.connection.fetchval(
            "select count(*) from coupon where holder_id = $1 and voided_at is null", member
        )
    assert left == 0


async def test_of_two_at_once_one_erases(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    await desk.adjust(member, 100)
    elsewhere = Shop(desk.db, another(desk.db))
    await elsewhere.built.start()
    found = await at_once(
        [lambda: erased(desk, member, "key-0001"), lambda: erased(elsewhere, member, "key-0002")]
    )
    await elsewhere.built.gate.drain()
    assert sorted(found) == ["done", "replayed"]
    assert await last_entries(desk, member, 2) == [(4, 100, 0), (ERASED, -100, 0)]


@pytest.mark.parametrize("round_", range(4))
async def test_against_purchases_and_returns_at_the_same_moment_nothing_is_left(
    desk: Shop, round_: int
) -> None:
    """Whoever comes first: what is bought after it is refused, or nobody's."""
    member = (await desk.enrol("1")).id
    await desk.buy("o-0", member, goods(10_000))
    elsewhere = Shop(desk.db, another(desk.db))
    await elsewhere.built.start()
    asked = [
        lambda: erased(desk, member),
        lambda: elsewhere.record(bought("o-1", member, goods(5_000))),
        lambda: elsewhere.record(bought("o-2", "1", goods(5_000))),
        lambda: elsewhere.record(bought("o-3", member, goods(5_000), mode=Mode.RECORD)),
        lambda: elsewhere.verbs.record_return(TILL, brought("r-0", "o-0")),
    ]
    found = await at_once(asked[round_:] + asked[:round_])
    await elsewhere.built.gate.drain()
    assert set(found) <= {"done", "MemberErased"}
    assert found.count("MemberErased") <= 1
    assert await wallets(desk, member) == NOTHING


async def test_whoever_was_merged_into_them_is_forgotten_with_them(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    jan = (await desk.enrol("2", profile=Profile(name="Ola"))).id
    await desk.adjust(jan, 40)
    await desk.buy("o-1", jan, goods(1_000))
    await merge(desk, ola, jan)

    done = await erased(desk, jan)

    assert done.body.member_id == ola
    for member in (ola, jan):
        assert await wallets(desk, member) == NOTHING
        assert await came(functools.partial(desk.adjust, member, 5)) == "MemberErased"
        buying = functools.partial(desk.buy, "o-9", member, goods(100))
        assert await came(buying) == "MemberErased"
    assert await came(lambda: unmerged(desk, jan)) == "MemberErased"
    assert await desk.count("identifier") == 0
    assert (await erased(desk, ola)).body == done.body
    async with desk.db.reading() as tx:
        profiles = await tx.connection.fetch("select distinct profile from member_profile")
    assert [row[0] for row in profiles] == [b"{}"]


async def test_what_a_merged_member_had_bought_may_come_back_late(desk: Shop) -> None:
    ola, jan = (await desk.enrol("1")).id, (await desk.enrol("2")).id
    await desk.buy("o-1", jan, goods(10_000))
    await merge(desk, ola, jan)
    await erased(desk, ola)
    await desk.bring_back("r-1", "o-1")
    assert await wallets(desk, ola) == NOTHING
    assert await wallets(desk, jan) == NOTHING


async def test_whoever_is_erased_is_merged_with_nobody(desk: Shop) -> None:
    ola, jan = (await desk.enrol("1")).id, (await desk.enrol("2")).id
    await erased(desk, jan)
    assert await came(lambda: merged(desk, ola, jan)) == "MemberErased"
    assert await came(lambda: merged(desk, jan, ola)) == "MemberErased"


@pytest.mark.parametrize("first", [True, False])
async def test_against_a_merge_at_the_same_moment_both_are_erased_or_the_merge_is_refused(
    desk: Shop, *, first: bool
) -> None:
    ola, jan = (await desk.enrol("1")).id, (await desk.enrol("2")).id
    await desk.adjust(jan, 40)
    await desk.adjust(ola, 70)
    elsewhere = Shop(desk.db, another(desk.db))
    await elsewhere.built.start()
    asked = [lambda: erased(desk, ola), lambda: merged(elsewhere, ola, jan)]
    found = await at_once(asked if first else asked[::-1])
    await elsewhere.built.gate.drain()
    came_of_it = dict(zip(["erase", "merge"], found if first else found[::-1], strict=True))
    assert came_of_it["erase"] == "done"
    assert await wallets(desk, ola) == NOTHING
    if came_of_it["merge"] == "done":
        assert await wallets(desk, jan) == NOTHING
    else:
        assert came_of_it["merge"] == "MemberErased"
        assert (await desk.balance(jan))[0] == 40


async def test_whoever_is_staff_stays_so_and_is_no_member_any_more(desk: Shop) -> None:
    member = (await desk.enrol("1")).id
    body = CreateStaffAccount(login="waw-117", role=StaffRole.CLERK, member=member)
    made = (await desk.verbs.create_staff_account(TILL, body)).body
    await erased(desk, member)
    shown = await desk.reads.staff_account(made.id)
    assert (shown.member_id, shown.state) == (None, "active")


async def test_neither_calendar_nor_what_was_left_to_the_job_gives_anything_any_more(
    moments: Moments,
) -> None:
    """Born today, and about to be a year older as a member: nothing of it is decided."""
    shop = moments.shop
    profile = Profile(birth_date=dt.date(1990, 3, 2))
    member = (await shop.enrol("1", profile=profile)).id
    other = await moments.member("2")
    await shop.buy("o-1", member, goods(10_000))
    await moments.through()
    before = await moments.runs(member)
    await erased(shop, member)
    await shop.show(day(370))
    await moments.through()
    await shop.bring_back("r-1", "o-1")
    await moments.through()
    assert await moments.runs(member) == before
    assert await moments.left() == 0
    assert "anniversary" in await moments.triggers(other)
    assert await wallets(shop, member) == NOTHING


async def test_segments_are_left_and_nobody_looks_at_them_again(segments: Segments) -> None:
    shop = segments.shop
    member = (await shop.enrol("1")).id
    await shop.buy("o-1", member, goods(20_000))
    await segments.sweep()
    async with shop.db.reading() as tx:
        belonged = await tx.connection.fetchval(
            "select count(*) from segment_span where holder_id = $1 and until_at is null", member
        )
    assert belonged > 0
    await erased(shop, member)
    await shop.show(day(40))
    await segments.sweep()
    async with shop.db.reading() as tx:
        left = await tx.connection.fetchval(
            "select count(*) from segment_span where holder_id = $1 and until_at is null", member
        )
    assert left == 0
    assert [kind for kind, _ in await shop.events(member)][-1] == "member.erased"
