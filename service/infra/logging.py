"""Logs: one JSON object a line in production, readable lines otherwise; never a person's data.

Everything goes to standard error through one chain: our own events (structlog) and what libraries
log. What was bound to the request (`structlog.contextvars`), its id above all, is in every line.
Failures are told by told.py, without values.
"""

import logging.config
import sys
from typing import Any, Final

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from service.infra.told import tell, tell_to

_EXACT: Final = frozenset({"code", "name", "pin"})  # as words of longer keys they are harmless
_WORDS: Final = frozenset(
    {"authorization", "cookie", "email", "password", "phone", "secret", "signature", "token"}
)


def drop_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Without the keys that carry secrets or person data, at any depth."""
    return {key: _cleaned(value) for key, value in event.items() if not _is_personal(key)}


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items() if not _is_personal(key)}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value


def _is_personal(key: Any) -> bool:
    text = str(key).lower().replace("-", "_")
    return text in _EXACT or not _WORDS.isdisjoint(text.split("_"))


def _json(event: EventDict, **_options: Any) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


def configure(level: str, *, production: bool) -> dict[str, Any]:
    """Set up logging of this process; answers the `dictConfig` for servers that apply one."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        drop_personal,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    config = _stdlib(level, shared, production=production)
    logging.config.dictConfig(config)
    return config


def _stdlib(level: str, shared: list[Processor], *, production: bool) -> dict[str, Any]:
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if production:
        last += [
            structlog.processors.ExceptionRenderer(tell),
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    else:
        colors = sys.stderr.isatty()
        last.append(structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=tell_to))
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": last,
        "foreign_pre_chain": shared,
    }
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "chain"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chain": formatter},
        "handlers": {"standard_error": handler},
        "root": {"handlers": ["standard_error"], "level": level.upper()},
        "loggers": {
            "_granian": {"handlers": ["standard_error"], "level": "WARNING", "propagate": False}
        },
    }
