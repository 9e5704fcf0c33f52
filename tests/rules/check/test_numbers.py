"""Numbers of wallets and ladders."""

from service.rules.check import check_text
from service.rules.document import Document
from tests.rules.check.files import HEAD

LADDER = "{qualify: {visits: true, within: lifetime}, tiers: [{id: a, from: 0}]}"


def version(wallets: str, ladders: str, previous: Document | None) -> Document:
    kinds = ", ".join(f"{name}: {{}}" for name in wallets.split())
    levels = ", ".join(f"{name}: {LADDER}" for name in ladders.split())
    text = f"{HEAD}wallets: {{{kinds}}}\nladders: {{{levels}}}\n"
    found = check_text(text, previous=previous).document
    assert found is not None
    return found


def numbers(of: Document) -> dict[str, int]:
    wallets = {wallet.id: wallet.number for wallet in of.wallets}
    return wallets | {ladder.id: ladder.number for ladder in of.ladders}


def test_numbers_start_at_one_in_the_order_of_the_file() -> None:
    first = version("b a", "l", None)
    assert numbers(first) == {"b": 1, "a": 2, "l": 1}
    assert first.numbers_used == {"wallet:b": 1, "wallet:a": 2, "ladder:l": 1}


def test_clubs_segments_and_badges_have_numbers_of_their_own() -> None:
    text = (
        f"{HEAD}clubs: {{a: {{enter: [invitation]}}}}\nsegments: {{a: {{member.known: true}}}}\n"
        "badges: {b: {}, a: {}}\n"
    )
    found = check_text(text).document
    assert found is not None
    assert found.numbers_used == {"club:a": 1, "segment:a": 1, "badge:b": 1, "badge:a": 2}
    assert [badge.number for badge in found.badges] == [1, 2]


def test_numbers_stay_and_are_never_given_to_another() -> None:
    first = version("b a", "l", None)
    second = version("c a", "m l", first)
    assert numbers(second) == {"c": 3, "a": 2, "m": 2, "l": 1}
    third = version("d b", "l", second)
    assert numbers(third) == {"d": 4, "b": 1, "l": 1}
    assert third.numbers_used["wallet:a"] == 2
