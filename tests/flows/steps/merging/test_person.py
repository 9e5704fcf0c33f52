"""What the one left empty, the other one says; and that again is taken out."""

import datetime as dt
import uuid

from service.domain.members.store import MemberRow
from service.domain.members.types import Profile
from service.flows.steps.merging import person
from tests.flows.shop import card, day, phone


def row(number: int, *identifiers: str, **profile: str | dt.date) -> MemberRow:
    """Somebody with cards; fields by their names with a leading underscore."""
    fields = {name[1:]: str(value) for name, value in profile.items() if name[0] == "_"}
    said = {name: value for name, value in profile.items() if name[0] != "_"}
    return MemberRow(
        uuid.UUID(int=number),
        day(number),
        Profile(**said),  # type: ignore[arg-type]
        dict(fields),
        tuple(card(one) for one in identifiers),
    )


def test_gaps_are_filled_and_named_and_nothing_else_changes() -> None:
    ola = row(1, "1", name="Ola", _shoe="38")
    jan = row(2, "2", "1", name="Jan", country="PL", _shoe="44", _pet="cat")

    filled, names = person.filled(ola, jan)

    assert filled.profile == Profile(name="Ola", country="PL")
    assert filled.fields == {"shoe": "38", "pet": "cat"}
    assert filled.identifiers == (card("1"), card("2"))
    assert (filled.holder_id, filled.enrolled_at) == (ola.holder_id, ola.enrolled_at)
    assert names == ("profile.country", "fields.pet")


def test_what_was_filled_and_is_still_that_goes_again() -> None:
    ola, jan = row(1, "1", name="Ola"), row(2, "2", country="PL", language="pl", _pet="cat")
    filled, names = person.filled(ola, jan)
    changed = MemberRow(
        filled.holder_id,
        filled.enrolled_at,
        Profile(name="Ola", country="PL", language="de"),
        {**filled.fields, "shoe": "38"},
        (*filled.identifiers, phone("555")),
    )

    emptied, gone = person.emptied(changed, jan, names)

    assert gone == ("profile.country", "fields.pet")
    assert emptied.profile == Profile(name="Ola", language="de")
    assert emptied.fields == {"shoe": "38"}
