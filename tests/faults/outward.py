"""What went out against the outbox: streams whole and in order, deliveries in each member's order.

Each check answers in words what is wrong.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.faults.ledger import Event, Told


def outbox(events: Sequence[Event]) -> Iterator[str]:
    """I4: of each member 1..version, of each shard 1..last, and a member's in the same order."""
    of_member: defaultdict[str, list[Event]] = defaultdict(list)
    of_shard: defaultdict[int, list[int]] = defaultdict(list)
    for event in events:
        of_member[event.member].append(event)
        if event.place is None:
            yield f"outbox: {event.member} {event.version} has no place"
        else:
            of_shard[event.shard].append(event.place)
    for member, theirs in of_member.items():
        theirs.sort(key=lambda one: one.version)
        if [one.version for one in theirs] != [*range(1, len(theirs) + 1)]:
            yield f"outbox: {member} has gaps in its versions"
        placed = [one.place for one in theirs if one.place is not None]
        if placed != sorted(placed):
            yield f"outbox: {member} is placed out of order"
    for shard, places in of_shard.items():
        if sorted(places) != [*range(1, len(places) + 1)]:
            yield f"outbox: shard {shard} has gaps in its places"


def streams(events: Sequence[Event], found: Mapping[int, Sequence[Told]]) -> Iterator[str]:
    """Each shard's stream is the shard: every event once, in order."""
    wanted: defaultdict[int, list[Told]] = defaultdict(list)
    for event in events:
        wanted[event.shard].append(Told(event.id, event.member, event.version, event.place or 0))
    for shard in sorted({*wanted, *found}):
        want = sorted(wanted[shard], key=lambda one: one.place)
        have = list(found.get(shard, ()))
        if have == want:
            continue
        missing, more = {*want} - {*have}, {*have} - {*want}
        if missing:
            first = min(one.place for one in missing)
            yield f"stream {shard}: {len(missing)} events are lost, {first} the first"
        if more:
            yield f"stream {shard}: {len(more)} events are not of the outbox"
        if len({one.id for one in have}) < len(have):
            yield f"stream {shard}: events are there twice"
        if not missing and not more and len(have) == len(want):
            yield f"stream {shard}: out of order"


def deliveries(
    events: Sequence[Event], came: Sequence[Told], members: Sequence[str], *, whole: bool
) -> Iterator[str]:
    """Each event came at least once, and before the first time of the member's next one.

    `whole` False: the last ones may still be on their way.
    """
    known = {event.id: (event.member, event.version) for event in events}
    wanted = dict.fromkeys(members, 0)
    for event in events:
        if event.member in wanted:
            wanted[event.member] += 1
    last = dict.fromkeys(members, 0)
    for one in came:
        if known.get(one.id) != (one.member, one.version):
            yield f"delivered: {one.member} {one.version} is not of the outbox"
        elif one.member in last:
            if one.version > last[one.member] + 1:
                yield (
                    f"delivered: {one.member} {one.version} came"
                    f" when {last[one.member]} was the last"
                )
            last[one.member] = max(last[one.member], one.version)
    for member, count in wanted.items():
        if whole and last[member] < count:
            yield f"delivered: {member} lacks {count - last[member]} of {count}"
