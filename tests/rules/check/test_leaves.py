"""Single values by type."""

import datetime as dt
from collections.abc import Callable

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from tests.rules.check.files import cursor, messages

Read = Callable[[Cursor], object]


def whole(at: Cursor) -> object:
    return leaves.whole(at, 1, 9)


def choice(at: Cursor) -> object:
    return leaves.choice(at, ("gold", "silver"))


def money(at: Cursor) -> object:
    return leaves.money(at, "EUR")


def cents(at: Cursor) -> object:
    return leaves.wallet_units(at, "cash", 2)


def above_zero(at: Cursor) -> object:
    return leaves.above_zero(at, "EUR")


def rate(at: Cursor) -> object:
    return leaves.rate(at, "cash", 2, "EUR")


def few(at: Cursor) -> object:
    return leaves.text(at, 3)


def few_texts(at: Cursor) -> object:
    return leaves.texts(at, 3)


def ids(at: Cursor) -> object:
    return leaves.idents(at, "channels", 1, 3)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (leaves.text, "hello", "hello"),
        (leaves.text, "on", "on"),
        (leaves.ident, "a-1_b", "a-1_b"),
        (leaves.flag, "false", False),
        (choice, "gold", "gold"),
        (whole, "9", 9),
        (leaves.quantity, "0.732", 732),
        (leaves.quantity, "2", 2000),
        (money, "12.50 EUR", 1250),
        (cents, "2.5", 250),
        (cents, "1", 100),
        (cents, "0.05 cash", 5),
        (above_zero, "0.01 EUR", 1),
        (rate, "1 cash = 1 EUR", (100, 100)),
        (leaves.share, "50 %", (1, 2)),
        (leaves.share, "12.5%", (1, 8)),
        (leaves.percent, "10", (1, 10)),
        (leaves.percent, "7.5", (3, 40)),
        (leaves.percent, "7.5 %", (3, 40)),
        (few, "abc", "abc"),
        (few_texts, "{en: abc}", {"en": "abc"}),
        (leaves.duration, "2w", Duration(2, Unit.WEEK)),
        (leaves.date, "2026-09-01", dt.date(2026, 9, 1)),
        (leaves.month_day, "06-30", (6, 30)),
        (leaves.time_of_day, "11:00", 660),
        (ids, "[web, app]", ("web", "app")),
        (leaves.texts, "{en: Beans, pt-BR: Grãos}", {"en": "Beans", "pt-BR": "Grãos"}),
    ],
)
def test_right_values_are_read_without_a_word(read: Read, text: str, value: object) -> None:
    at, log = cursor(text)
    assert read(at) == value
    assert messages(log) == []


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (leaves.text, "7", "expected a string, got 7"),
        (leaves.text, "true", "expected a string, got true"),
        (leaves.text, "''", "expected 1 to 512 characters, got 0"),
        (leaves.text, "x" * 513, "expected 1 to 512 characters, got 513"),
        (few, "abcd", "expected 1 to 3 characters, got 4"),
        (few_texts, "{en: abcd}", "expected 1 to 3 characters, got 4"),
        (above_zero, "0 EUR", "expected more than 0, got '0 EUR'"),
        (above_zero, "5", "expected an amount such as '50 EUR', got 5"),
        (rate, "5", "expected a rate such as '100 cash = 1 EUR', got 5"),
        (rate, "a", "expected a rate such as '100 cash = 1 EUR', got 'a'"),
        (leaves.share, "0.5", "expected a percentage such as '50 %', got 0.5"),
        (leaves.share, "0 %", "expected more than 0 and at most 100 percent, got '0 %'"),
        (leaves.percent, "101", "expected more than 0 and at most 100 percent, got 101"),
        (leaves.percent, "101 %", "expected more than 0 and at most 100 percent, got '101 %'"),
        (leaves.percent, "true", "expected a number such as 10 or 7.5, got true"),
        (leaves.ident, "Upper", "expected an id of at most 64 of a-z, 0-9, - and _, got 'Upper'"),
        (leaves.ident, "-a", "expected an id of at most 64 of a-z, 0-9, - and _, got '-a'"),
        (leaves.flag, "yes", "expected true or false, got 'yes'"),
        (leaves.flag, "1", "expected true or false, got 1"),
        (
            choice,
            "gald",
            "unknown value 'gald', did you mean 'gold'?; one of gold, silver",
        ),
        (whole, "10", "expected a whole number from 1 to 9, got 10"),
        (whole, "1.0", "expected a whole number, got 1.0"),
        (whole, "true", "expected a whole number, got true"),
        (whole, "'3'", "expected a whole number without quotes, got '3'"),
        (whole, "three", "expected a whole number, got 'three'"),
        (whole, "999999999999999999999", "expected a whole number from 1 to 9, got 9999999"),
        (leaves.quantity, "-1", "expected a number that is not negative, got -1"),
        (leaves.quantity, "0.1234", "expected at most 3 decimal places, got 0.1234"),
        (leaves.quantity, "1000001", "expected at most 1000000.000, got 1000001"),
        (money, "5", "expected an amount such as '50 EUR', got 5"),
        (money, "5 PLN", "expected an amount in EUR, the program's currency, got '5 PLN'"),
        (cents, "0", "expected more than 0, got 0"),
        (cents, "-1", "expected more than 0, got -1"),
        (cents, "0.001", "expected at most 2 decimal places, got 0.001"),
        (cents, "5 points", "expected a number or an amount such as '500 cash', got '5 points'"),
        (leaves.duration, "30", "expected a duration such as '30d' or '12 months', got 30"),
        (leaves.date, "2026-02-30", "expected a date that exists, got '2026-02-30'"),
        (leaves.month_day, "02-29", "expected a day that every year has, got '02-29'"),
        (leaves.time_of_day, "6:00", "expected a time of day HH:MM, got '6:00'"),
        (ids, "[web, web]", "'web' stands in the list twice"),
        (ids, "web", "expected a list of channels, got 'web'"),
        (leaves.texts, "Beans", "expected texts by language such as {en: Beans}, got 'Beans'"),
        (leaves.texts, "{english: x}", "expected a language such as en or pt-BR"),
    ],
)
def test_wrong_values_are_told_and_what_would_be_right(read: Read, text: str, message: str) -> None:
    at, log = cursor(text)
    read(at)
    (told,) = messages(log)
    assert told.startswith(message)


@pytest.mark.parametrize(
    "read",
    [
        leaves.text,
        leaves.ident,
        leaves.flag,
        choice,
        whole,
        leaves.quantity,
        money,
        cents,
        leaves.duration,
        leaves.date,
        leaves.month_day,
        leaves.time_of_day,
    ],
)
def test_nothing_written_is_a_problem_where_something_must_be_and_none_where_not(
    read: Read,
) -> None:
    at, log = cursor("a:")
    assert read(at.fields(("a", "b"))["b"]) is None
    assert messages(log) == []
    assert read(at.fields(("a", "b"))["a"]) is None
    (told,) = messages(log)
    assert told.endswith("got nothing")


def test_a_key_that_is_to_be_an_id_is_told_at_the_key() -> None:
    at, log = cursor("  Points: {}")
    (child,) = at.children()
    assert leaves.ident_key(child) == "Points"
    assert [(p.col, p.message) for p in log.problems()] == [
        (3, "expected a key that is an id of at most 64 of a-z, 0-9, - and _")
    ]
