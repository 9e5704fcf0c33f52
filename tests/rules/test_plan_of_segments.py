"""Which segments a new version changes, also by way of what they ask for."""

from service.rules.plan import segments_changed
from tests.rules.check.files import document
from tests.rules.test_plan import TEXT

_SEGMENTS = """\
segments:
  spenders: {history.spend: {within: 30d, gte: 100 EUR}}
  thrifty: {member.segments: {has_none: [spenders]}}
  inside: {member.clubs: {has: elite}}
  other: {history.purchases: {gte: 1}}
clubs:
  elite:
    title: {en: Elite}
    enter: [{rule: {member.segments: {has: spenders}}, mode: auto, lasts: while_true}]
  others:
    title: {en: Others}
    enter: [invitation]
"""


def test_new_segments_have_changed_and_equal_ones_have_not() -> None:
    new = document(TEXT + _SEGMENTS)

    assert segments_changed(document(TEXT), new) == ("spenders", "thrifty", "inside", "other")
    assert segments_changed(None, new) == ("spenders", "thrifty", "inside", "other")
    assert segments_changed(new, document(TEXT + "# moved down\n\n" + _SEGMENTS)) == ()
    assert segments_changed(new, document(TEXT)) == ()


def test_a_segment_changes_with_what_it_asks_for_directly_or_through_a_club() -> None:
    old = document(TEXT + _SEGMENTS)

    spending = document(TEXT + _SEGMENTS.replace("100 EUR", "200 EUR"))
    by_rule = document(TEXT + _SEGMENTS.replace("{has: spenders}", "{has: other}"))
    unasked = document(TEXT + _SEGMENTS.replace("Others", "The others"))

    assert segments_changed(old, spending) == ("spenders", "thrifty", "inside")
    assert segments_changed(old, by_rule) == ("inside",)
    assert segments_changed(old, unasked) == ()
