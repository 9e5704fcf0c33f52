"""From messages of msgspec to JSON pointers."""

import pytest

from service.api.errors import InvalidBody
from service.api.pointers import field_error, pointer, shape_of
from service.api.strict import Strict
from service.domain.members.types import Enrol
from service.domain.purchases.types import PurchaseBatch, RecordPurchase


def found(given: type, raw: bytes) -> tuple[str | None, str]:
    """(pointer, detail) of what is wrong with a body."""
    with pytest.raises(InvalidBody) as refused:
        Strict(given).decode(raw)
    (error,) = refused.value.errors
    return error.pointer, error.detail


@pytest.mark.parametrize(
    ("raw", "where", "detail"),
    [
        (b"[]", "#", "expected `object`, got `array`"),
        (
            b'{"lines":[{"sku":"a","tax":{"b":1}}]}',
            "#/lines/0/tax/b",
            "is not a known field; known are rate, amount",
        ),
        (b'{"member":{"uuid":"x"}}', "#/member/uuid", "is not a known field; known are id"),
        (b'{"channel":"web"}', "#/currency", "is required"),
        (b'{"lines":[{"sku":"a"},{"amount":1}]}', "#/lines/1/sku", "is required"),
        (b'{"mode":"later"}', "#/mode", "is none of authorise, record"),
        (b'{"lines":[]}', "#/lines", "expected `array` of length >= 1"),
        (b'{"channel":""}', "#/channel", "expected `str` of length >= 1"),
        (b'{"member":{"id":"x"}}', "#/member/id", "invalid UUID"),
        (
            b'{"lines":[{"sku":"a","kind":"x"}]}',
            "#/lines/0/kind",
            "is none of goods, service, gift_card, deposit, donation, fee, shipping",
        ),
        (
            b'{"lines":[{"sku":"a","attributes":{"roast":5}}]}',
            "#/lines/0/attributes",
            "expected `str`, got `int`",
        ),
        (
            b'{"lines":[{"sku":"a","attributes":{"":"x"}}]}',
            "#/lines/0/attributes",
            "a key: expected `str` of length >= 1",
        ),
    ],
)
def test_the_field_is_named_by_a_pointer(raw: bytes, where: str, detail: str) -> None:
    assert found(RecordPurchase, raw) == (where, detail)


def test_an_item_of_a_batch_is_named() -> None:
    good = b'{"channel":"web","external_id":"1","currency":"EUR","lines":[{"sku":"a","amount":1}]}'
    bad = good.replace(b'"amount":1', b'"amount":-1')

    where, _ = found(PurchaseBatch, b'{"items":[%s,%s]}' % (good, bad))

    assert where == "#/items/1/lines/0/amount"


def test_an_unknown_field_with_a_strange_name_is_not_repeated() -> None:
    name = "x" * 65
    answer = ("#", "holds an unknown field; known are identifiers, profile, fields")
    assert found(Enrol, f'{{"{name}":1}}'.encode()) == answer
    assert found(Enrol, b'{"a\\u0000":1}') == answer


def test_an_unknown_field_of_the_whole_is_told_with_those_there_are() -> None:
    where, detail = found(RecordPurchase, b'{"foo":1}')

    named = detail.removeprefix("is not a known field; known are ").split(", ")
    assert (where, named) == ("#/foo", list(RecordPurchase.__struct_encode_fields__))


def test_a_message_of_an_unknown_form_is_passed_on_without_its_words() -> None:
    error = field_error("The card 4012001 is odd - at `$.member`", shape_of(RecordPurchase))

    assert (error.pointer, error.detail) == ("#/member", "is not valid")


def test_a_slash_and_a_tilde_in_a_key_are_escaped() -> None:
    assert pointer(["a/b", "c~d", "0"]) == "#/a~1b/c~0d/0"
    assert pointer([]) == "#"
