"""`lines: {where: {...}, amount: {gte: 20 EUR}, quantity: {gte: 2}}`: matching lines, with sums.

Each distinct `where` of a program is one filter, looked at once per case whoever asks.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from service.rules.cart import CartLine
from service.rules.case import GROUPED, Bought, Case, Column
from service.rules.conditions.finding import Finding
from service.rules.values import Scalar, Test, compile_test, describe

ATTRIBUTE: Final = "attributes."
PAID: Final = "amount"  # the one field that discounts change
_READERS: Final[dict[str, Callable[[CartLine], Scalar | None]]] = {
    **GROUPED,
    "kind": lambda line: line.kind,
    "unit_price": lambda line: line.amount * 1000 // line.quantity,
    "quantity": lambda line: line.quantity,
}


class LineTest(msgspec.Struct, frozen=True):
    """A test of one line field.

    sku, category, brand, kind, unit_price, amount, quantity or `attributes.<name>`.
    """

    field: str
    test: Test


Where = tuple[LineTest, ...]  # all must hold; empty matches every line


class Lines(msgspec.Struct, frozen=True, tag="lines", tag_field="if", omit_defaults=True):
    """Holds when at least one line matches and the sums over the matching lines pass.

    `amount`: sum of what was paid for the lines, minor units; `quantity`: thousandths.
    """

    at: str
    where: Where = ()
    amount: Test | None = None
    quantity: Test | None = None


def lookup(test: LineTest) -> tuple[Scalar, ...] | None:
    """The values whose lines a case can look up, when the test is nothing but a list of values."""
    return test.test.wanted() if test.field in GROUPED else None


class Filter:
    """One distinct `where`: a field to look lines up by, if there is one, and tests of the rest."""

    __slots__ = ("_of_lines", "_of_paid", "_one", "everything", "field", "number", "values")

    def __init__(self, number: int, where: Where) -> None:
        self.number = number
        self.everything = not where
        key = next((test for test in where if lookup(test)), None)
        self.field = key.field if key else None
        self.values = tuple(dict.fromkeys(lookup(key) or ())) if key else ()
        self._one = self.values[0] if len(self.values) == 1 else None
        rest = [test for test in where if test is not key]
        self._of_paid = [compile_test(test.test) for test in rest if test.field == PAID]
        self._of_lines = [_line_check(test) for test in rest if test.field != PAID]

    def match(self, case: Bought) -> Sequence[int]:
        """Positions of the lines that match, in order."""
        found = case.matches.get(self.number)
        if found is None:
            field, one = self.field, self._one
            if field is not None and one is not None:  # most filters name one value
                found = (case.grouped.get(field) or case.groups(field)).get(one, ())
            else:
                found = self._looked_up(case)
            lines, paid = case.lines, case.paid
            for test in self._of_lines:
                found = [n for n in found if test(lines[n])]
            for check in self._of_paid:
                found = [n for n in found if check(paid[n])]
            case.matches[self.number] = found
        return found

    def total(self, case: Bought, column: Column) -> int:
        """Sum of the column over the lines that match."""
        total = column.sums.get(self.number)
        if total is None:
            values = column.values
            total = sum(values) if self.everything else sum([values[n] for n in self.match(case)])
            column.sums[self.number] = total
        return total

    def _looked_up(self, case: Bought) -> Sequence[int]:
        if self.field is None:
            return range(len(case.lines))
        groups = case.groups(self.field)
        lists = [groups[value] for value in self.values if value in groups]
        return lists[0] if len(lists) == 1 else sorted(itertools.chain.from_iterable(lists))


def _line_check(line_test: LineTest) -> Callable[[CartLine], bool]:
    check, field = compile_test(line_test.test), line_test.field
    if field.startswith(ATTRIBUTE):
        name = field.removeprefix(ATTRIBUTE)
        return lambda line: check(line.attributes.get(name))
    read = _READERS[field]
    return lambda line: check(read(line))


class Filters:
    """All filters of a program; the same `where` twice is one filter.

    `priced`: numbers of those that look at what was paid.
    """

    __slots__ = ("_known", "priced")

    def __init__(self) -> None:
        self._known: dict[Where, Filter] = {}
        self.priced: set[int] = set()

    def of(self, where: Where) -> Filter:
        """The filter of this `where`."""
        known = self._known.get(where)
        if known is None:
            known = self._known[where] = Filter(len(self._known), where)
            if any(test.field == PAID for test in where):
                self.priced.add(known.number)
        return known


def compile_lines(condition: Lines, filters: Filters) -> Callable[[Case], bool]:
    """The condition as a function of the case."""
    where = filters.of(condition.where)
    if condition.amount is None and condition.quantity is None:
        return lambda case: len(where.match(case)) > 0
    amount = compile_test(condition.amount or Test())
    quantity = compile_test(condition.quantity or Test())

    def holds(case: Case) -> bool:
        found = where.match(case)
        return (
            len(found) > 0
            and amount(sum([case.paid[n] for n in found]))
            and quantity(sum([case.lines[n].quantity for n in found]))
        )

    return holds


def explain_lines(condition: Lines, case: Case, filters: Filters) -> Finding:
    """How many lines match, and the sums that were asked for."""
    found = filters.of(condition.where).match(case)
    wants, gots = [], [f"{len(found)} of {len(case.lines)} lines match"]
    if condition.amount is not None:
        wants.append(f"amount {describe(condition.amount)}")
        gots.append(f"amount {sum(case.paid[n] for n in found)}")
    if condition.quantity is not None:
        wants.append(f"quantity {describe(condition.quantity)}")
        gots.append(f"quantity {sum(case.lines[n].quantity for n in found)}")
    return Finding(
        ok=compile_lines(condition, filters)(case),
        at=condition.at,
        want=", ".join(wants) or None,
        got=", ".join(gots),
    )
