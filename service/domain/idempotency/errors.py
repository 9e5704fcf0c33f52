"""What a caller can run into with idempotency keys."""

from service.kernel.errors import Conflict, Invalid, Unprocessable


class IdempotencyKeyReused(Unprocessable):
    """This Idempotency-Key was used for another request; send a new key with new content."""


class IdempotencyKeyInUse(Conflict):
    """A request with this Idempotency-Key is under way; send it again in a moment."""


class IdempotencyKeyMissing(Invalid):
    """This request moves value and needs an Idempotency-Key header."""

    def detail(self) -> str:
        """How to choose one."""
        return "send Idempotency-Key: a new id for each act, the same one whenever you repeat it"
