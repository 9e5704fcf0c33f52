"""What a caller can run into with the audit."""

from service.kernel.errors import NotFound, Unavailable


class AuditActNotFound(NotFound):
    """There is no act of this id."""


class AuditDayNotFound(NotFound):
    """The day is not closed, or nothing was written before its end."""


class AuditDayOver(Unavailable):
    """The day was closed while this was being done: nothing was written, ask again."""
