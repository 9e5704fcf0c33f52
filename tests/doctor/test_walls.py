"""What the schema grants, and what a database may not have become."""

import pytest

from service.doctor import walls
from service.doctor.types import Level
from service.infra.sql import root

SCHEMA = """
-- grant all on secret to everybody;
grant select on all tables in schema public to regulars, regulars_jobs;
grant insert, update (note) on entry,
  lot to regulars;
"""


def test_grants_are_read_from_the_schema() -> None:
    assert walls.granted(SCHEMA, ["entry", "lot"]) == {
        *((table, "", role, "select") for table in ("entry", "lot") for role in walls.SERVING),
        ("entry", "", "regulars", "insert"),
        ("lot", "", "regulars", "insert"),
        ("entry", "note", "regulars", "update"),
        ("lot", "note", "regulars", "update"),
    }


def test_the_schema_of_this_code_lets_nobody_change_an_entry() -> None:
    found = walls.granted((root() / "schema.sql").read_text(), ["entry"])

    assert {one[3] for one in found if one[0] == "entry"} == {"select", "insert"}


@pytest.mark.parametrize("missing", ["regulars", "regulars_jobs", "regulars_owner"])
def test_a_role_that_is_missing_is_named(missing: str) -> None:
    roles = [(name, False, False, -1) for name in (walls.OWNER, *walls.SERVING) if name != missing]

    (one,) = walls.judge_roles("me", roles, [walls.OWNER])

    assert (one.level, one.text) == (Level.WRONG, f"there is no role {missing}")


def test_a_serving_role_that_was_made_mighty_is_wrong_whoever_connects() -> None:
    roles = [
        ("regulars_owner", False, False, -1),
        ("regulars", True, False, -1),
        ("regulars_jobs", False, True, -1),
    ]

    found = list(walls.judge_roles("regulars_jobs", roles, [walls.OWNER]))

    assert [one.text for one in found] == [
        "regulars_jobs owns tables of the ledger: it can rewrite history",
        "regulars is a superuser or may make roles: it can rewrite history",
    ]


def test_of_many_some_are_named() -> None:
    (one,) = walls.judge_grants(
        frozenset((f"t{n}", "", "regulars", "select") for n in range(8)), frozenset()
    )

    assert one.text.endswith("regulars select t4 and 3 more")
