"""`invite: {club: roasters}`: the program offers the member a seat in a club."""

import msgspec


class InviteToClub(
    msgspec.Struct, frozen=True, kw_only=True, tag="invite", tag_field="do", omit_defaults=True
):
    """`club`: id of a club of the program."""

    at: str
    club: str
