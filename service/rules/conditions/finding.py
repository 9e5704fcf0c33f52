"""What became of one condition: the node of an explanation."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`at` is the path in the program file. A leaf says what it wanted and got; logic has parts.

    Texts show canonical values: money in minor units, quantities in thousandths, tiers by id.
    """

    ok: bool
    at: str
    want: str | None = None
    got: str | None = None
    of: "tuple[Finding, ...]" = ()
