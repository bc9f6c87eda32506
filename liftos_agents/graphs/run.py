"""How a run comes to be: new from a request, or again from the ledger."""

from __future__ import annotations

import glob
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liftos_agents.config import Guardrails
from liftos_agents.errors import DataError
from liftos_agents.graphs.ledger import Entry
from liftos_agents.graphs.services import Meter, Run, Services, Trace


def new_run(
    services: Services,
    trace: Trace,
    *,
    organisation: str,
    run_id: str | None = None,
    thread: str | None = None,
    sources: tuple[Any, ...] = (),
    overrides: Mapping[str, Any] | None = None,
    interactive: bool = True,
    max_usd: float | None = None,
    max_seconds: float | None = None,
) -> Run:
    """A run that has not started."""
    settings = services.settings
    cap = max_usd if max_usd is not None else settings.max_usd
    seconds = max_seconds if max_seconds is not None else settings.max_seconds
    return Run(
        services=services,
        id=run_id or f"run_{uuid.uuid4().hex[:16]}",
        thread=thread or f"thr_{uuid.uuid4().hex[:16]}",
        organisation=organisation,
        trace=trace,
        meter=Meter(services.price, settings.max_tokens, cap),
        sources=sources,
        overrides=dict(overrides or {}),
        interactive=interactive,
        guardrails=settings.guardrails,
        max_seconds=seconds,
        request={
            "sources": len(sources),
            "paths": [_path(s) for s in sources] if all(isinstance(s, str | Path) for s in sources) else None,
            "datasets": None,
            "roles": dict(overrides or {}),
            "interactive": interactive,
            "max_usd": cap,
            "guardrails": settings.guardrails.model_dump(mode="json"),
        },
    )


def run_again(
    services: Services,
    entry: Entry,
    trace: Trace,
    *,
    max_usd: float | None = None,
    max_seconds: float | None = None,
) -> Run:
    """The run of a ledger's entry as it was asked for, on the data as they were read then.

    Raises:
        DataError: Its data was handed in as a frame, and the run was stopped before the frame was stored.
    """
    asked, public = entry.request, entry.public
    cap = max_usd if max_usd is not None else asked.get("max_usd")
    return Run(
        services=services,
        id=public.id,
        thread=public.thread_id,
        organisation=public.organisation,
        trace=trace,
        meter=Meter(services.price, services.settings.max_tokens, cap),
        sources=_sources(public.id, asked),
        overrides=dict(asked.get("roles") or {}),
        interactive=bool(asked.get("interactive", True)),
        guardrails=Guardrails.model_validate(asked.get("guardrails") or {}),
        max_seconds=max_seconds if max_seconds is not None else services.settings.max_seconds,
        request=dict(asked),
        carried=entry.carried,
        entered=True,
    )


def _sources(run_id: str, asked: Mapping[str, Any]) -> tuple[Any, ...]:
    if not asked.get("sources"):
        return ()
    if asked.get("datasets") is not None:
        return tuple((given["name"], given["id"]) for given in asked["datasets"])
    if asked.get("paths") is None:
        raise DataError(
            "the run was stopped before its data was stored, and the data was no file",
            where=run_id,
            fix="Ask the question again",
        )
    return tuple(asked["paths"])


def _path(source: str | Path) -> str:
    """A path that means the same in another working directory; a dataset's id stays."""
    text = str(source)
    return os.path.abspath(text) if glob.has_magic(text) or os.path.exists(text) else text
