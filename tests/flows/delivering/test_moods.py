"""A receiver of many moods: whatever it answers, all comes in the end, in the order of members."""

import random
import uuid
from collections import defaultdict

import pytest
from aiohttp import web

from tests.flows.outward import Outward
from tests.receiver import Came, takes

MEMBERS = 10
MOODS = (204, 204, 204, 500, 503, 422, 404, 429, 403)


class Moody:
    """Answers by the kind of day, by the event and by luck; `taken` is what it took, in order."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        self.taken: dict[uuid.UUID, list[int]] = defaultdict(list)
        self.bad = 0.3
        self.is_down = False
        self.disliked: dict[tuple[uuid.UUID, int], int] = {}

    async def answer(self, came: Came) -> web.StreamResponse:
        if "challenge" in came.event["type"]:
            return await takes(came)
        status = self.disliked.get(came.key, 204)
        if self.luck.random() < self.bad:
            status = self.luck.choice(MOODS)
        if self.is_down:
            status = 500
        if status == 204:
            self.taken[came.key[0]].append(came.key[1])
        return web.Response(status=status)


@pytest.mark.parametrize("seed", range(4))
async def test_all_comes_in_the_end_in_the_order_of_members(outward: Outward, seed: int) -> None:
    endpoint = await outward.endpoint(in_flight_max=1 + seed % 8)
    moody = Moody(seed)
    outward.receiver.answers = moody.answer
    members = [await outward.member(f"c{n}") for n in range(MEMBERS)]
    versions = dict.fromkeys(members, 1)
    for _ in range(25):
        for member in moody.luck.sample(members, 3):
            await outward.happen(member)
            versions[member] += 1
            if moody.luck.random() < 0.1:
                status = moody.luck.choice((500, 422))
                moody.disliked[member, versions[member]] = status
        moody.is_down = moody.luck.random() < 0.2
        await outward.pass_by(minutes=moody.luck.choice((0, 0.2, 3, 40)))
        await outward.send()
    moody.bad, moody.is_down, moody.disliked = 0.0, False, {}
    for _ in range(8):
        while await outward.send():
            pass
        await outward.pass_by(minutes=61)
    now = await outward.now(endpoint)
    assert (now.state, now.behind, now.waiting) == ("active", 0, 0)
    dead = {(one.subject, int(one.sequence)) for one in await outward.dead(endpoint)}
    for member, last in versions.items():
        alive = [n for n in range(1, last + 1) if (member, n) not in dead]
        assert moody.taken[member] == alive  # each once, since every answer was heard
    assert len(outward.receiver.came) > sum(versions.values())
