"""Discounts as they are stored."""

import msgspec

from service.rules.decision import Target
from service.rules.effects import Bundle, Discount, Effect
from tests.rules.builders import by, discount, percent


def test_a_discount_is_stored_with_its_tag_and_without_defaults() -> None:
    assert msgspec.to_builtins(percent(10)) == {"do": "discount", "at": "$", "percent": (10, 100)}
    assert (percent(10).on, percent(10).stackable) == (Target.ITEMS, True)


def test_every_way_is_read_back_as_it_was() -> None:
    bundle = Bundle(2, 1, by("category", "cake"))
    ways: list[Discount] = [
        percent(10, most=500, exclusive_group="g", stackable=False),
        discount(amount=500, on=Target.SHIPPING),
        discount(unit_price=199, where=by("sku", "a")),
        discount(bundle=bundle, where=by("category", "coffee")),
        discount(bundle=Bundle(0, 1)),
    ]
    for one in ways:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Effect) == one
