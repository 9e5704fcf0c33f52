"""Expected errors."""

import dataclasses

import pytest

from service.kernel import errors
from service.kernel.errors import Conflict, ExpectedError, TooMany, Unavailable


@dataclasses.dataclass(eq=False, kw_only=True)
class InsufficientPoints(Conflict):
    """The wallet does not hold enough.

    More text that is no title.
    """

    wallet: str
    wanted: int

    def detail(self) -> str:
        return f"{self.wanted} of {self.wallet} were asked for"


ERROR = InsufficientPoints(wallet="points", wanted=500)


def test_the_slug_comes_from_the_name_of_the_class() -> None:
    assert InsufficientPoints.slug() == "insufficient-points"
    assert Conflict.slug() == "conflict"
    assert TooMany.slug() == "too-many"


def test_the_title_is_the_first_line_of_the_docstring() -> None:
    assert InsufficientPoints.title() == "The wallet does not hold enough."


def test_fields_are_members() -> None:
    assert ERROR.members() == {"wallet": "points", "wanted": 500}
    assert Conflict().members() == {}


def test_the_detail_is_of_this_occurrence() -> None:
    assert ERROR.detail() == "500 of points were asked for"
    assert Conflict().detail() == "The state does not allow this."
    assert str(ERROR) == "insufficient-points: 500 of points were asked for"


def test_only_what_may_be_sent_again_is_retryable() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, ExpectedError)
    ]
    assert {kind for kind in kinds if kind.retryable} == {TooMany, Unavailable}
    assert not ERROR.retryable


def test_an_error_can_be_raised_through_a_context_manager() -> None:
    with pytest.raises(InsufficientPoints) as caught:
        raise ERROR
    assert caught.value is ERROR
