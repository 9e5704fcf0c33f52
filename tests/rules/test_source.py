"""The text of a program file to values with places."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.source import DEPTH_MAX, SIZE_MAX, Flaw, Leaf, Mapping, Mark, Sequence, parse


def root(text: str | bytes) -> object:
    source = parse(text)
    assert source.flaws == ()
    return source.root


def leaves(text: str) -> dict[str, object]:
    found = root(text)
    assert isinstance(found, Mapping)
    return {key: node.value for key, (_, node) in found.entries.items() if isinstance(node, Leaf)}


def flaws(text: str | bytes) -> list[str]:
    return [f"{f.mark.line}:{f.mark.col}: {f.message}" for f in parse(text).flaws]


def test_only_true_false_null_and_plain_numbers_are_not_text() -> None:
    text = """
        a: true
        b: false
        c: null
        d:
        e: 1_000_000
        f: 1.50
        g: text
    """
    assert leaves(text) == {
        "a": True,
        "b": False,
        "c": None,
        "d": None,
        "e": 1_000_000,
        "f": Fraction(3, 2),
        "g": "text",
    }


@pytest.mark.parametrize(
    "word",
    ["on", "off", "yes", "no", "True", "NULL", "~", "11:00", "06:00", "2026-09-01", "010", "1e3"],
)
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(word: str) -> None:
    assert leaves(f"{word}: {word}") == {word: word}


def test_quoted_and_block_text_is_text() -> None:
    assert leaves("a: '1'\nb: \"true\"\nc: |\n  5\n") == {"a": "1", "b": "true", "c": "5\n"}


def test_every_key_and_value_knows_its_place() -> None:
    found = root("# first\nżółw: {é: [x,\n  y]}\n")
    assert isinstance(found, Mapping)
    mark, inner = found.entries["żółw"]
    assert (found.mark, mark) == (Mark(2, 1), Mark(2, 1))
    assert isinstance(inner, Mapping)
    mark, items = inner.entries["é"]
    assert (inner.mark, mark) == (Mark(2, 7), Mark(2, 8))
    assert isinstance(items, Sequence)
    assert items == Sequence(Mark(2, 11), [Leaf(Mark(2, 12), "x", "x"), Leaf(Mark(3, 3), "y", "y")])


def test_json_is_read_exactly() -> None:
    found = leaves('{"a": 0.1, "b": "x\\u0142", "c": true, "d": "a\\/b"}')
    assert found == {"a": Fraction(1, 10), "b": "xł", "c": True, "d": "a/b"}


def test_a_byte_order_mark_and_windows_lines_do_no_harm() -> None:
    assert root(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n") == root("a: 1\nb: 2\n")


def test_duplicate_keys_are_told_with_both_places_and_the_first_counts() -> None:
    source = parse("a: 1\nb: 2\na: {a: 1, a: 2}\n")
    assert source.flaws == (
        Flaw(Mark(3, 1), "duplicate key 'a', first at 1:1"),
        Flaw(Mark(3, 11), "duplicate key 'a', first at 3:5"),
    )
    assert isinstance(source.root, Mapping)
    assert source.root.entries["a"][1] == Leaf(Mark(1, 4), "1", 1)


def test_anchors_and_tags_are_told_and_read_over() -> None:
    assert flaws("a: &x 1\nb: !!str 2\nc: !x [1]\nd: &y {}\n") == [
        "1:4: anchors are not allowed: leave out '&x'",
        "2:4: tags are not allowed: leave out 'tag:yaml.org,2002:str'",
        "3:4: tags are not allowed: leave out '!x'",
        "4:4: anchors are not allowed: leave out '&y'",
    ]


def test_a_file_with_aliases_has_no_tree() -> None:
    source = parse("a: &x [1]\nb: *x\n")
    assert source.root is None
    assert [flaw.message for flaw in source.flaws] == [
        "anchors are not allowed: leave out '&x'",
        "aliases are not allowed: write '*x' out",
    ]


def test_billion_laughs_are_refused_without_being_told() -> None:
    text = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert parse(text).root is None


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "[{a: "])
def test_nesting_is_bounded_before_anything_is_built(opening: str) -> None:
    source = parse(opening * (200_000 // len(opening)))
    assert source.root is None
    assert source.flaws[-1].message == f"more than {DEPTH_MAX} lists and mappings inside each other"


def test_nesting_up_to_the_bound_is_read() -> None:
    assert isinstance(root("[" * DEPTH_MAX + "]" * DEPTH_MAX), Sequence)


def test_size_is_bounded_in_bytes() -> None:
    assert root("a: 1\n" + "#" * (SIZE_MAX - 5)) is not None
    assert flaws("ł" * (SIZE_MAX // 2) + "a") == [
        f"1:1: the file has {SIZE_MAX + 1} bytes, at most {SIZE_MAX} are read"
    ]


def test_invalid_utf_8_is_told_where_it_stands() -> None:
    assert flaws("a: ł\nb: ".encode() + b"\xff") == ["2:4: the file is not valid UTF-8"]
    assert flaws("a: \ud800") == ["1:4: the file is not valid UTF-8"]


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("a: \x00", "1:4: the character U+0000 is not allowed"),
        ("a: 1\nb:\x7f", "2:3: the character U+007F is not allowed"),
        ("a: x\u2028y", "1:5: the character U+2028 is not allowed"),
        ('a: "x\\0"', "1:4: the character U+0000 is not allowed"),
        ('"\\e": 1', "1:1: the character U+001B is not allowed"),
    ],
)
def test_control_characters_are_refused_written_or_escaped(text: str, flaw: str) -> None:
    assert flaws(text) == [flaw]


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", "1:1: the file is empty"),
        ("# nothing\n", "1:1: the file is empty"),
        ("a: 1\n---\nb: 1\n", "2:1: expected one document, found another"),
        ("? [a]\n: 1\n", "1:3: expected a key of plain text"),
        ("a: [1\nb: 2", "2:2: not valid YAML while parsing a flow sequence: did not find expected"),
        ("a: 1\n\tb: 2", "2:1: not valid YAML while scanning a plain scalar: found a tab"),
        ('a: "\\q"', "1:5: not valid YAML while parsing a quoted scalar: found unknown escape"),
    ],
)
def test_broken_yaml_is_told_where_it_breaks(text: str, flaw: str) -> None:
    (told,) = flaws(text)
    assert told.startswith(flaw)


def test_flaws_are_bounded() -> None:
    source = parse("\n".join(f"a{n}: &x 1" for n in range(1000)))
    assert source.root is None
    assert len(source.flaws) == 51
    assert source.flaws[-1].message == "too many such problems: reading stops here"


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_bytes_and_any_text_give_a_tree_or_flaws(text: bytes | str) -> None:
    source = parse(text)
    assert source.root is not None or source.flaws


@given(st.text(alphabet="[]{}:,-?&*!|>'\"%@`#\n\t ab10", max_size=60))
def test_any_yaml_punctuation_gives_a_tree_or_flaws(text: str) -> None:
    source = parse(text)
    assert source.root is not None or source.flaws
