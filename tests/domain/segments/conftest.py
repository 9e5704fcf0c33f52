"""The shop of segments, for their noun."""

from tests.flows.conftest import segments

__all__ = ["segments"]
