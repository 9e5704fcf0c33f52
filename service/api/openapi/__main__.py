"""`python -m service.api.openapi [FILE]`: write the document, by default to openapi/openapi.json."""

import pathlib
import sys

from service.api.openapi.document import document, encoded
from service.api.table import ROUTES


def main(arguments: list[str]) -> None:
    """Write the document."""
    root = pathlib.Path(__file__).parents[3]
    target = pathlib.Path(arguments[0]) if arguments else root / "openapi" / "openapi.json"
    target.write_bytes(encoded(document(ROUTES)))
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
