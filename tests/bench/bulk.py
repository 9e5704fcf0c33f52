"""Unique codes in bulk, over HTTP."""

import time
from typing import Final

import httpx

_SECONDS_MAX: Final = 300


class BulkFailed(Exception):
    """The codes were not made; what the service said."""


def seconds(port: int, key: str, size: int) -> float:
    """How long so many codes take, from the request to the answer that all are there."""
    began = time.perf_counter()
    answer = httpx.post(
        f"http://127.0.0.1:{port}/v1/coupons/batches",
        json={"template": "BULK", "size": size},
        headers={"authorization": f"Bearer {key}", "idempotency-key": "bench-bulk-codes"},
        timeout=_SECONDS_MAX,
    )
    if answer.status_code != httpx.codes.CREATED:
        raise BulkFailed(f"{answer.status_code}: {answer.text}")
    return time.perf_counter() - began
