"""Shops of the flows, whose members are erased here."""

from tests.flows.conftest import desk, empty_shop

__all__ = ["desk", "empty_shop"]
