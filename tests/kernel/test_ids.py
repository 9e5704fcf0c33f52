"""Identifiers."""

import uuid

from service.kernel.ids import derived_id, new_id


def test_new_ids_are_version_7_and_in_order_of_making() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {one.version for one in ids} == {7}
    assert all(type(one) is uuid.UUID for one in ids)
    assert len(set(ids)) == 1000
    assert ids == sorted(ids)


def test_a_derived_id_is_the_same_for_the_same_parts() -> None:
    first = derived_id("purchase", 7, uuid.UUID(int=1))
    assert first == derived_id("purchase", 7, uuid.UUID(int=1))
    assert first.version == 5


def test_a_derived_id_never_changes() -> None:
    """Stored rows rely on it: a new value here is a second write that would not be refused."""
    assert derived_id("a", 1) == uuid.uuid5(
        uuid.UUID("6f0f6c7e-3f0a-5c52-9a39-52656775c1a5"), "a\x1f1"
    )


def test_parts_are_kept_apart() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc")
    assert derived_id("a") != derived_id("a", "")
