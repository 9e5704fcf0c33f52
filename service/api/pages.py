"""The pages about the service itself, made once per process (docs/build.py)."""

from collections.abc import Mapping

import msgspec

from service.api.reply import Header


class ProblemPage(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of problem: its stable `code` and what to do about it."""

    type: str
    code: str
    title: str
    status: int
    retryable: bool
    description: str
    members: tuple[str, ...]
    operations: tuple[str, ...]


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    """Everything ready as bytes. `csp`: the policy that allows the pages' own style and no more."""

    openapi: bytes | None
    docs: bytes | None
    problems: Mapping[str, ProblemPage]
    problems_html: Mapping[str, bytes]
    csp: bytes

    def html_headers(self) -> tuple[Header, ...]:
        """Headers of an HTML page."""
        return ((b"content-security-policy", self.csp),)
