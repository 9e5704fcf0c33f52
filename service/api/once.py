"""Operations that are done once, however often they are sent: what they answer."""

from typing import Any, Final

from service.api.reply import Header, Reply, encode
from service.api.route import Answer

EARLIER: Final = "Done earlier under the same Idempotency-Key: the same answer."
REPLAYED: Final[tuple[Header, ...]] = ((b"idempotency-replayed", b"true"),)


def once(body: Any, *, replayed: bool, location: str | None = None) -> Reply:
    """201 when it was done now, with the address of what is new; 200 when it had been already."""
    if replayed:
        return Reply(200, encode(body), headers=REPLAYED)
    if location is None:
        return Reply(201, encode(body))
    return Reply(201, encode(body), headers=((b"location", location.encode()),))


def done_once(
    body: type[Any], now: str, earlier: str = EARLIER, *, located: bool = False
) -> dict[int, Answer]:
    """The same two answers as documented."""
    return {
        201: Answer(what=now, body=body, headers=("Location",) if located else ()),
        200: Answer(what=earlier, body=body, headers=("Idempotency-Replayed",)),
    }
