"""The settings of the service. Pure."""

from collections.abc import Iterator
from typing import Final

from service.doctor.types import Finding, warning, well, wrong
from service.infra.settings import Settings

SECRET_CHARACTERS_MIN: Final = 12  # different ones: 32 letters of a pattern are no secret
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def judge(settings: Settings) -> Iterator[Finding]:
    """What is set, in words."""
    yield _secret(settings)
    yield _docs(settings)
    yield _production(settings)


def _secret(settings: Settings) -> Finding:
    different = len(set(settings.secret))
    if different >= SECRET_CHARACTERS_MIN:
        return well("secret", "long enough, and not of a few characters only")
    text = f"REGULARS_SECRET has only {different} different characters: it can be guessed"
    todo = (
        "Before there are members: set a random one, as `regulars serve` without it suggests. "
        "Later it cannot be changed, for it keys the hashes of identifiers."
    )
    return (wrong if settings.production else warning)("secret", text, todo)


def _docs(settings: Settings) -> Finding:
    if settings.docs and settings.production:
        text = "production serves /docs and /openapi.json to everybody"
        return warning("docs", text, "Set REGULARS_DOCS=false, unless they are meant to be public.")
    return well("docs", "served" if settings.docs else "not served")


def _production(settings: Settings) -> Finding:
    if settings.production or settings.host in _LOOPBACK:
        return well("production", "on" if settings.production else "off, and listens here alone")
    text = f"listens on {settings.host}, and REGULARS_PRODUCTION is off"
    return warning("production", text, "Set REGULARS_PRODUCTION=true: logs as JSON.")
