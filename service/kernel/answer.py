"""What a verb answers when it did what was asked."""

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """`body` a Struct of the noun; `replayed`: stored earlier, nothing was done now.

    `parked`: accepted, applied when what it names arrives.
    """

    body: T
    replayed: bool = False
    parked: bool = False


AnyAnswer = Answer[Any]
