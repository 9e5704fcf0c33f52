"""The shop of the verbs, for the jobs that call them."""

from tests.flows.conftest import (
    clubs,
    clubs_published,
    empty_shop,
    moments,
    moments_published,
    published,
    shop,
)

__all__ = [
    "clubs",
    "clubs_published",
    "empty_shop",
    "moments",
    "moments_published",
    "published",
    "shop",
]
