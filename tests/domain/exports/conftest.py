"""A shop, as the tests of flows have it."""

from tests.flows.conftest import shop

__all__ = ["shop"]
