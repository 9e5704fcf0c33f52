"""Program versions, and what a file would change."""

import pytest

from service.domain.programs.errors import NoProgram, ProgramInvalid, VersionNotFound
from service.domain.programs.types import ProgramSource
from tests.flows.shop import BEGINNING, SOURCE, Shop, another, day, goods

STRICTER = SOURCE.replace("{id: silver, from: 100", "{id: silver, from: 200")
BROKEN = SOURCE.replace("brand: acme", "brnd: acme")


async def test_the_version_that_decides_now_is_in_force(shop: Shop) -> None:
    await shop.publish(STRICTER, day(10), note="stricter")

    assert [(v.version, v.in_force) for v in await shop.reads.versions()] == [(1, True), (2, False)]
    assert (await shop.reads.program()).version == 1
    await shop.show(day(10))
    assert [(v.version, v.in_force) for v in await shop.reads.versions()] == [(1, False), (2, True)]
    current = await shop.reads.program()
    assert (current.version, current.note, current.effective_from) == (2, "stricter", day(10))


async def test_a_version_comes_with_the_text_as_it_was_published(shop: Shop) -> None:
    await shop.publish(STRICTER, day(10))

    first, second = await shop.reads.version(1), await shop.reads.version(2)

    assert (first.source, first.version.effective_from) == (SOURCE, BEGINNING)
    assert second.source == STRICTER
    for number in (0, 3, -1):
        with pytest.raises(VersionNotFound):
            await shop.reads.version(number)


async def test_a_worker_shows_what_another_published(shop: Shop) -> None:
    other = another(shop.db)
    await other.start()
    await shop.publish(STRICTER, day(10))

    assert [view.version for view in await other.reads.versions()] == [1, 2]


async def test_without_a_program_there_is_none(empty_shop: Shop) -> None:
    assert await empty_shop.reads.versions() == []
    with pytest.raises(NoProgram):
        await empty_shop.reads.program()


async def test_a_check_names_each_problem_with_its_place_and_writes_nothing(shop: Shop) -> None:
    before = await shop.tables()

    checked = await shop.reads.check(ProgramSource(source=BROKEN))

    line = 1 + BROKEN[: BROKEN.index("brnd")].count("\n")
    assert not checked.ok
    assert [problem.line for problem in checked.problems] == [line]
    assert "brand" in checked.problems[0].message
    assert await shop.tables() == before


async def test_a_clean_file_has_no_problems(shop: Shop) -> None:
    checked = await shop.reads.check(ProgramSource(source=STRICTER))

    assert (checked.ok, checked.problems) == (True, ())


async def test_a_check_knows_what_cannot_change_any_more(shop: Shop) -> None:
    scaled = SOURCE.replace("stars:    ", "stars:").replace(
        "    expires: {after: 30d}", "    expires: {after: 30d}\n    scale: 2"
    )

    assert not (await shop.reads.check(ProgramSource(source=scaled))).ok


async def test_a_plan_tells_how_many_members_a_changed_ladder_would_move(shop: Shop) -> None:
    for number, euros in enumerate((50, 120, 250, 310)):
        member = (await shop.enrol(f"{number}")).id
        await shop.buy(f"a{number}", member, goods(100 * euros), at=day(0))
    before = await shop.tables()

    planned = await shop.reads.plan(ProgramSource(source=STRICTER))

    assert planned.members_moving == {"main": 1}  # 120 would not reach silver
    assert any("silver" in change for change in planned.changes)
    assert await shop.tables() == before


async def test_a_plan_of_the_same_program_changes_nothing(shop: Shop) -> None:
    planned = await shop.reads.plan(ProgramSource(source=SOURCE))

    assert planned.members_moving == {}


async def test_a_plan_of_the_first_program_moves_nobody(empty_shop: Shop) -> None:
    planned = await empty_shop.reads.plan(ProgramSource(source=SOURCE))

    assert planned.members_moving == {}
    assert planned.changes


async def test_a_plan_of_a_broken_file_is_refused(shop: Shop) -> None:
    with pytest.raises(ProgramInvalid):
        await shop.reads.plan(ProgramSource(source=BROKEN))
