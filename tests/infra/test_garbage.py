import gc

from service.infra.garbage import THRESHOLDS, collect_rarely, collected_rarely


def test_cycles_are_looked_for_rarely_and_not_in_what_was_there_before() -> None:
    before = gc.get_threshold()
    try:
        collect_rarely()
        found, frozen = gc.get_threshold(), gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)

    assert found == THRESHOLDS == (20_000, 20, 50)
    assert frozen > 10_000


def test_afterwards_all_is_as_before() -> None:
    before = gc.get_threshold()

    with collected_rarely():
        assert gc.get_threshold() == THRESHOLDS

    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
