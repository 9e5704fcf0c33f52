"""Sizes, names and words of the code."""

import ast
import pathlib
import re
from collections.abc import Iterator
from typing import Final

import pytest

ROOT: Final = pathlib.Path(__file__).parents[2]
FUNCTION_LINES_MAX: Final = 70
FILE_LINES_MAX: Final = 400
BANNED_MODULES: Final = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}
UNFINISHED: Final = re.compile(r"\b(FIXME|TODO)\b|(#|--).*\b(XXX|HACK)\b")
# Words of other vocabularies; ours are in the glossary of the design.
BANNED_WORDS: Final = {
    *("customer", "user", "voucher", "promo", "promotion", "ruleset", "perk", "refund"),
    *("bucket", "burn", "coupon_code", "simulate"),
}
ALLOWED: Final = {"Refund", "refund"}  # of a shop's money, on a return
# A test mirrors the file of the same path; these hold what is true of the whole.
OWN_FOLDERS: Final = {"laws", "stories", "bench", "oracle", "model", "faults", "fuzz"}
# Tests of what has no file of its own: how several files work together.
WITHOUT_A_FILE: Final = {
    "api/test_demo.py",
    "api/test_schemathesis.py",
    "api/test_signed_in.py",
    "commands/test_abuse.py",
    "domain/budgets/test_shares.py",
    "domain/wallets/test_book_checkout.py",
    "domain/wallets/test_book_machine.py",
    "domain/wallets/test_walls.py",
    "flows/delivering/test_connectors.py",
    "flows/delivering/test_crossing_runs.py",
    "flows/delivering/test_failing_at_one.py",
    "flows/delivering/test_moods.py",
    "flows/members/test_merged_chains.py",
    "flows/members/test_merged_identifiers.py",
    "flows/members/test_merged_operations.py",
    "flows/members/test_merged_repeats.py",
    "flows/members/test_merged_rows.py",
    "flows/test_club_races.py",
    "flows/test_code_races.py",
    "flows/test_concurrency.py",
    "flows/test_counter_races.py",
    "flows/test_desk_walks.py",
    "flows/test_everything_comes_back.py",
    "flows/test_hold_time_outs.py",
    "verify/test_restored.py",
    "flows/test_holds_of_guests.py",
    "flows/test_holds_and_limits.py",
    "flows/test_late_and_claimed.py",
    "flows/test_merge_races.py",
    "flows/test_overdue_captures.py",
    "flows/test_regressions.py",
    "flows/test_return_races.py",
    "rules/test_plan_of_segments.py",
    "verify/test_card_payments.py",
    "verify/test_checkouts.py",
    "verify/test_moves.py",
}


def sources(*folders: str) -> list[pathlib.Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def long_functions(text: str) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]


def names(text: str) -> Iterator[str]:
    """Names that the source gives: classes, functions, arguments, fields and variables."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def words(name: str) -> set[str]:
    """`RefundGiven`, `refund_given`, `refunds` -> refund, …"""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    return {part.removesuffix("s") for part in parts} | set(parts)


def foreign_words(text: str) -> set[str]:
    return {name for name in names(text) if words(name) & BANNED_WORDS} - ALLOWED


def test_files_and_functions_are_short() -> None:
    found = []
    for path in sources("service", "tests"):
        text = path.read_text()
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            found.append(f"{path.relative_to(ROOT)}: {lines} lines")
        found += [f"{path.relative_to(ROOT)}: {name}" for name in long_functions(text)]
    assert found == []


def test_a_long_function_would_be_seen() -> None:
    body = "    pass\n"
    assert long_functions("def f():\n" + body * FUNCTION_LINES_MAX) == ["f"]
    assert long_functions("async def f():\n" + body * (FUNCTION_LINES_MAX - 1)) == []


def test_nothing_is_left_for_later() -> None:
    folders = ("service", "tests", "sql")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    texts = {path: path.read_text() for path in paths if path.suffix in {".py", ".sql", ".yaml"}}
    unfinished = {path for path, text in texts.items() if UNFINISHED.search(text)}
    assert unfinished == {pathlib.Path(__file__)}  # where the words are


def test_a_module_is_named_for_its_subject() -> None:
    found = [path for path in sources("service", "tests") if path.stem in BANNED_MODULES]
    assert found == []


def test_names_are_of_our_vocabulary() -> None:
    found = {path: foreign_words(path.read_text()) for path in sources("service")}
    assert {str(path.relative_to(ROOT)): bad for path, bad in found.items() if bad} == {}


@pytest.mark.parametrize(
    "text",
    [
        "class RefundGiven: ...",
        "def for_customers(): ...",
        "def f(user): ...",
        "class A:\n    voucher_count: int = 0",
    ],
)
def test_a_foreign_word_would_be_seen(text: str) -> None:
    assert foreign_words(text)


def test_a_test_lies_where_what_it_tests_lies() -> None:
    tests = [path.relative_to(ROOT / "tests") for path in sources("tests")]
    mirrored = [path for path in tests if path.parts[0] not in OWN_FOLDERS]
    found = []
    for path in mirrored:
        if not path.name.startswith("test_") or str(path) in WITHOUT_A_FILE:
            continue
        name = path.stem.removeprefix("test_")
        tested = ROOT / "service" / path.parent
        if not ((tested / f"{name}.py").is_file() or (tested / name).is_dir()):
            found.append(str(path))
    assert mirrored
    assert found == []
