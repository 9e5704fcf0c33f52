"""Shops of the flows, whose members are erased here."""

from tests.flows.conftest import desk, desk_published, empty_shop

__all__ = ["desk", "desk_published", "empty_shop"]
