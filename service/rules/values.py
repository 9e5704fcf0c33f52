"""A test of one value: the leaf of every condition, in canonical form."""

from collections.abc import Callable
from typing import Final

import msgspec

Scalar = str | int | bool
Check = Callable[[Scalar | None], bool]
NOTHING: Final = "nothing"


class Test(msgspec.Struct, frozen=True, omit_defaults=True):
    """All given comparisons must hold. Numbers are integers in the fact's unit.

    Units: money in minor units, quantities in thousandths, counts as they are, times of day in
    minutes, dates as ISO text. `missing` values (None) fail every comparison but `ne`/`not_in`.
    """

    __test__ = False  # not a class of tests, whatever pytest makes of the name

    eq: Scalar | None = None
    ne: Scalar | None = None
    is_in: tuple[Scalar, ...] = ()
    not_in: tuple[Scalar, ...] = ()
    gt: int | str | None = None
    gte: int | str | None = None
    lt: int | str | None = None
    lte: int | str | None = None

    def wanted(self) -> tuple[Scalar, ...] | None:
        """The only values that pass, when the test is nothing but `eq` or `is_in`; else None."""
        if self == Test(eq=self.eq) and self.eq is not None:
            return (self.eq,)
        if self == Test(is_in=self.is_in) and self.is_in:
            return self.is_in
        return None


def compile_test(test: Test) -> Check:
    """The test as a total function: a value of another type fails a comparison, it never raises."""
    checks = [*_sameness(test), *_order(test)]
    if not checks:
        return lambda _: True
    if len(checks) == 1:
        return checks[0]
    return lambda value: all(check(value) for check in checks)


def _sameness(test: Test) -> list[Check]:
    eq, ne = test.eq, test.ne
    checks: list[Check] = []
    if eq is not None:
        checks.append(lambda value: value == eq)
    if test.is_in:
        checks.append(frozenset[Scalar | None](test.is_in).__contains__)
    if ne is not None:
        checks.append(lambda value: value != ne)
    if test.not_in:
        banned = frozenset(test.not_in)
        checks.append(lambda value: value not in banned)
    return checks


def _order(test: Test) -> list[Check]:
    checks: list[Check] = []
    for sign, bound in (("gt", test.gt), ("gte", test.gte), ("lt", test.lt), ("lte", test.lte)):
        if isinstance(bound, str):
            checks.append(_text_order(sign, bound))
        elif bound is not None:
            checks.append(_number_order(sign, bound))
    return checks


def _text_order(sign: str, bound: str) -> Check:
    if sign == "gt":
        return lambda value: isinstance(value, str) and value > bound
    if sign == "gte":
        return lambda value: isinstance(value, str) and value >= bound
    if sign == "lt":
        return lambda value: isinstance(value, str) and value < bound
    return lambda value: isinstance(value, str) and value <= bound


def _number_order(sign: str, bound: int) -> Check:
    if sign == "gt":
        return lambda value: isinstance(value, int) and value > bound
    if sign == "gte":
        return lambda value: isinstance(value, int) and value >= bound
    if sign == "lt":
        return lambda value: isinstance(value, int) and value < bound
    return lambda value: isinstance(value, int) and value <= bound


def describe(test: Test) -> str:
    """What the test wants, for people: `in ['mon','tue']`, `>= 5000 and < 10000`."""
    parts = []
    if test.eq is not None:
        parts.append(f"= {show(test.eq)}")
    if test.is_in:
        parts.append(f"in {_listed(test.is_in)}")
    if test.ne is not None:
        parts.append(f"not {show(test.ne)}")
    if test.not_in:
        parts.append(f"not in {_listed(test.not_in)}")
    for sign, bound in ((">", test.gt), (">=", test.gte), ("<", test.lt), ("<=", test.lte)):
        if bound is not None:
            parts.append(f"{sign} {show(bound)}")
    return " and ".join(parts) or "anything"


def show(value: Scalar) -> str:
    """A value as the file would write it, text in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)


def plain(value: Scalar | None) -> str:
    """A value as it is, text without quotes; `nothing` for a missing one."""
    if value is None:
        return NOTHING
    return value if isinstance(value, str) else show(value)


def _listed(values: tuple[Scalar, ...]) -> str:
    return "[" + ",".join(show(value) for value in values) + "]"
