"""The programs of the model: the file's text, its twin by hand, currency, time to claim."""

import pathlib
from dataclasses import dataclass
from typing import Final

from tests.model.programs import coffee, fuel, market, plain
from tests.oracle.days import Span
from tests.oracle.fair import Fair
from tests.oracle.offers import Shop
from tests.oracle.program import Program
from tests.oracle.world import World

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

    def world(self) -> World:
        """An oracle in which nothing has happened yet."""
        if isinstance(self.twin, Shop):
            return Fair(self.twin, self.claim_max)
        return World(self.twin, self.claim_max)


SUBJECTS: Final = {
    subject.name: subject
    for subject in (
        Subject("coffee", coffee.PROGRAM, "EUR", Span(60, "day")),
        Subject("fuel", fuel.PROGRAM, "USD", Span(45, "day")),
        Subject("plain", plain.PROGRAM, "NZD", Span(400, "day")),
    )
}
MARKET: Final = Subject("market", market.PROGRAM, "EUR", Span(60, "day"))
