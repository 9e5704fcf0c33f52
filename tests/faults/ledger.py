"""What is there in the end: rows, events, the streams of Redis, what the receiver got."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from service.domain.events.outbox import SHARDS
from service.domain.relays.streams import key_of
from service.verify.look import load_programs
from tests.faults.history import Balance, Sort
from tests.faults.place import Place

# (type of event, what names it there) -> what it is the first event of
_NAMES: Final = {
    "regulars.purchase.recorded.v1": ("purchase_id", Sort.PURCHASE),
    "regulars.purchase.returned.v1": ("return_id", Sort.RETURN),
    "regulars.points.held.v1": ("hold_id", Sort.HOLD),
    "regulars.hold.released.v1": ("hold_id", Sort.RELEASE),
    "regulars.points.adjusted.v1": ("operation_id", Sort.ADJUSTMENT),
    "regulars.reward.redeemed.v1": ("redemption_id", Sort.REDEMPTION),
}
_ROWS: Final = {
    Sort.PURCHASE: "select external_id, purchase_id, holder_id from purchase",
    Sort.RETURN: "select external_id, return_id, holder_id from purchase_return",
    Sort.HOLD: "select checkout, hold_id, holder_id from hold where channel <> ''",
    Sort.RELEASE: "select checkout, hold_id, holder_id from hold where state = 2",
    Sort.ADJUSTMENT: "select note, op_id, holder_id from operation where kind = 1",
    # the key of one stands beside the answer that is kept for it, if it is kept
    Sort.REDEMPTION: (
        "select i.key, r.redemption_id, r.holder_id from redemption r left join idem i"
        " on convert_from(i.body, 'utf8')::jsonb ->> 'id' = r.redemption_id::text"
    ),
}
_EVENTS: Final = (
    "select holder_id, version, shard, pub_seq, event_id, type, body, recorded_at from outbox"
    " order by holder_id, version"
)
_ENTRIES: Final = (
    "select holder_id, wallet, after, recorded_at from entry order by holder_id, wallet, seq"
)
_WALLETS: Final = "select holder_id, wallet, posted, pending, held, debt from wallet"


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation did. `versions`: of the events that say so. `key` None: nobody's."""

    sort: Sort
    key: str | None
    id: str
    member: str
    versions: tuple[int, ...]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the outbox. `changes`: by wallet, of posted, pending, held and debt."""

    member: str
    version: int
    shard: int
    place: int | None
    id: str
    at: dt.datetime
    changes: dict[str, tuple[int, int, int, int]] = {}


class Told(msgspec.Struct, frozen=True):
    """An event that went out. `place`: of its shard's stream; a receiver is told none."""

    id: str
    member: str
    version: int
    place: int = 0


class Found(msgspec.Struct, kw_only=True):
    """All of it. `posted`: by member and wallet, the sums after entries, in their order."""

    effects: list[Effect]
    events: list[Event]
    posted: dict[tuple[str, str], list[tuple[dt.datetime, int]]]
    wallets: dict[tuple[str, str], Balance]
    streams: dict[int, list[Told]]
    came: list[Told]


async def look(place: Place) -> Found:
    """Read everything, past the proxy."""
    programs = await load_programs(place.url)
    named = {number: wallet.id for number, wallet in programs.wallets.items()}
    rows = [(row, msgspec.json.decode(row["body"])) for row in await place.rows(_EVENTS)]
    versions: dict[tuple[Sort, str], list[int]] = {}
    for row, body in rows:
        field, sort = _NAMES.get(row["type"], ("", None))
        if sort is not None:
            versions.setdefault((sort, body["data"][field]), []).append(row["version"])
    return Found(
        effects=[
            Effect(
                sort=sort, key=key, id=str(id_), member=str(holder),
                versions=tuple(versions.get((sort, str(id_)), ())),
            )
            for sort, statement in _ROWS.items()
            for key, id_, holder in await place.rows(statement)
        ],
        events=[_event(row, body) for row, body in rows],
        posted=_sums(await place.rows(_ENTRIES), named),
        wallets={
            (str(holder), named[number]): Balance(posted - pending - held, pending, held, debt)
            for holder, number, posted, pending, held, debt in await place.rows(_WALLETS)
        },
        streams=_streams(place),
        came=[told(came.event) for came in place.receiver.came],
    )  # fmt: skip


def _event(row: Any, body: dict[str, Any]) -> Event:
    changes: dict[str, tuple[int, int, int, int]] = {}
    for one in body["data"].get("changes", ()):
        more = (one["amount"], one["pending"], one.get("held", 0), one["debt"])
        had = changes.get(one["wallet"], (0, 0, 0, 0))
        a, b, c, d = (x + y for x, y in zip(had, more, strict=True))
        changes[one["wallet"]] = (a, b, c, d)
    return Event(
        member=str(row["holder_id"]), version=row["version"], shard=row["shard"],
        place=row["pub_seq"], id=str(row["event_id"]), at=row["recorded_at"], changes=changes,
    )  # fmt: skip


def _sums(
    rows: Iterable[Any], named: dict[int, str]
) -> dict[tuple[str, str], list[tuple[dt.datetime, int]]]:
    found: dict[tuple[str, str], list[tuple[dt.datetime, int]]] = {}
    for holder, number, after, at in rows:
        found.setdefault((str(holder), named[number]), []).append((at, after))
    return found


def _streams(place: Place) -> dict[int, list[Told]]:
    """Every shard's, whole."""
    found = {}
    with place.redis.client() as client:
        for shard in range(SHARDS):
            entries: Any = client.xrange(key_of(shard))
            found[shard] = [
                told(msgspec.json.decode(fields[b"event"]), int(at.split(b"-")[0]))
                for at, fields in entries
            ]
    return found


def told(event: dict[str, Any], place: int = 0) -> Told:
    """What an event says of itself."""
    return Told(event["id"], event["partitionkey"], int(event["sequence"]), place)
