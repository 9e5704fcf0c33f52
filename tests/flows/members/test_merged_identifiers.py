"""Whose identifiers are that were a member's who was merged: the survivor's, and nobody else's."""

import uuid

import pytest

from service.domain.members.errors import IdentifierNotHeld, IdentifierTaken, LastIdentifier
from service.domain.members.types import Profile, ProfilePatch
from tests.flows.counter import nothing_written, rich
from tests.flows.merging import merge, unmerge
from tests.flows.shop import Shop, card, day, goods, phone


async def two(shop: Shop) -> tuple[uuid.UUID, uuid.UUID]:
    """The survivor, of card 1, and who was merged into it, of card 2."""
    ola, jan = await rich(shop, "1", 0), await rich(shop, "2", 0)
    await merge(shop, ola, jan)
    return ola, jan


@pytest.mark.parametrize("by_old_id", [False, True])
async def test_what_the_old_one_had_the_survivor_has_already(
    checkout: Shop, *, by_old_id: bool
) -> None:
    ola, jan = await two(checkout)
    async with nothing_written(checkout):
        shown = await checkout.change(jan if by_old_id else ola, add=(card("1"), card("2")))

    assert (shown.id, shown.identifiers) == (ola, (card("1"), card("2")))
    assert shown.claimed == 0


async def test_nobody_else_gets_it(checkout: Shop) -> None:
    await two(checkout)
    eve = await rich(checkout, "3", 0)

    async with nothing_written(checkout):
        with pytest.raises(IdentifierTaken):
            await checkout.change(eve, add=(card("2"),))
        with pytest.raises(IdentifierTaken):
            await checkout.enrol("2")


@pytest.mark.parametrize("by_old_id", [False, True])
async def test_the_survivor_gives_it_up_and_it_is_free(checkout: Shop, *, by_old_id: bool) -> None:
    """What is bought under it afterwards is of whoever takes it; the old id stays who it is."""
    ola, jan = await two(checkout)
    await checkout.buy("a", "2", goods(1_000))

    shown = await checkout.change(jan if by_old_id else ola, remove=(card("2"),))
    eve = (await checkout.enrol("3", "2")).id
    await checkout.buy("b", "2", goods(2_000))

    assert (shown.id, shown.identifiers) == (ola, (card("1"),))
    assert await checkout.balance(ola) == await checkout.balance(jan) == (10, 0, 0)
    assert await checkout.balance(eve) == (20, 0, 0)


async def test_the_old_ones_last_card_may_go_but_not_the_survivors(checkout: Shop) -> None:
    ola, jan = await two(checkout)
    await checkout.change(jan, remove=(card("2"),))

    async with nothing_written(checkout):
        with pytest.raises(LastIdentifier):
            await checkout.change(jan, remove=(card("1"),))
        with pytest.raises(IdentifierNotHeld):
            await checkout.change(ola, remove=(card("2"),))


async def test_what_is_changed_by_the_old_id_is_changed_of_the_survivor(checkout: Shop) -> None:
    ola, jan = await two(checkout)

    shown = await checkout.change(jan, profile=ProfilePatch(name="Ola"), add=(phone("500100200"),))

    assert (shown.id, shown.profile) == (ola, Profile(name="Ola"))
    found = await checkout.reads.lookup((phone("500100200"),))
    assert found.id == ola
    assert found.identifiers == (card("1"), card("2"), phone("500100200"))
    assert [kind for kind, _ in (await checkout.events(jan))][-1] == "member.merged"


async def test_what_was_bought_under_an_unknown_card_is_claimed_by_the_old_id(
    checkout: Shop,
) -> None:
    ola, jan = await two(checkout)
    await checkout.buy("a", "9", goods(3_000), at=day(1))

    shown = await checkout.change(jan, add=(card("9"),))

    assert (shown.id, shown.claimed) == (ola, 1)
    assert await checkout.balance(ola) == (30, 0, 0)
    async with checkout.db.reading() as tx:
        whose = await tx.connection.fetch("select holder_id, home_id from purchase")
    assert [tuple(row) for row in whose] == [(ola, None)]


async def test_a_card_given_up_and_taken_again_is_the_survivors_own(checkout: Shop) -> None:
    """So it stays with the survivor when the two are two again, with what is bought under it."""
    ola, jan = await two(checkout)
    await checkout.change(jan, add=(card("4"),))  # the survivor's too: it was added to one person
    await checkout.change(ola, remove=(card("2"),))
    await checkout.change(ola, add=(card("2"),))
    await checkout.buy("a", "2", goods(1_000))

    await unmerge(checkout, jan)

    assert (await checkout.reads.lookup((card("2"),))).id == ola
    assert (await checkout.reads.lookup((card("4"),))).id == ola
    assert await checkout.balance(ola) == (10, 0, 0)
    assert await checkout.balance(jan) == (0, 0, 0)
    assert (await checkout.reads.member(jan)).identifiers == ()
