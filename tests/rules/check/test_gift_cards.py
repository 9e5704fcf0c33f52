"""Kinds of gift cards."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check.gift_cards import KINDS_MAX
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from service.rules.gift_cards import GiftCardKind
from tests.rules.check.files import HEAD, document, problems

EVERYTHING = """
gift_cards:
  default:
    title: {en: Gift card, pl: Karta}
    text: {en: For you}
    terms: {en: No cash}
    min: 5 EUR
    max: 250 EUR
    expires: {after: 36 months, round_to: year_end}
    pin: true
  open: {max: 0.01 EUR}
"""


def test_everything_may_be_said_and_only_the_most_must_be() -> None:
    assert document(HEAD + EVERYTHING).gift_cards == (
        GiftCardKind(
            id="default",
            title={"en": "Gift card", "pl": "Karta"},
            text={"en": "For you"},
            terms={"en": "No cash"},
            least=500,
            most=25_000,
            expires=Expiry(ExpiryKind.AFTER, Duration(36, Unit.MONTH), RoundTo.YEAR_END),
            pin=True,
        ),
        GiftCardKind(id="open", least=1, most=1),
    )


def test_a_program_without_gift_cards_has_none() -> None:
    assert document(HEAD).gift_cards == ()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("{}", ".default: needs 'max'"),
        ("[]", ".default: expected a mapping, got a list"),
        ("{max: 0 EUR}", ".default.max: expected more than 0"),
        ("{max: 5}", ".default.max: expected an amount such as '50 EUR', got 5"),
        ("{max: 5 PLN}", ".default.max: expected an amount in EUR"),
        ("{max: 5 EUR, min: 0 EUR}", ".default.min: expected more than 0"),
        ("{max: 5 EUR, min: 5.01 EUR}", ".default.max: less than 'min', 5.01 EUR"),
        ("{max: 5 EUR, pin: yes}", ".default.pin: expected true or false"),
        ("{max: 5 EUR, pins: true}", ".default.pins: unknown key 'pins', did you mean 'pin'"),
        ("{max: 5 EUR, expires: soon}", ".default.expires: expected 'never'"),
        (
            "{max: 5 EUR, expires: {inactivity: 1 year}}",
            ".default.expires.inactivity: only a wallet as a whole can expire by inactivity",
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_is(kind: str, told: str) -> None:
    found = problems(f"{HEAD}gift_cards: {{default: {kind}}}")

    assert len(found) == 1, found
    assert f"$.gift_cards{told}" in found[0]


def test_a_kind_has_an_id() -> None:
    (found,) = problems(f"{HEAD}gift_cards: {{No ID: {{max: 5 EUR}}}}")

    assert "expected a key that is an id" in found


def test_there_may_be_so_many_kinds() -> None:
    kinds = [f"k{n}: {{max: 5 EUR}}" for n in range(KINDS_MAX + 1)]

    assert len(document(f"{HEAD}gift_cards: {{{', '.join(kinds[1:])}}}").gift_cards) == KINDS_MAX
    (found,) = problems(f"{HEAD}gift_cards: {{{', '.join(kinds)}}}")
    assert f"at most {KINDS_MAX} are allowed" in found


def test_no_wallet_has_the_name_of_the_wallet_of_gift_cards() -> None:
    (found,) = problems(f"{HEAD}wallets: {{gift_card: {{}}}}")

    assert "'gift_card' is the wallet of gift cards: choose another name" in found
