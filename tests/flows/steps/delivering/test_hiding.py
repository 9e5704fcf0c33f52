import pytest

from service.flows.steps.delivering.hiding import hide

TOLD = ["Ola Żak", "ola+1@example.org", "pl", "tok", "Li", "+48600700800", ""]


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("nothing of theirs", "nothing of theirs"),
        ("Ola Żak <ola+1@example.org>", "… <…>"),
        ("OLA+1@EXAMPLE.ORG is taken", "… is taken"),
        (r'{"name": "Ola \u017bak"}', '{"name": "…"}'),
        ("?q=ola%2B1%40example.org&n=Ola+%C5%BBak&m=Ola%20%C5%BBak", "?q=…&n=…&m=…"),
        ("plain words stay: explained", "plain words stay: explained"),
        ("a token", "a …en"),
        ("Li is plain: li, +48600700800, 48600700800", "… is plain: …, …, …"),
    ],
)
def test_what_was_told_is_no_part_of_an_answer(answer: str, kept: str) -> None:
    assert hide(answer, TOLD) == kept


def test_the_longest_is_hidden_first() -> None:
    assert hide("Bearer abc-def", ["abc", "Bearer abc-def"]) == "…"


def test_who_was_told_nothing_hides_nothing() -> None:
    assert hide("as it is", []) == "as it is"
