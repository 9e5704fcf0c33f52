"""The tool by itself: every phase and check it has, as whoever may do everything.

It knows nothing of the place but what answers tell it: it goes from one operation to the next by
the ids that it was given.
"""

import pathlib
import subprocess
import sys
from typing import Final

from tests.fuzz.place import Place
from tests.running import PROJECT

# What the document allows may still be refused: a store that is not there, a cart without prices.
EXCEPT: Final = "positive_data_acceptance"
FAILURES_MAX: Final = 40
# 415: no body comes without a Content-Type; 401: not even a key comes as it should.
CONFIG: Final = """
[generation]
with-security-parameters = false
[checks]
negative_data_rejection.expected-statuses = [400, 401, 404, 413, 414, 415, 422]
"""


def run(place: Place, seconds: int, folder: pathlib.Path, seed: int) -> int:
    """Prints what it finds; answers its exit status, 0: nothing."""
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG)
    words = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
        *(str(PROJECT / "openapi" / "openapi.json"), "--url", place.url),
        *("--phases", "examples,coverage,fuzzing,stateful"),
        *("--checks", "all", "--exclude-checks", EXCEPT, "--mode", "all"),
        *(
            "--max-time",
            str(seconds),
            "--continue-on-failure",
            "--no-shrink",
            "--request-timeout",
            "120",
        ),
        *("--max-failures", str(FAILURES_MAX), "--seed", str(seed), "--no-color"),
        *("--suppress-health-check", "all", "--generation-database", "none"),
        *(part for one in place.headers("admin").items() for part in ("-H", ": ".join(one))),
    ]
    return subprocess.run(words, cwd=folder, check=False).returncode
