"""The shop of the verbs, for the jobs that call them."""

from tests.flows.conftest import empty_shop, published, shop

__all__ = ["empty_shop", "published", "shop"]
