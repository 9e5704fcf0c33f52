"""Python's collector of reference cycles, told to look rarely.

Neither requests nor rows of an import leave cycles behind, and the collector costs a seventh of the
time of an import and pauses of a tenth of a second in a worker when it goes through all there is.
"""

import contextlib
import gc
from collections.abc import Iterator
from typing import Final

THRESHOLDS: Final = (20_000, 20, 50)


def collect_rarely() -> None:
    """From now on; what is there already is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


@contextlib.contextmanager
def collected_rarely() -> Iterator[None]:
    """For a while."""
    before = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
