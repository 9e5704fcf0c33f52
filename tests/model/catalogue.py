"""The programs of the model: the file's text, its twin by hand, currency, time to claim."""

import pathlib
from dataclasses import dataclass
from typing import Final

from tests.model.programs import coffee, fuel, plain
from tests.oracle.days import Span
from tests.oracle.program import Program

FILES: Final = pathlib.Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Subject:
    """One program, twice."""

    name: str
    twin: Program
    currency: str
    claim_max: Span

    def source(self) -> str:
        """The file."""
        return (FILES / f"{self.name}.yaml").read_text(encoding="utf-8")


SUBJECTS: Final = {
    subject.name: subject
    for subject in (
        Subject("coffee", coffee.PROGRAM, "EUR", Span(60, "day")),
        Subject("fuel", fuel.PROGRAM, "USD", Span(45, "day")),
        Subject("plain", plain.PROGRAM, "NZD", Span(400, "day")),
    )
}
