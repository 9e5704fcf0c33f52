from tests.faults.plan import Kind, Plan, draw


def test_a_seed_draws_the_same_again_and_another_does_not() -> None:
    first = draw(Plan(faults=50, seconds=150, seed=7))
    assert draw(Plan(faults=50, seconds=150, seed=7)) == first
    assert draw(Plan(faults=50, seconds=150, seed=8)) != first
    assert len(first) == 50


def test_each_kind_comes_about_as_often() -> None:
    kinds = [step.kind for step in draw(Plan(faults=56, seconds=150, seed=7))]
    counts = {kinds.count(kind) for kind in Kind}
    assert counts == {4}


def test_pauses_sum_to_about_what_is_asked_for() -> None:
    assert 100 < sum(step.pause for step in draw(Plan(faults=50, seconds=150, seed=7))) < 200
