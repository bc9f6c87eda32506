"""Settings, and the one place that reads the environment."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from liftos_agents.errors import ConfigurationError


class Guardrails(BaseModel):
    """When a person must decide before a plan that moves money is recommended; None never asks.

    Attributes:
        max_share_moved: Most of the total that may change channel: Σ|change| / 2 / total
            (`LIFTOS_MAX_SHARE_MOVED`).
        beyond_history: Whether to `ask` or `allow` when a channel gets more in a period than in any period so
            far (`LIFTOS_BEYOND_HISTORY`).
        max_total_change: Most by which a plan's total may differ from what is spent now, as a fraction
            (`LIFTOS_MAX_TOTAL_CHANGE`).
        unattended: What lets a plan pass without a person: the `limits` above, or besides them a valid `promotion` record
            of the plan gate (`LIFTOS_UNATTENDED`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_share_moved: float | None = Field(default=0.25, ge=0.0, le=1.0)
    beyond_history: Literal["ask", "allow"] = "ask"
    max_total_change: float | None = Field(default=None, ge=0.0)
    unattended: Literal["limits", "promotion"] = "limits"


@dataclass(frozen=True)
class Settings:
    """Everything that a host, a command or a notebook may set.

    Attributes:
        home: Folder of the embedded stores (`LIFTOS_HOME`, default `.liftos`).
        database_url: SQLAlchemy URL; default is SQLite in `home` (`LIFTOS_DATABASE_URL`).
        organisation: Whose memory and traces these are (`LIFTOS_ORGANISATION`).
        model: `offline`, or `openai:NAME` (`LIFTOS_MODEL`).
        openai_base_url: Endpoint that speaks the OpenAI protocol (`OPENAI_BASE_URL`).
        openai_api_key: Its key (`OPENAI_API_KEY`); never logged.
        embedding_path: Folder with MiniLM's ONNX weights (`LIFTOS_EMBEDDING_PATH`).
        max_usd: Money cap of one run, in US dollars (`LIFTOS_MAX_USD`).
        max_seconds: Most wall time of one run; what it found is kept, and it can be resumed
            (`LIFTOS_MAX_SECONDS`).
        max_tokens: Token cap of one run.
        max_steps: Cap on model calls of one specialist.
        data_roots: Folders that a server may read data from; empty means no limit.
        guardrails: When a person must decide before money is moved.
        log_level: `debug`, `info`, `warning` or `error`: what is logged of runs, on standard error
            (`LIFTOS_LOG`); nothing by default.
        otlp_endpoint: Collector that gets a copy of every run's spans
            (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, else `OTEL_EXPORTER_OTLP_ENDPOINT`).
        otlp_headers: Headers for it, `name=value,…` (`OTEL_EXPORTER_OTLP_HEADERS`); never logged.
        otlp_protocol: `http/protobuf` or `http/json` (`OTEL_EXPORTER_OTLP_PROTOCOL`).
    """

    home: Path = Path(".liftos")
    database_url: str | None = None
    organisation: str = "default"
    model: str = "offline"
    openai_base_url: str | None = None
    openai_api_key: str | None = None
    embedding_path: Path | None = None
    max_usd: float | None = None
    max_seconds: float | None = None
    max_tokens: int = 200_000
    max_steps: int = 12
    data_roots: tuple[Path, ...] = ()
    guardrails: Guardrails = field(default_factory=Guardrails)
    log_level: str | None = None
    otlp_endpoint: str | None = None
    otlp_headers: str | None = field(default=None, repr=False)
    otlp_protocol: str | None = None

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'liftos.sqlite'}"

    def with_(self, **changes: object) -> Settings:
        """A copy with `changes`, leaving out those that are None."""
        return replace(self, **{k: v for k, v in changes.items() if v is not None})  # type: ignore[arg-type]

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, base: Settings | None = None
    ) -> Settings:
        """Settings as the environment gives them, over `base` or else the defaults.

        Raises:
            ConfigurationError: A variable holds what cannot be read.
        """
        env = os.environ if environment is None else environment
        given: dict[str, object] = {
            "home": Path(env["LIFTOS_HOME"]) if env.get("LIFTOS_HOME") else None,
            "database_url": env.get("LIFTOS_DATABASE_URL") or None,
            "organisation": env.get("LIFTOS_ORGANISATION") or None,
            "model": env.get("LIFTOS_MODEL") or None,
            "openai_base_url": env.get("OPENAI_BASE_URL") or None,
            "openai_api_key": env.get("OPENAI_API_KEY") or None,
            "embedding_path": Path(env["LIFTOS_EMBEDDING_PATH"])
            if env.get("LIFTOS_EMBEDDING_PATH")
            else None,
            "max_usd": _number(env, "LIFTOS_MAX_USD"),
            "max_seconds": _number(env, "LIFTOS_MAX_SECONDS"),
            "log_level": env.get("LIFTOS_LOG") or None,
            "otlp_endpoint": env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
            or env.get("OTEL_EXPORTER_OTLP_ENDPOINT")
            or None,
            "otlp_headers": env.get("OTEL_EXPORTER_OTLP_HEADERS") or None,
            "otlp_protocol": env.get("OTEL_EXPORTER_OTLP_PROTOCOL") or None,
        }
        settings = (base or cls()).with_(**given)
        return replace(settings, guardrails=_guardrails(env, settings.guardrails))


def _guardrails(env: Mapping[str, str], base: Guardrails) -> Guardrails:
    given: dict[str, object] = {
        "max_share_moved": _number(env, "LIFTOS_MAX_SHARE_MOVED"),
        "beyond_history": env.get("LIFTOS_BEYOND_HISTORY") or None,
        "max_total_change": _number(env, "LIFTOS_MAX_TOTAL_CHANGE"),
        "unattended": env.get("LIFTOS_UNATTENDED") or None,
    }
    known = {name: value for name, value in given.items() if value is not None}
    try:
        return Guardrails.model_validate({**base.model_dump(), **known}) if known else base
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        raise ConfigurationError(
            f"{known[name]!r} is no value for {name}: {wrong['msg']}",
            where=f"LIFTOS_{name.upper()}",
            fix="Give max_share_moved a fraction from 0 to 1, beyond_history ask or allow, unattended limits or promotion",
        ) from error


def _number(env: Mapping[str, str], name: str) -> float | None:
    text = env.get(name)
    if not text:
        return None
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not 0.0 <= amount < math.inf:
        raise ConfigurationError(
            f"{text!r} is no amount", where=name, fix=f"Set {name} to an amount such as 0.50"
        )
    return amount
