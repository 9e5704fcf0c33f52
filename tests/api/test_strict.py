"""What two readers of JSON could understand differently is refused."""

import json
import uuid
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.errors import InvalidBody
from service.api.strict import DEPTH_MAX, Strict, depth
from service.domain.members.types import Enrol
from service.domain.programs.types import ProgramSource
from service.domain.purchases.types import PurchaseBatch, RecordPurchase
from service.kernel.text import Instant


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    """A part."""

    text: str = ""
    number: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    at: Instant | None = None


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    """A whole."""

    name: str = ""
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    free: dict[str, str] = {}


class Loop(msgspec.Struct):
    """Holds itself."""

    inner: "Loop | None" = None


class Open(msgspec.Struct):
    """Holds anything."""

    inner: Any = None


OUTER = Strict(Outer)
LAYOUT = Strict(Outer, layout=True)


def refused(raw: bytes, strict: Strict[Any] = OUTER) -> tuple[str | None, str]:
    """(pointer, detail) of the one error of a body."""
    with pytest.raises(InvalidBody) as found:
        strict.decode(raw)
    (error,) = found.value.errors
    return error.pointer, error.detail


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b'{"name":"a","name":"b"}', "name"),
        (b'{"name":"a","name":"a"}', "name"),
        (b'{"name":"a", "inner": {}, "name" : "b"}', "name"),
        (b'{"inner":{"number":1,"number":1}}', "number"),
        (b'{"many":[{"text":"x"},{"text":"x","number":0,"text":"y"}]}', "text"),
        (b'{"free":{"k":"1","k":"2"}}', "k"),
        (b'{"free":{"a\\"b":"1","a\\"b":"2"}}', 'a"b'),
        (b'{"name":"a","n\\u0061me":"b"}', "name"),
        (b'{"free":{"caf\xc3\xa9":"1","caf\\u00e9":"2"}}', "café"),
        (b'{"free":{"":"1","":"2"}}', ""),
    ],
)
def test_a_key_that_occurs_twice_in_one_object_is_refused(raw: bytes, key: str) -> None:
    assert refused(raw) == ("#", f"the key '{key}' occurs twice in one object")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"name":"name","free":{"name":"name"}}',
        b'{"many":[{"text":"x"},{"text":"x"}]}',
        b'{"name":"a \\" quote \\\\","free":{"a\\"b":"\\"","a\\\\b":"\\\\\\""}}',
        b'{"free":{"e\xcc\x81":"1","\xc3\xa9":"2"}}',  # two forms of one letter are two keys
        b'{"name":"\\u0022\\u005c\\/"}',
        b' {\n"name" :\t"x" }\r\n',
        b"{}",
    ],
)
def test_a_body_without_duplicates_is_taken(raw: bytes) -> None:
    assert OUTER.decode(raw) == msgspec.convert(json.loads(raw), Outer)


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
_KEY = st.sampled_from(["a", "b", 'q"', "back\\", "é", "\U0001f600"])


@given(st.lists(st.tuples(_KEY, _TEXT), max_size=6), st.sampled_from(["escaped", "plain"]))
def test_duplicates_are_found_exactly_as_a_plain_reader_finds_them(
    pairs: list[tuple[str, str]], how: str
) -> None:
    escaped = how == "escaped"
    written = ",".join(
        f"{json.dumps(key, ensure_ascii=escaped)}:{json.dumps(text, ensure_ascii=escaped)}"
        for key, text in pairs
    )
    raw = f'{{"free":{{{written}}}}}'.encode()
    if len({key for key, _ in pairs}) == len(pairs):
        assert OUTER.decode(raw).free == dict(pairs)
    else:
        assert "twice" in refused(raw)[1]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"name":"a\\u0000"}',
        b'{"name":"\\u001F"}',
        b'{"name":"\\n"}',
        b'{"name":"\\b"}',
        b'{"name":"\x7f"}',
        b'{"name":"\\u007f"}',
        b'{"name":"\xc2\x85"}',
        b'{"name":"\\u0085"}',
        b'{"free":{"k\\u0000":"v"}}',
        b'{"free":{"k":"\\t"}}',
        b'{"name":"\\\\\\u0000"}',
    ],
)
def test_control_characters_are_refused_however_they_are_written(raw: bytes) -> None:
    assert refused(raw) == ("#", "control characters are not allowed")


