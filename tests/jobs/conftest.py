"""The shop of the verbs, for the jobs that call them."""

from tests.flows.conftest import clubs, empty_shop, moments, outward, receiver, shop

__all__ = ["clubs", "empty_shop", "moments", "outward", "receiver", "shop"]
