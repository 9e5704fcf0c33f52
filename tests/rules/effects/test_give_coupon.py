"""Coupons given, as they are stored."""

import msgspec

from service.rules.effects import Effect, GiveCoupon
from tests.rules.builders import gives


def test_a_coupon_given_is_stored_with_its_tag_and_read_back() -> None:
    stored = msgspec.to_builtins(gives("THANKS10"))
    assert stored == {"do": "coupon", "at": "$", "template": "THANKS10"}
    assert msgspec.convert(stored, Effect) == GiveCoupon(at="$", template="THANKS10")
