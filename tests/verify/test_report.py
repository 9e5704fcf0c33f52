"""Tallies: what parts found is the same however the parts are cut and added up."""

from service.verify.report import Check, Difference, House, Tally

WALLETS, EVENTS = Check.WALLETS, Check.EVENTS


def test_no_more_differences_of_a_check_are_named_than_asked_but_all_are_counted() -> None:
    tally = Tally(2)
    for number in range(4):
        tally.differ(WALLETS, f"holder {number}", "wrong")
    tally.differ(EVENTS, "holder 9", "missing", times=5)

    assert [one.place for one in tally.named] == ["holder 0", "holder 1", "holder 9"]
    assert tally.wrong == {WALLETS: 4, EVENTS: 5}
    assert tally.differences() == 9


def test_two_tallies_share_nothing() -> None:
    one, other = Tally(1), Tally(1)
    one.count(WALLETS, 1)
    one.note("holders", 1)
    one.differ(WALLETS, "a", "b")
    one.house(1).moved[1] = 5
    one.used["c"] = 1

    assert other == Tally(1)


def first() -> Tally:
    """One part."""
    tally = Tally(2, used={"acme": 10, "zeta": 1})
    tally.count(WALLETS, 3)
    tally.note("holders", 2)
    tally.differ(WALLETS, "holder 1", "wrong")
    tally.house(1).moved = {1: 100, 2: -40}
    tally.house(1).posted = 60
    return tally


def second() -> Tally:
    """Another: two more differences than are named."""
    tally = Tally(2, used={"acme": 5})
    tally.count(WALLETS, 4)
    tally.count(EVENTS, 1)
    tally.note("holders", 1)
    tally.note("purchases", 8)
    for number in range(2, 6):
        tally.differ(WALLETS, f"holder {number}", "wrong")
    tally.house(1).moved = {1: 1, 3: -1}
    tally.house(1).against = {7: -1}
    tally.house(2).debt = 4
    return tally


def test_added_up_are_counts_figures_houses_and_budgets() -> None:
    whole = first()
    whole.add(second())

    assert whole.counted == {WALLETS: 7, EVENTS: 1}
    assert whole.figures == {"holders": 3, "purchases": 8}
    assert whole.used == {"acme": 15, "zeta": 1}
    assert whole.houses == {
        1: House(moved={1: 101, 2: -40, 3: -1}, against={7: -1}, posted=60),
        2: House(debt=4),
    }


def test_added_up_differences_are_all_counted_and_named_up_to_the_limit() -> None:
    whole = first()
    whole.add(second())

    assert whole.wrong == {WALLETS: 5}
    assert whole.named == [
        Difference(WALLETS, "holder 1", "wrong"),
        Difference(WALLETS, "holder 2", "wrong"),
    ]


def test_adding_leaves_the_part_as_it_was() -> None:
    part, whole = second(), first()
    whole.add(part)
    whole.house(2).moved[1] = 9

    assert part == second()


def test_the_order_of_the_parts_does_not_matter_for_the_figures() -> None:
    one, other = first(), second()
    one.add(second())
    other.add(first())

    assert (one.counted, one.figures, one.wrong, one.used) == (
        *(other.counted, other.figures, other.wrong, other.used),
    )
    assert one.houses == other.houses
