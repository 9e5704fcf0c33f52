"""`badges`."""

from service.rules.badges import Badge
from tests.rules.check.files import HEAD, document, problems


def test_badges_have_texts_and_numbers() -> None:
    assert document(f"{HEAD}badges: {{a: {{title: {{en: A}}}}, b: {{}}}}").badges == (
        Badge(id="a", number=1, title={"en": "A"}),
        Badge(id="b", number=2),
    )


def test_what_is_wrong_with_a_badge_is_told() -> None:
    assert problems(f"{HEAD}badges: {{a: {{titel: {{en: A}}}}}}") == [
        "4:14 $.badges.a.titel: unknown key 'titel', did you mean 'title'?"
    ]
    names = ", ".join(f"b{n}: {{}}" for n in range(1001))
    assert problems(f"{HEAD}badges: {{{names}}}") == [
        "4:9 $.badges: 1001 badges, at most 1000 are allowed"
    ]