@pytest.mark.parametrize("raw", [b'{"name":"a\x00"}', b'{"name":"a\n"}', b'{"name":"\t"}'])
def test_raw_control_characters_are_no_json(raw: bytes) -> None:
    assert refused(raw) == ("#", "is not valid JSON")


@pytest.mark.parametrize("text", ["\\u0000", "\\\\n", "no", "\\u00e9", "\xa0", "Â"])
def test_what_only_looks_like_an_escape_is_taken(text: str) -> None:
    raw = json.dumps({"name": text}, ensure_ascii=False).encode()

    assert OUTER.decode(raw).name == text


def test_a_program_file_may_hold_line_breaks_and_tabs_and_nothing_worse() -> None:
    assert LAYOUT.decode(b'{"name":"a\\n\\tb\\r\\u000a"}').name == "a\n\tb\r\n"
    assert refused(b'{"name":"\\u0000"}', LAYOUT)[1] == "control characters are not allowed"
    assert refused(b'{"name":"\\b"}', LAYOUT)[1] == "control characters are not allowed"


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b'{"name":"\xff"}', "the text is not valid UTF-8"),
        (b'{"\xc3":1}', "the text is not valid UTF-8"),
        (b'{"name":"\xed\xa0\x80"}', "the text is not valid UTF-8"),
        (b'{"name":"\\ud800"}', "is not valid JSON"),
        (b'{"name":"\\ud800 and more"}', "is not valid JSON"),
        (b'{"name":"\\ude00\\ud83d"}', "is not valid JSON"),
        (b"\xef\xbb\xbf{}", "is not valid JSON"),
        (b"{} {}", "is not valid JSON"),
        (b"{},", "is not valid JSON"),
        (b"", "is not valid JSON"),
        (b"   ", "is not valid JSON"),
        (b'{"name":NaN}', "is not valid JSON"),
        (b'{"name":"a"', "is not valid JSON"),
        (b"{'name':'a'}", "is not valid JSON"),
    ],
)
def test_what_is_not_json_in_utf8_is_refused(raw: bytes, detail: str) -> None:
    assert refused(raw) == ("#", detail)


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (b"1.0", "expected `int`, got `float`"),
        (b"1e2", "expected `int`, got `float`"),
        (b'"1"', "expected `int`, got `str`"),
        (b"true", "expected `int`, got `bool`"),
        (b"null", "expected `int`, got `null`"),
        (b"-1", "expected `int` >= 0"),
        (b"1001", "expected `int` <= 1000"),
        (b"9223372036854775808", "expected `int` <= 1000"),
        (b"1" + b"0" * 40, "expected `int` <= 1000"),
        (b"1" * 5000, "integer value out of range"),
        (b"1e400", "number out of range"),
    ],
)
def test_a_number_is_a_whole_number_within_its_bounds(value: bytes, detail: str) -> None:
    assert refused(b'{"inner":{"number":%s}}' % value) == ("#/inner/number", detail)


@pytest.mark.parametrize("value", [b"0", b"-0"])
def test_zero_is_zero(value: bytes) -> None:
    found = OUTER.decode(b'{"inner":{"number":%s}}' % value).inner

    assert found is not None
    assert found.number == 0


