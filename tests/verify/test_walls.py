"""What sql/schema.sql builds is read out of its text, in the form PostgreSQL prints."""

from typing import Final

import pytest

from service.infra.sql import root
from service.verify.walls import Wall, normal, read

TEXT: Final = """
create table shelf (                 -- of a room, with (brackets), in a comment
  room text not null, place int not null references house, width int check (width > 0),
  primary key (room, place),
  constraint shelf_wide check (width between 1 and 5 and (place in (1, 2) or width <> 3)),
  constraint shelf_once  unique (room, width),
  constraint shelf_next foreign key (room, place) references shelf (room, width)
) with (fillfactor = 70);
create table house (number int primary key);
create unique index shelf_first on shelf (room) where place = 1;
create index shelf_width on shelf (width);
"""


def test_the_walls_of_a_schema() -> None:
    schema = read(TEXT)
    assert schema.keys == {"shelf": ("room", "place"), "house": ("number",)}
    assert schema.required == {("shelf", "room"), ("shelf", "place"), ("house", "number")}
    expected = [
        Wall("shelf", "shelf_pkey", "primarykeyroom,place"),
        Wall(
            "shelf",
            "shelf_place_fkey",
            "foreignkeyplacereferenceshousenumber",
            columns=("place",),
            refers=("house", ("number",)),
        ),
        Wall("shelf", "shelf_width_check", "checkwidth>0", check="(width > 0)"),
        Wall(
            "shelf",
            "shelf_wide",
            "checkwidth>=1andwidth<=5andplace=anyarray[1,2]orwidth<>3",
            check="(width between 1 and 5 and (place in (1, 2) or width <> 3))",
        ),
        Wall("shelf", "shelf_once", "uniqueroom,width"),
        Wall(
            "shelf",
            "shelf_next",
            "foreignkeyroom,placereferencesshelfroom,width",
            columns=("room", "place"),
            refers=("shelf", ("room", "width")),
        ),
        Wall("house", "house_pkey", "primarykeynumber"),
        Wall("shelf", "shelf_first", "createuniqueindexshelf_firstonshelfroomwhereplace=1"),
    ]
    assert schema.walls == {(wall.table, wall.name): wall for wall in expected}


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("check (a >= 0 and b + c <= a)", "CHECK (((a >= 0) AND ((b + c) <= a)))"),
        ("check (abs(a) <= 1000000)", "CHECK ((abs(a) <= '1000000'::bigint))"),
        ("check (kind in (1, 2))", "CHECK ((kind = ANY (ARRAY[1, 2])))"),
        (
            "check (length(key) between 8 and 255)",
            "CHECK (((length(key) >= 8) AND (length(key) <= 255)))",
        ),
        (
            "check (case when p is null then s = 1 else s = p + 1 end)",
            "CHECK (\nCASE\n    WHEN (p IS NULL) THEN (s = 1)\n    ELSE (s = (p + 1))\nEND)",
        ),
        (
            "create unique index i on t (a) where b is null",
            "CREATE UNIQUE INDEX i ON public.t USING btree (a) WHERE (b IS NULL)",
        ),
    ],
)
def test_what_is_written_and_what_is_printed_are_one(written: str, printed: str) -> None:
    assert normal(written) == normal(printed)


def test_another_bound_is_another_wall() -> None:
    assert normal("check (a >= 0)") != normal("check (a >= 1)")


def test_every_constraint_of_the_schema_is_read() -> None:
    text = "\n".join(
        line.partition("--")[0] for line in (root() / "schema.sql").read_text().splitlines()
    )
    schema = read(text)
    assert len(schema.keys) == text.count("\ncreate table ")
    walls = schema.walls.values()
    assert sum(wall.check is not None for wall in walls) == text.count(" check (")
    assert sum(wall.refers is not None for wall in walls) == text.count(" references ")
    named = {name for _, name in schema.walls}
    for word in ("constraint ", "create unique index "):
        for line in text.splitlines():
            if word in line:
                assert line.partition(word)[2].split()[0] in named
