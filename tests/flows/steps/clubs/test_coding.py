"""Codes to get into a club with, or to apply to it with: which are good, and who guesses.

Of those to join with there is more in tests/flows/clubs/test_join_club.py.
"""

import uuid
from collections.abc import Awaitable, Callable

import pytest

from service.domain.access.errors import ScopeMissing
from service.domain.clubs.errors import AlreadyInClub, ClubNotFound, EntryNotOffered
from service.domain.clubs.stays import Decided
from service.domain.clubs.steps import What
from service.domain.clubs.types import ClubCodeView, CodeLets, Entered
from service.domain.coupons.errors import TooManyCodes
from service.kernel.values import Client
from tests.flows.membership_shop import APP, Memberships
from tests.flows.merging import merge, unmerge
from tests.flows.races import at_once
from tests.flows.shop import day

NO_CODE = "ABCD-EFGH-JKMN-PQRS-T"


async def link(
    table: Memberships, by: uuid.UUID | None = None, uses_max: int = 1
) -> tuple[ClubCodeView, str]:
    """A code to apply with, and its characters."""
    made = await table.code(by=by, lets=CodeLets.APPLY, uses_max=uses_max)
    assert made.code is not None
    return made, made.code


async def used(table: Memberships) -> int:
    """How often codes were used."""
    async with table.shop.db.reading() as tx:
        found: int = await tx.connection.fetchval("select sum(used) from club_code")
    return found


async def test_somebody_who_does_not_know_a_hidden_club_applies_with_its_code(
    table: Memberships,
) -> None:
    ola, jan = await table.members(2)
    await table.let_in(ola)
    await table.own(ola)
    made, code = await link(table, by=ola, uses_max=2)

    asked = await table.apply(jan, "please", APP, code=f" {code.lower()} ")

    assert not asked.replayed
    assert (asked.body.state, asked.body.club, asked.body.code_id) == (
        *("open", "roasters"),
        made.id,
    )
    assert (made.lets, made.inviter_id) == (CodeLets.APPLY, ola)
    assert await table.steps(jan) == [(What.APPLIED, ola, None)]
    assert await used(table) == 1
    assert (await table.decide(asked.body.id, Decided.APPROVED, by=ola)).body.state == "approved"
    assert await table.seats() == [ola, jan]


async def test_it_is_told_what_a_code_lets_people_do(table: Memberships) -> None:
    ola = await table.member("1")
    await table.let_in(ola)
    await table.own(ola)
    await link(table, by=ola)
    await table.code(by=ola)

    assert [one["lets"] for one in await table.told_of(ola, "code-made")] == ["apply", "join"]


async def test_sent_again_with_a_code_that_is_used_up_it_is_the_same(table: Memberships) -> None:
    jan = await table.member("1")
    _, code = await link(table)
    first = await table.apply(jan, "please", APP, code=code)
    before = await table.shop.tables()

    again = await table.apply(jan, "please", APP, code=code)

    assert again.replayed
    assert again.body == first.body
    assert await table.shop.tables() == before


async def test_of_many_at_once_as_many_apply_as_the_code_has_uses(table: Memberships) -> None:
    members = await table.members(6)
    _, code = await link(table, uses_max=3)

    def applying(member: uuid.UUID) -> Callable[[], Awaitable[object]]:
        return lambda: table.apply(member, "please", APP, code=code)

    came = await at_once([applying(one) for one in members])

    assert sorted(came) == ["ClubNotFound"] * 3 + ["done"] * 3
    assert await used(table) == 3
    assert await table.shop.count("club_application") == 3


async def test_twice_at_once_it_is_one_application_and_one_use(table: Memberships) -> None:
    jan = await table.member("1")
    _, code = await link(table, uses_max=5)

    came = await at_once([lambda: table.apply(jan, "please", APP, code=code)] * 4)

    assert sorted(came) == ["done"] + ["replayed"] * 3
    assert await used(table) == 1
    assert await table.shop.count("club_application") == 1


async def test_who_was_rejected_is_told_of_no_club_and_applies_again_with_a_code_alone(
    table: Memberships,
) -> None:
    jan = await table.member("1")
    _, code = await link(table, uses_max=2)
    asked = await table.apply(jan, "please", APP, code=code)
    await table.decide(asked.body.id, Decided.REJECTED)

    with pytest.raises(ClubNotFound):
        await table.apply(jan, "please", APP)
    assert not (await table.apply(jan, "please", APP, code=code)).replayed
    assert await used(table) == 2


async def test_every_code_that_is_no_good_is_a_club_that_is_not_there(table: Memberships) -> None:
    terrace, jan = table.of("terrace"), await table.member("1")
    void, void_code = await link(table)
    await table.void(void.id)
    _, late = await link(table)
    _, other = await link(terrace)
    joins = (await table.code(until=day(9))).code
    await table.shop.show(day(4))
    before = await table.shop.tables("code_guess")

    refused = []
    for club, code in (
        (table, void_code),
        (table, late),
        (table, other),  # another club's
        (table, joins),  # lets people in, not apply
        (table, NO_CODE),
        (terrace, NO_CODE),  # anybody sees this one
        (table.of("nowhere"), other),
    ):
        with pytest.raises(ClubNotFound) as refusal:
            await club.apply(jan, "please", APP, code=code)
        refused.append((refusal.value.slug(), refusal.value.detail(), refusal.value.members()))

    assert len({str(one) for one in refused}) == 1
    assert await table.shop.tables("code_guess") == before


