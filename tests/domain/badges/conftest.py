"""The shop with rules beyond purchases."""

from tests.flows.conftest import moments

__all__ = ["moments"]
