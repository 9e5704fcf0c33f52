"""`clubs`."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check import check_text
from service.rules.clubs import Application, ByRule, Club, ClubPool, Invitation, Mode, Paid
from service.rules.conditions import Fact
from service.rules.values import Test as Comparison
from tests.rules.check.files import RICH, document, problems

YEAR = Duration(12, Unit.MONTH)
BASE = RICH.partition("campaigns:")[0]  # 9 lines


def club(text: str) -> Club:
    (found,) = document(f"{BASE}clubs: {{roasters: {text}}}\n").clubs
    return found


def told(text: str) -> list[str]:
    return [one.removeprefix("9:") for one in problems(f"{BASE}clubs: {{roasters: {text}}}\n")]


def test_a_club_is_closed_and_offers_stand_for_72_hours_unless_the_file_says_otherwise() -> None:
    assert club("{enter: [invitation]}") == Club(
        at="$.clubs.roasters",
        id="roasters",
        number=1,
        enter=(Invitation(),),
        offer_for=Duration(72, Unit.HOUR),
    )


def test_every_way_to_get_in_and_everything_else_is_read() -> None:
    found = club(
        "{title: {en: Table}, visible: true, enter: [{invitation: , term: 12 months}, application, "
        "{rule: {member.tier.main: {at_least: gold}}, mode: auto, lasts: while_true}, "
        "{paid: 29 EUR, term: 12 months}], seats: 200, waiting_list: true, offer_for: 2d, "
        "invitations_per_member: 2, pause_max: 3 months, wallets: [points], "
        "draw: {per_person_month_max: 500 points}}"
    )
    rule = found.by_rule()
    assert rule is not None
    gold = Fact(f"{rule.at}.member.tier.main", "member.tier.main", Comparison(gte="gold"))
    assert found == Club(
        title={"en": "Table"},
        at="$.clubs.roasters",
        id="roasters",
        number=1,
        visible=True,
        enter=(
            Invitation(YEAR),
            Application(),
            ByRule(at="$.clubs.roasters.enter[2].rule", when=gold, mode=Mode.AUTO),
            Paid(2900, YEAR),
        ),
        seats=200,
        waiting_list=True,
        offer_for=Duration(2, Unit.DAY),
        invitations_per_member=2,
        pause_max=Duration(3, Unit.MONTH),
        pool=ClubPool(("points",), {"points": 500}),
    )
    assert (found.invitation(), found.application()) == (Invitation(YEAR), Application())
    assert found.paid() == Paid(2900, YEAR)


def test_a_rule_may_let_in_for_a_term() -> None:
    rule = club("{enter: [{rule: {member.known: true}, term: 12 months}]}").by_rule()
    assert rule is not None
    assert (rule.mode, rule.term) == (Mode.OFFER, YEAR)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{}", ["needs 'enter'"]),
        ("{enter: []}", ["expected at least 1 in the list, got 0"]),
        ("{enter: [invitaton]}", ["unknown way to get in 'invitaton', did you mean 'invitation'?"]),
        ("{enter: [application, application]}", ["there is such a way to get in already"]),
        ("{enter: [{paid: 29 EUR}]}", ["needs 'term'"]),
        ("{enter: [{paid: 0 EUR, term: 1 year}]}", ["expected more than 0, got '0 EUR'"]),
        ("{enter: [{invitation: yes}]}", ["there is nothing to say after 'invitation:'"]),
        (
            "{enter: [{paid: 1 EUR, rule: {member.known: true}}]}",
            ["needs exactly one of invitation, application, rule, paid"],
        ),
        ("{enter: [{application: , mode: auto}]}", ["'mode' goes with 'rule'"]),
        (
            "{enter: [{rule: {member.known: true}, lasts: while_true, term: 1 year}]}",
            ["it lasts while it is true, or for a 'term'"],
        ),
        (
            "{enter: [{rule: {cart.channel: web}}]}",
            ["'cart.channel' is of a purchase, and there is none here: ask member, history, now"],
        ),
        (
            "{enter: [{rule: {now.time: {from: 06:00, to: 07:00}}}]}",
            ["'now.time' changes by the minute: who belongs is asked of a day at most"],
        ),
        (
            "{enter: [{rule: {history.spend: {gte: 1 EUR, including_this: true}}}]}",
            ["there is no purchase here that could be included"],
        ),
        (
            "{enter: [application], invitations_per_member: 2}",
            ["members invite only where 'enter' has invitation"],
        ),
        (
            "{enter: [application], waiting_list: true}",
            ["nobody waits where there is no end of seats: say 'seats'"],
        ),
        ("{enter: [application], seats: 0}", ["expected a whole number from 1 to 1000000, got 0"]),
        ("{enter: [application], draw: {}}", ["'draw' goes with 'wallets'"]),
        (
            "{enter: [application], wallets: [status]}",
            ["units that count towards tiers stay with the member who earned them"],
        ),
        (
            "{enter: [application], visable: true}",
            ["unknown key 'visable', did you mean 'visible'?"],
        ),
        (
            "{enter: [{rule: {member.clubs: {has: roaster}}}]}",
            ["unknown club 'roaster', did you mean 'roasters'?"],
        ),
        (
            "{enter: [{rule: {member.segments: {has: a}}}]}",
            ["the program declares no segment"],
        ),
    ],
)
def test_what_is_wrong_with_a_club_is_told(text: str, what: list[str]) -> None:
    assert [one.partition(": ")[2] for one in told(text)] == what


def test_every_problem_stands_at_its_place() -> None:
    assert told("{enter: [invitaton], seats: many}") == [
        (
            "28 $.clubs.roasters.enter[0]: unknown way to get in 'invitaton', "
            "did you mean 'invitation'?"
        ),
        "47 $.clubs.roasters.seats: expected a whole number, got 'many'",
    ]


def test_200_clubs_are_enough() -> None:
    names = ", ".join(f"c{n}: {{enter: [invitation]}}" for n in range(201))
    assert problems(f"{BASE}clubs: {{{names}}}") == [
        "9:8 $.clubs: 201 clubs, at most 200 are allowed"
    ]


def test_a_club_keeps_its_number_and_no_other_gets_it() -> None:
    first = document(f"{BASE}clubs: {{a: {{enter: [invitation]}}, b: {{enter: [invitation]}}}}")
    text = f"{BASE}clubs: {{c: {{enter: [invitation]}}, b: {{enter: [invitation]}}}}"
    second = check_text(text, previous=first).document
    assert second is not None
    assert {one.id: one.number for one in second.clubs} == {"c": 3, "b": 2}
