"""The canonical form as bytes: what is stored, signed and compared."""

import msgspec

from service.rules.document import Document

_DECODER = msgspec.json.Decoder(Document)
_ENCODER = msgspec.json.Encoder(order="deterministic")


def canonical(document: Document) -> bytes:
    """JSON of the document; equal documents give equal bytes."""
    return _ENCODER.encode(document)


def parse_canonical(raw: bytes) -> Document:
    """The document of such JSON; raises `msgspec.ValidationError` for anything else."""
    return _DECODER.decode(raw)
