"""Bounded kinds of text and number that cross the border of the service.

Patterns end with a look-ahead behind `$`: to Python, and so to msgspec, `$` alone lets a line feed
stand there.
"""

import datetime as dt
import uuid
from typing import Annotated, Any, Final

import msgspec

SAFE_INT_MAX: Final = 9_007_199_254_740_991  # what every JSON reader can hold exactly
AMOUNT_MAX: Final = 1_000_000_000_000  # minor units or units of a wallet in one line or entry
LINES_MAX: Final = 500
BATCH_MAX: Final = 500

Name = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$(?!\n)")
]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Text = Annotated[str, msgspec.Meta(max_length=512)]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
Amount = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MAX)]
Units = Annotated[int, msgspec.Meta(ge=1, le=AMOUNT_MAX)]
Signed = Annotated[int, msgspec.Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Id = uuid.UUID
OPEN: Final = "open"  # how api/strict.py knows it: whoever takes it bounds it
Json = Annotated[Any, msgspec.Meta(description="Any JSON.", extra={OPEN: True})]
