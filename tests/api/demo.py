"""The demo program as tests over HTTP publish it: the same on every day and at every hour.

The program has rules for weekday mornings and a winter. A purchase made over HTTP happens now, so
a test that counts its beans would fail from two to four in the afternoon.
"""

import pathlib
import re
from typing import Final

FILE: Final = pathlib.Path(__file__).parents[2] / "service" / "programs" / "corner-coffee.yaml"
BY_THE_HOUR: Final = re.compile(r"^  - id: mornings\n.*?(?=^  - id: )", re.DOTALL | re.MULTILINE)
DAYS: Final = {
    "from: 2026-11-01": "from: 2020-11-01",  # the winter has begun and lasts
    "until: 2027-02-28": "until: 2199-02-28",
    "from: 2026-12-01": "from: 2199-12-01",  # advent is still to come
    "until: 2026-12-24": "until: 2199-12-24",
}


def source() -> str:
    """The file with its hours taken out and its days moved far away."""
    text = BY_THE_HOUR.sub("", FILE.read_text())
    for day, moved in DAYS.items():
        text = text.replace(day, moved)
    return text
