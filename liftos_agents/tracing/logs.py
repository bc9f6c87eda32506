"""Log lines that carry their run's id; no global configuration is touched."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Literal, TextIO

import structlog

from liftos_agents.errors import ConfigurationError
from liftos_agents.tracing.redaction import redact

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


@dataclass(frozen=True)
class LogStyle:
    """How runs are logged: lines below `level` are not written; `text` is for a person, `json` for a program."""

    level: int = logging.INFO
    form: Literal["json", "text"] = "json"
    stream: TextIO | None = None


def log_style(level: str) -> LogStyle | None:
    """The style for a level's name (`debug`, `info`, `warning`, `error`): text on a terminal, JSON otherwise.

    None for `off` and an empty name.

    Raises:
        ConfigurationError: No such level.
    """
    if level.lower() in ("", "off"):
        return None
    if level.lower() not in LEVELS:
        raise ConfigurationError(
            f"there is no log level {level!r}",
            where="LIFTOS_LOG",
            fix=f"Use one of: {', '.join(LEVELS)}, off",
        )
    return LogStyle(LEVELS[level.lower()], "text" if sys.stderr.isatty() else "json")


def run_logger(
    run_id: str,
    organisation: str,
    *,
    stream: TextIO | None = None,
    level: int = logging.INFO,
    form: Literal["json", "text"] = "json",
) -> structlog.typing.FilteringBoundLogger:
    """A logger whose every line names the run and is free of secrets.

    Args:
        stream: Where lines go; standard error when absent.
        level: Lines below it are not written.
        form: One JSON object a line, or text for a person.
    """
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_secrets(renderer),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        context_class=dict,
        run_id=run_id,
        organisation=organisation,
    )
    return logger


def _without_secrets(renderer: structlog.typing.Processor) -> structlog.typing.Processor:
    def render(logger: Any, method: str, line: MutableMapping[str, Any]) -> str:
        return redact(str(renderer(logger, method, line)))

    return render