@pytest.mark.parametrize(
    ("at", "detail"),
    [
        ("2026-11-22T10:00:00", "expected `datetime` with a timezone component"),
        ("2026-11-22T10:00:00+24:00", "invalid RFC3339 encoded datetime"),
        ("2026-02-30T10:00:00Z", "invalid RFC3339 encoded datetime"),
        ("2026-11-22", "invalid RFC3339 encoded datetime"),
        ("2016-12-31T23:59:60Z", "invalid RFC3339 encoded datetime"),
        ("9999-12-31T23:59:59-23:59", "is not between the years 2000 and 2100"),
        ("0001-01-01T00:00:00+23:59", "is not between the years 2000 and 2100"),
        ("1999-12-31T23:59:59.999999Z", "is not between the years 2000 and 2100"),
        ("2100-01-01T00:00:00Z", "is not between the years 2000 and 2100"),
    ],
)
def test_an_instant_has_an_offset_and_lies_in_this_century(at: str, detail: str) -> None:
    raw = json.dumps({"many": [{}, {"at": at}]}).encode()

    assert refused(raw) == ("#/many/1/at", detail)


@pytest.mark.parametrize("at", ["2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999999+00:00"])
def test_the_first_and_the_last_instant_are_taken(at: str) -> None:
    assert OUTER.decode(json.dumps({"inner": {"at": at}}).encode()).inner is not None


@pytest.mark.parametrize("opening", [b"[", b'{"inner":', b'{"free":{"a":', b'{"x":['])
def test_nesting_of_a_hundred_thousand_levels_is_refused(opening: bytes) -> None:
    refused(opening * 100_000)
    refused(b'{"unknown":' + opening * 100_000)


def test_a_type_that_could_be_nested_without_end_is_no_type_of_a_body() -> None:
    for given_type in (Loop, Open):
        with pytest.raises(TypeError, match="nested deeper"):
            Strict(given_type)


@pytest.mark.parametrize(
    ("given_type", "levels"),
    [(RecordPurchase, 4), (PurchaseBatch, 6), (Enrol, 3), (ProgramSource, 1)],
)
def test_how_deep_a_body_can_be_follows_from_its_type(given_type: type, levels: int) -> None:
    assert depth(msgspec.inspect.type_info(given_type)) == levels
    assert levels <= DEPTH_MAX


def test_no_value_that_was_sent_comes_back_in_an_error() -> None:
    secret = "SECRET-" + uuid.uuid5(uuid.NAMESPACE_DNS, "x").hex
    strict = Strict(RecordPurchase)
    bodies = [
        {"mode": secret},
        {"channel": [secret]},
        {"currency": secret},
        {"occurred_at": secret},
        {"member": {"id": secret}},
        {"lines": [{"sku": "a", "kind": secret}]},
        {"lines": [{"sku": "a", "quantity": secret}]},
        {"member": [{"kind": secret, "value": "a"}]},
    ]
    for body in bodies:
        pointer, detail = refused(json.dumps(body).encode(), strict)
        assert secret not in f"{pointer} {detail}"


PURCHASE = Strict(RecordPurchase)
ODD = [b'"', b"\\u0000", b"\\", b"[[", b"{}", b"1e999", b"\xff"]
WHOLE = json.dumps(
    {
        "channel": "web",
        "external_id": "order-1",
        "occurred_at": "2026-11-22T10:00:00Z",
        "currency": "EUR",
        "member": [{"kind": "card", "value": "4012001"}],
        "lines": [{"sku": "a", "amount": 1200, "quantity": "0.5", "attributes": {"roast": "dark"}}],
    }
).encode()


@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 12),
    st.binary(max_size=6) | st.sampled_from(ODD),
)
def test_a_purchase_with_a_few_bytes_changed_is_a_purchase_or_an_invalid_body(
    at: int, length: int, other: bytes
) -> None:
    raw = WHOLE[:at] + other + WHOLE[at + length :]
    try:
        found = PURCHASE.decode(raw)
    except InvalidBody:
        return
    assert json.loads(raw)["external_id"] == found.external_id


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_an_invalid_body(raw: bytes) -> None:
    try:
        found = OUTER.decode(raw)
    except InvalidBody:
        return
    assert isinstance(found, Outer)
