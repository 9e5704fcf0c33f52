"""`coupon: {template: THANKS10}`: a personal coupon goes into the member's list."""

import msgspec


class GiveCoupon(
    msgspec.Struct, frozen=True, kw_only=True, tag="coupon", tag_field="do", omit_defaults=True
):
    """`template`: id of a personal coupon template of the program."""

    at: str
    template: str
