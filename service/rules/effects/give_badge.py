"""`badge: {badge: explorer}`: the member has got it, once."""

import msgspec


class GiveBadge(
    msgspec.Struct, frozen=True, kw_only=True, tag="badge", tag_field="do", omit_defaults=True
):
    """`badge`: id of a badge of the program."""

    at: str
    badge: str
