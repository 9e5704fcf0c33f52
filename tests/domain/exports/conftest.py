"""A shop, as the tests of flows have it."""

from tests.flows.conftest import published, shop

__all__ = ["published", "shop"]
