import datetime as dt
import pathlib

import msgspec

from service.rules.check import check_text
from service.rules.facts import Facts, MemberFacts
from service.rules.reading import facts_read, without_unread
from service.rules.triggers import Occasion, On
from service.rules.values import Scalar

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
CANARY = pathlib.Path(__file__).parents[1] / "flows" / "canary.yaml"


def test_what_any_condition_of_the_program_asks_for_is_read() -> None:
    checked = check_text(CANARY.read_text())
    assert checked.document is not None
    read = facts_read(checked.document)
    assert read >= {"member.city", "activity.mood"}
    assert "member.nickname" not in read


def test_fields_that_no_condition_reads_are_left_out_and_all_else_stays() -> None:
    facts = Facts(
        at=NOON,
        member=MemberFacts(
            fields={"city": "Gdynia", "nickname": "Ola"}, tiers={"main": "silver"}, clubs=("x",)
        ),
        uses={"rule": 2},
    )
    less = without_unread(facts, frozenset({"member.city"}))
    assert less == msgspec.structs.replace(
        facts, member=MemberFacts(fields={"city": "Gdynia"}, tiers={"main": "silver"}, clubs=("x",))
    )


def test_attributes_of_an_activity_that_no_condition_reads_are_left_out() -> None:
    said: dict[str, Scalar] = {"mood": "good", "text": "Ola was here"}
    occasion = Occasion(on=On.ACTIVITY, of="review", at=NOON, ref="r-1", attributes=said)
    less = without_unread(Facts(at=NOON, occasion=occasion), frozenset({"activity.mood"}))
    assert less.occasion == msgspec.structs.replace(occasion, attributes={"mood": "good"})


def test_what_a_tier_says_of_its_change_stays() -> None:
    """These are words of the program."""
    attributes: dict[str, Scalar] = {"was": "bronze", "now": "silver", "direction": "up"}
    occasion = Occasion(on=On.TIER_CHANGE, of="main", at=NOON, ref="x", attributes=attributes)
    assert without_unread(Facts(at=NOON, occasion=occasion), frozenset()).occasion == occasion


def test_facts_of_nobody_known_stay_as_they_are() -> None:
    assert without_unread(Facts(at=NOON), frozenset()) == Facts(at=NOON)
