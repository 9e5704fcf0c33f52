from service.imports.window import Waiting, Window


def window(*keys: str) -> Window[str]:
    """Rows 0, 1, … of these keys."""
    made: Window[str] = Window()
    for n, key in enumerate(keys):
        made.add(Waiting(n, key, key))
    return made


def numbers(taken: list[Waiting[str]]) -> list[int]:
    return [waiting.n for waiting in taken]


def test_one_row_of_a_key_at_a_time_the_earliest_first() -> None:
    w = window("a", "a", "b", "c", "b")
    assert numbers(w.take(10)) == [0, 2, 3]
    assert w.take(10) == []


def test_the_next_row_of_a_key_goes_when_it_is_free() -> None:
    w = window("a", "b", "a", "c", "d")
    assert numbers(w.take(2)) == [0, 1]
    w.free("a")
    assert numbers(w.take(2)) == [2, 3]
    w.free("b")
    assert numbers(w.take(2)) == [4]


def test_few_rows_wait_for_those_under_way_to_free_more() -> None:
    w = window("a", "b", "c", "a", "b")
    assert numbers(w.take(2, least=2)) == [0, 1]
    assert w.take(2, least=2) == []
    w.free("a")
    assert numbers(w.take(2, least=2)) == [2, 3]


def test_few_rows_go_when_nothing_is_under_way() -> None:
    w = window("a", "b")
    assert numbers(w.take(9, least=3)) == [0, 1]


def test_rows_that_come_while_their_key_is_busy_wait() -> None:
    w = window("a")
    assert numbers(w.take(1)) == [0]
    w.add(Waiting(1, "a", "a"))
    assert w.take(1) == []
    w.free("a")
    assert numbers(w.take(1)) == [1]


def test_it_is_done_when_nothing_waits_and_nothing_is_under_way() -> None:
    w = window("a")
    assert not w.is_done
    w.take(1)
    assert not w.is_done
    w.free("a")
    assert w.is_done
