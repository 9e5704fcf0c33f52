"""Badges: what a member has got once and keeps."""

from service.kernel.texts import Described


class Badge(Described, frozen=True, kw_only=True, omit_defaults=True):
    """`number` is given at publish and never reused."""

    id: str
    number: int = 0
