import datetime as dt
import pathlib
from typing import Any

import msgspec
import pytest

from service.domain.imports.types import Opening
from service.domain.members.types import Profile
from service.flows.members.import_members import ImportMember
from service.imports.csv_file import CsvTable
from service.imports.member_rows import MemberTable, checked
from service.imports.rows import FileRefused, Rejected, Row
from service.kernel.values import Identifier
from service.rules.check import check_text
from service.rules.document import Document
from tests.imports.place import PROGRAM
from tests.imports.tables import csv


def document() -> Document:
    checked_program = check_text(PROGRAM, "program.yaml").document
    assert checked_program is not None
    return checked_program


def read(folder: pathlib.Path, text: str) -> list[Any]:
    return list(MemberTable(CsvTable(csv(folder, text)), document()).read())


def test_every_column_finds_its_field(tmp_path: pathlib.Path) -> None:
    text = (
        "email,card,name,first_name,last_name,birth_date,language,country,enrolled_at,"
        "fields.newsletter,fields.cups,fields.city,opening_points,opening_status\n"
        "a@b.example,C-1,Ola K,Ola,K,1992-02-29,pl,PL,2024-01-05T10:00:00+01:00,"
        "true,3,007,250,0\n"
    )
    (row,) = read(tmp_path, text)
    assert row == Row(
        2,
        ImportMember(
            identifiers=(Identifier("email", "a@b.example"), Identifier("card", "C-1")),
            profile=Profile(
                name="Ola K",
                first_name="Ola",
                last_name="K",
                birth_date=dt.date(1992, 2, 29),
                language="pl",
                country="PL",
            ),
            fields={"newsletter": True, "cups": 3, "city": "007"},
            enrolled_at=dt.datetime(2024, 1, 5, 9, tzinfo=dt.UTC),
            opening=(Opening(wallet="points", amount=250),),
        ),
    )


def test_an_empty_cell_is_absent(tmp_path: pathlib.Path) -> None:
    (row,) = read(tmp_path, "card,email,enrolled_at,opening_points,fields.city\nC-1,,,,\n")
    assert row.body == ImportMember(identifiers=(Identifier("card", "C-1"),))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",5", "Expected `array` of length >= 1 - at `$.identifiers`"),
        ("C-1,-5", "Expected `int` >= 1 - at `$.opening[0].amount`"),
        ("C-1,1.5", "Expected `int`, got `str` - at `$.opening[0].amount`"),
        ("C-\x07,1", "control characters are not allowed"),
        ("C-1", "1 cells under 2 columns"),
    ],
)
def test_a_bad_row_is_rejected_alone(row: str, reason: str, tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, f"card,opening_points\n{row}\nC-2,1\n")
    assert [(type(one), one.line) for one in rows] == [(Rejected, 2), (Row, 3)]
    assert rows[0].reason == reason


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("card,nmae", "the column 'nmae' is not known, did you mean 'name'?"),
        ("card,fields.size", "the column 'fields.size' is not known"),
        ("card,opening_miles", "the column 'opening_miles' is not known"),
        ("name", "has no column of an identifier: one of card, email is needed"),
    ],
)
def test_a_wrong_header_refuses_the_file(header: str, problem: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, f"{header}\n")
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"enrolled_at": "9999-12-31T23:59:59-12:00"},
        {"opening": [{"wallet": "points", "amount": 1, "earned_at": "1999-01-01T00:00:00Z"}]},
        {"opening": [{"wallet": "points", "amount": 1, "expires_at": "2100-01-01T00:00:00Z"}]},
    ],
)
def test_an_instant_out_of_reach_is_rejected(given: dict[str, Any]) -> None:
    identifiers = [{"kind": "card", "value": "1"}]
    row = Row(1, msgspec.convert({"identifiers": identifiers, **given}, ImportMember))
    (rejected,) = checked(iter([row]))
    assert isinstance(rejected, Rejected)
    assert rejected.reason.endswith("is not between the years 2000 and 2100")


def test_never_and_by_the_policy_are_two_things() -> None:
    identifiers = [{"kind": "card", "value": "1"}]
    lots = [
        {"wallet": "points", "amount": 1},
        {"wallet": "points", "amount": 1, "expires_at": None},
    ]
    row = Row(1, msgspec.convert({"identifiers": identifiers, "opening": lots}, ImportMember))
    (same,) = checked(iter([row]))
    assert isinstance(same, Row)
    assert [lot.expires_at for lot in same.body.opening] == [msgspec.UNSET, None]
