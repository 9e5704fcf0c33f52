"""Hashes are computed beside the event loop, two at once."""

import asyncio
import threading
import time

from service.flows.steps import hashing
from service.kernel import slow_hash


async def test_the_event_loop_goes_on_while_it_hashes() -> None:
    running = asyncio.ensure_future(hashing.hashed(b"x" * 32))
    turns = 0
    while not running.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert slow_hash.matches(await running, b"x" * 32)
    assert turns > 1


async def test_no_more_than_two_hash_at_once() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def judge(number: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        with lock:
            now -= 1
        return number

    answers = await asyncio.gather(*(hashing.apart(judge, n) for n in range(10)))

    assert answers == [*range(10)]
    assert most == hashing.THREADS == 2
