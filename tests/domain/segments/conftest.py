"""The shop of segments, for their noun."""

from tests.flows.conftest import segments, segments_published

__all__ = ["segments", "segments_published"]
