"""What people are told about things, wherever it stands in the file."""

import pytest

from service.kernel.texts import Described
from service.rules.document import Document
from tests.rules.check.files import HEAD, document, problems

FILE = """
wallets:
  points: {{redeem: {{rate: 1 points = 1 EUR}}, {0}}}
  status: {{qualifying: true}}
ladders:
  main:
    {0}
    qualify: {{wallet: status, within: lifetime}}
    tiers: [{{id: low, from: 0, {0}}}]
coupons:
  TEN: {{discount: {{percent: 10}}, {0}}}
rewards:
  mug: {{price: 5 points, gives: {{item: mug}}, {0}}}
gift_cards:
  card: {{max: 5 EUR, {0}}}
households: {{members_max: 2, wallets: [points], {0}}}
"""
TOLD = (
    "title: {en: One, pl: Jeden}, text: {en: Two}, terms: {en: Three}, "
    "image: {en: 'https://example.org/a.webp'}"
)


def file(told: str) -> str:
    """A program in which everything is told about in the same words."""
    lines = FILE.format(told).split("\n")
    own = f"    {told}"
    return HEAD + "\n".join(
        f"    {told.replace('}, ', '}' + chr(10) + '    ')}" if line == own else line
        for line in lines
    )


def things(of: Document) -> list[Described]:
    """All that people are told about."""
    assert of.households is not None
    (ladder,) = of.ladders
    return [
        of.wallets[0], ladder, ladder.tiers[0], of.coupons[0], of.rewards[0], of.gift_cards[0],
        of.households,
    ]  # fmt: skip


def test_everything_people_see_has_title_text_terms_and_image() -> None:
    for thing in things(document(file(TOLD))):
        assert thing.title == {"en": "One", "pl": "Jeden"}
        assert (thing.text, thing.terms) == ({"en": "Two"}, {"en": "Three"})
        assert thing.image == {"en": "https://example.org/a.webp"}


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ("title: {xx: One}", "title.xx: expected a language such as en or pt-BR"),
        ("image: {en: 'http://example.org'}", "image.en: expected an address that starts with"),
        ("image: {en: 'https://a b'}", "image.en: expected an address that starts with https://"),
        (f"title: {{en: {'x' * 513}}}", "title.en: expected 1 to 512 characters, got 513"),
        (f"terms: {{en: {'x' * 4001}}}", "terms.en: expected 1 to 4000 characters, got 4001"),
    ],
)
def test_what_is_wrong_is_told_of_each(told: str, problem: str) -> None:
    found = problems(file(told))

    assert len(found) == 7
    assert all(problem in one for one in found)
