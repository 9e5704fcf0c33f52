import io
import sys
import uuid
from collections.abc import Callable

import asyncpg
import pytest

from service.infra.told import CHAIN_MAX, LENGTH_MAX, ExcInfo, tell, tell_to, words
from tests.databases import Fresh

CARD = "4012001"


def caught(fail: Callable[[], object]) -> ExcInfo:
    """What a failing function leaves to be logged."""
    try:
        fail()
    except Exception:  # noqa: BLE001  # whatever it is
        kind, failure, trace = sys.exc_info()
        assert kind is not None
        assert failure is not None
        return kind, failure, trace
    raise AssertionError("it did not fail")


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (RuntimeError(15), "RuntimeError: 15"),
        (KeyError(CARD), "KeyError: …"),
        (ValueError(f"invalid literal for int() with base 10: '{CARD}'"),
         "ValueError: invalid literal for int() with base 10: …"),
        (ValueError(f'not "{CARD}", but `{CARD}`'), "ValueError: not …, but …"),
        (ValueError(f"cut off: 'a\\'{CARD}..."), "ValueError: cut off: …"),
        (ValueError("it isn't so, and wasn't"), "ValueError: it isn't so, and wasn't"),
        (OSError(f"no answer of https://eva:{CARD}@example.org/{CARD} at all"),
         "OSError: no answer of https://… at all"),
        (ValueError(f"first line\n{CARD}"), "ValueError: first line"),
        (ValueError(), "ValueError"),
        (asyncpg.UniqueViolationError(f"Key (card)=({CARD}) already exists."),
         "UniqueViolationError (23505): Key (card)=…"),
    ],
)  # fmt: skip
def test_a_failure_is_told_without_values(failure: BaseException, told: str) -> None:
    assert words(failure) == told


def test_a_long_text_is_cut_off() -> None:
    assert words(RuntimeError("'" + CARD * 10_000 + "'")) == "RuntimeError: …"
    assert len(words(RuntimeError("x" * 1_000))) == LENGTH_MAX + len("RuntimeError: ")


async def refused(url: str, statement: str, *given: object) -> Exception:
    """What PostgreSQL, or its driver, says of a statement."""
    connection = await asyncpg.connect(url)
    try:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as caught_:
            await connection.execute(statement, *given)
    finally:
        await connection.close()
    return caught_.value


async def test_what_postgresql_refuses_is_told_by_the_names_of_the_schema(database: Fresh) -> None:
    twice = "insert into api_client (client_id, name, role, recorded_at) select $1, $2, '', now()"
    twice += " from generate_series(1, 2)"
    found = await refused(database.owner_url, twice, uuid.UUID(int=4012001), CARD)
    assert "(00000000-0000-0000-0000-0000003d37e1)" in str(found)
    assert words(found) == (
        "UniqueViolationError (23505): duplicate key value violates unique constraint"
        ' "api_client_pkey"'
    )
    nameless = await refused(database.owner_url, "insert into outbox_shard (shard) values (null)")
    assert words(nameless) == (
        'NotNullViolationError (23502): null value in column "shard" of relation "outbox_shard"'
        " violates not-null constraint"
    )


async def test_what_is_no_value_of_a_type_is_told_without_it(database: Fresh) -> None:
    found = await refused(database.url, f"select '{CARD} x'::int")
    assert CARD in str(found)
    assert words(found) == (
        "InvalidTextRepresentationError (22P02): invalid input syntax for type integer: …"
    )


async def test_what_the_driver_cannot_send_is_told_without_it(database: Fresh) -> None:
    found = await refused(database.url, "select $1::int", CARD)
    assert CARD in str(found)
    assert CARD not in words(found)
    assert "$1" in words(found)


def test_what_led_to_a_failure_is_told_too() -> None:
    def fail() -> None:
        try:
            int(CARD + "x")
        except ValueError as failure:
            raise KeyError(CARD) from failure

    text = tell(caught(fail))
    assert CARD not in text
    assert text.index("ValueError: invalid literal") < text.index("which led to")
    assert text.endswith("KeyError: …")
    assert text.count("in fail\n") == 2


def test_what_is_hidden_by_from_none_is_not_told() -> None:
    def fail() -> None:
        try:
            int("x")
        except ValueError:
            raise KeyError(CARD) from None

    assert "ValueError" not in tell(caught(fail))


def test_all_of_a_group_are_told() -> None:
    def fail() -> None:
        raise ExceptionGroup("two", [KeyError(CARD), OSError(f"of '{CARD}'")])

    text = tell(caught(fail))
    assert CARD not in text
    assert [line for line in text.splitlines() if not line.startswith((" ", "Traceback"))] == [
        "ExceptionGroup: two (2 sub-exceptions)",
        "",
        "together with:",
        "",
        "KeyError: …",
        "",
        "together with:",
        "",
        "OSError: of …",
    ]


def test_an_endless_chain_has_an_end() -> None:
    def fail() -> None:
        raise ExceptionGroup("many", [KeyError() for _ in range(100)])

    assert tell(caught(fail)).count("\nKeyError") == CHAIN_MAX - 1


def test_a_terminal_is_told_the_same() -> None:
    info = caught(lambda: int(CARD + "x"))
    file = io.StringIO()
    tell_to(file, info)
    assert file.getvalue() == "\n" + tell(info)
