"""How many requests of one client are at work at once. Pure."""

import uuid


class AtOnce:
    """Counts by client; one that has nothing at work takes no room."""

    __slots__ = ("_at_work", "requests_max")

    def __init__(self, requests_max: int) -> None:
        self.requests_max = requests_max
        self._at_work: dict[uuid.UUID, int] = {}

    def enter(self, client_id: uuid.UUID) -> bool:
        """False, and nothing is counted, when the client has as many as it may."""
        count = self._at_work.get(client_id, 0)
        if count >= self.requests_max:
            return False
        self._at_work[client_id] = count + 1
        return True

    def leave(self, client_id: uuid.UUID) -> None:
        """One that entered was answered."""
        count = self._at_work[client_id]
        if count == 1:
            del self._at_work[client_id]
        else:
            self._at_work[client_id] = count - 1

    def __len__(self) -> int:
        return len(self._at_work)
