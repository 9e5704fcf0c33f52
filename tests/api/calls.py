"""Calls without a server."""

from typing import Any

from service.api.call import Call


async def _nothing() -> Any:
    return {"type": "http.disconnect"}


def call_with(
    headers: dict[str, str] | list[tuple[str, str]],
    *,
    method: str = "GET",
    path: str = "/",
    query: bytes = b"",
    path_params: dict[str, str] | None = None,
) -> Call:
    """A request with these headers."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    scope: Any = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(name.encode("latin-1"), text.encode("latin-1")) for name, text in pairs],
        "path_params": path_params or {},
    }
    nobody: Any = None
    return Call(scope, _nothing, nobody)
