"""What a caller can run into with segments."""

from service.kernel.errors import NotFound


class SegmentNotFound(NotFound):
    """The program in force has no such segment."""
