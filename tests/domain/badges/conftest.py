"""The shop with rules beyond purchases."""

from tests.flows.conftest import moments, moments_published

__all__ = ["moments", "moments_published"]