async def test_a_code_to_apply_with_lets_nobody_in(table: Memberships) -> None:
    jan = await table.member("1")
    _, code = await link(table)

    with pytest.raises(ClubNotFound):
        await table.join(jan, code)

    assert await used(table) == 0
    assert not (await table.apply(jan, "please", APP, code=code)).replayed  # one guess, no lock


async def test_a_code_of_somebody_who_is_out_is_no_good(table: Memberships) -> None:
    ola, jan = await table.members(2)
    await table.let_in(ola)
    await table.own(ola)
    _, code = await link(table, by=ola)
    await table.own(None)
    await table.leave(ola)

    with pytest.raises(ClubNotFound):
        await table.apply(jan, "please", APP, code=code)


async def test_who_is_banned_finds_no_club_with_a_good_code(table: Memberships) -> None:
    terrace, jan = table.of("terrace"), await table.member("1")
    _, code = await link(terrace)
    await terrace.ban(jan)

    with pytest.raises(ClubNotFound):
        await terrace.apply(jan, "please", APP, code=code)

    assert await used(terrace) == 0


async def test_who_is_in_keeps_the_code_for_somebody_else(table: Memberships) -> None:
    jan = await table.member("1")
    _, code = await link(table)
    await table.let_in(jan)

    for shown in (code, NO_CODE):
        with pytest.raises(AlreadyInClub):
            await table.apply(jan, "please", APP, code=shown)

    assert await used(table) == 0


async def test_the_owner_and_staff_alone_make_such_codes_and_they_cost_no_invitations(
    table: Memberships,
) -> None:
    ola, jan = await table.members(2)
    for member in (ola, jan):
        await table.let_in(member)
    await table.own(ola)

    await link(table, by=ola, uses_max=500)
    with pytest.raises(ScopeMissing):
        await table.code(by=jan, lets=CodeLets.APPLY)
    with pytest.raises(EntryNotOffered, match="application"):
        await table.of("balcony").code(lets=CodeLets.APPLY)


async def test_who_guesses_is_stopped_whether_they_join_or_apply(table: Memberships) -> None:
    jan, eve = await table.members(2)
    _, code = await link(table)
    for n in range(10):
        club = table if n % 2 else table.of("nowhere")
        with pytest.raises(ClubNotFound):
            await club.apply(jan, "please", APP, code=f"GUESS-{n:04}")

    for club in (table, table.of("nowhere")):
        with pytest.raises(TooManyCodes):
            await club.apply(jan, "please", APP, code=code)
        with pytest.raises(TooManyCodes):
            await club.join(jan, code)
    assert (await table.apply(eve, "please", APP, code=code)).body.state == "open"


async def test_whoever_was_merged_guesses_as_who_they_are_now(table: Memberships) -> None:
    ola, jan = await table.members(2)
    await merge(table.shop, ola, jan)
    for n in range(10):
        with pytest.raises(ClubNotFound):
            await table.apply(jan if n % 2 else ola, "please", APP, code=f"GUESS-{n:04}")

    _, code = await link(table)
    for member in (ola, jan):
        with pytest.raises(TooManyCodes):
            await table.apply(member, "please", APP, code=code)
        with pytest.raises(TooManyCodes):
            await table.join(member, code)


async def test_a_code_tried_both_ways_is_one_guess(table: Memberships) -> None:
    jan = await table.member("1")
    for n in range(9):
        code = f"GUESS-{n:04}"
        with pytest.raises(ClubNotFound):
            await table.join(jan, code)
        with pytest.raises(ClubNotFound):
            await table.apply(jan, "please", APP, code=code)

    _, good = await link(table)
    assert (await table.apply(jan, "please", APP, code=good)).body.state == "open"


async def test_guesses_count_against_the_device_too(table: Memberships) -> None:
    device = Client(device="phone-7")
    _, code = await link(table)
    for n, member in enumerate(await table.members(20, 20)):
        with pytest.raises(ClubNotFound):
            await table.apply(member, "please", APP, code=f"GUESS-{n:04}", client=device)

    with pytest.raises(TooManyCodes):
        await table.apply(await table.member("9"), "please", APP, code=code, client=device)


async def test_applying_with_a_code_keeps_nobody_from_joining_with_another(
    table: Memberships,
) -> None:
    jan = await table.member("1")
    _, code = await link(table)
    await table.apply(jan, "please", APP, code=code)

    entered = await table.join(jan, (await table.code()).code)

    assert entered.body.state is Entered.MEMBER


async def test_the_code_of_an_owner_who_was_merged_is_still_good(table: Memberships) -> None:
    ola, now, jan = await table.members(3)
    await table.let_in(ola)
    await table.own(ola)
    made, code = await link(table, by=ola, uses_max=2)
    await merge(table.shop, now, ola)

    asked = await table.apply(jan, "please", APP, code=code)

    assert asked.body.code_id == made.id
    assert await table.steps(jan) == [(What.APPLIED, now, None)]
    assert (await table.decide(asked.body.id, Decided.APPROVED, by=ola)).body.state == "approved"


async def test_an_application_by_code_goes_with_a_merge_and_back(table: Memberships) -> None:
    jan, now = await table.members(2)
    made, code = await link(table)
    asked = await table.apply(jan, "please", APP, code=code)
    await merge(table.shop, now, jan)

    again = await table.apply(jan, "please", APP, code=code)
    await unmerge(table.shop, jan)

    assert again.replayed
    assert (again.body.id, again.body.member_id, again.body.code_id) == (
        *(asked.body.id, now),
        made.id,
    )
    assert (await table.apply(jan, "please", APP, code=code)).body == asked.body
    with pytest.raises(ClubNotFound):
        await table.apply(now, "please", APP, code=code)
