"""The `receipts` section."""

import pytest

from service.rules.check.receipts import KEYS
from service.rules.receipts import Occasion, Receipts
from tests.rules.check.files import HEAD, document, problems

REST = """
wallets: {points: {title: {en: Beans}}, status: {qualifying: true}}
ladders:
  main:
    qualify: {wallet: status, within: lifetime}
    tiers: [{id: low, from: 0, title: {en: Newcomer}}, {id: top, from: 9, title: {en: Regular}}]
"""


def test_lines_by_occasion_and_language() -> None:
    section = """
receipts:
  width: 32
  purchase: {en: ["+{earned.points}", "Now {available.points}"], pl: ["+{earned.points}"]}
  return: {en: ["Back: {refund.total}"]}
"""
    assert document(HEAD + REST + section).receipts == Receipts(
        width=32,
        lines={
            Occasion.PURCHASE: {
                "en": ("+{earned.points}", "Now {available.points}"),
                "pl": ("+{earned.points}",),
            },
            Occasion.RETURN: {"en": ("Back: {refund.total}",)},
        },
    )


def test_the_paper_is_42_wide_unless_the_file_says_otherwise() -> None:
    found = document(f"{HEAD}{REST}receipts: {{hold: {{en: [Kept]}}}}\n").receipts
    assert found is not None
    assert found.width == 42


def test_without_the_section_there_are_none() -> None:
    assert document(HEAD).receipts is None


def test_the_keys_are_the_occasions_and_the_width() -> None:
    assert KEYS == ("width", "purchase", "quote", "hold", "return")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("5", ": expected a mapping, got 5"),
        ("{}", ": needs at least one of purchase, quote, hold, return"),
        (
            "{sale: {en: [x]}}",
            ".sale: unknown key 'sale'; one of width, purchase, quote, hold, ret",
        ),
        ("{width: 23, quote: {en: [x]}}", ".width: expected a whole number from 24 to 48, got 23"),
        ("{quote: {}}", ".quote: expected lines by language such as {en: [Thank you]}, got a map"),
        ("{quote: {xx: [x]}}", ".quote.xx: expected a language such as en or pt-BR"),
        ("{quote: {en: x}}", ".quote.en: expected a list of lines, got 'x'"),
        ("{quote: {en: []}}", ".quote.en: expected at least 1 in the list, got 0"),
        ("{quote: {en: [a, b, c, d]}}", ".quote.en: expected at most 3 in the list, got 4"),
        ("{quote: {en: [5]}}", ".quote.en[0]: expected a string, got 5"),
        ("{quote: {en: ['']}}", ".quote.en[0]: expected 1 to 200 characters, got 0"),
        ('{quote: {en: ["a\\nb"]}}', ".quote.en[0]: a line break or another character that can"),
        ("{quote: {en: ['{']}}", ".quote.en[0]: a brace that belongs to no placeholder such as "),
        ("{quote: {en: ['{}']}}", ".quote.en[0]: unknown placeholder ''"),
        ("{quote: {en: ['{save}']}}", ".quote.en[0]: unknown placeholder 'save', did you mean 'sa"),
        ("{quote: {en: ['{refund.total}']}}", ".quote.en[0]: 'refund' is not told on a quote"),
        ("{quote: {en: ['{saved.points}']}}", ".quote.en[0]: 'saved' stands alone: leave out '.p"),
        ("{quote: {en: ['{earned}']}}", ".quote.en[0]: 'earned' needs a wallet after a dot"),
        ("{quote: {en: ['{earned.point}']}}", ".quote.en[0]: unknown wallet 'point', did you mean"),
        ("{quote: {en: ['{tier.mai}']}}", ".quote.en[0]: unknown ladder 'mai', did you mean 'main"),
        ("{return: {en: ['{refund.all}']}}", ".return.en[0]: unknown part of the refund 'all'"),
        (
            "{width: 24, quote: {en: ['Congratulations, {tier.main}!']}}",
            ".quote.en[0]: up to 26 characters long when it is filled, 24 fit: shorten it",
        ),
    ],
)
def test_a_wrong_section_is_told(written: str, told: str) -> None:
    (found,) = problems(f"{HEAD}{REST}receipts: {written}")
    assert found.partition(" ")[2].startswith(f"$.receipts{told}")


def test_every_wrong_placeholder_of_a_line_is_told() -> None:
    found = problems(f"{HEAD}{REST}receipts: {{quote: {{en: ['{{a}} {{earned.b}}']}}}}")
    assert [one.partition("unknown ")[2].partition(";")[0] for one in found] == [
        "placeholder 'a'",
        "wallet 'b'",
    ]


def test_without_a_known_currency_that_alone_is_told() -> None:
    section = "receipts: {return: {en: ['Back: {refund.total}']}}\n"
    for written in ("'#'", "EURO"):
        found = problems(HEAD.replace("currency: EUR", f"currency: {written}") + REST + section)
        assert [one for one in found if "receipts" in one] == []
        assert any("currency" in one for one in found)
