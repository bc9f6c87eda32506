"""How a run comes to be: new from a request, or again from the ledger."""

from __future__ import annotations

import glob
import os
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liftos_agents.config import Guardrails
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.errors import ArgumentError, DataError
from liftos_agents.graphs.ledger import Entry
from liftos_agents.graphs.services import Meter, Run, Services, Trace

_RUN_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


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
    """A run that has not started.

    Raises:
        ArgumentError: A cap that is no number, an id that no run can have, roles that are no plain values.
    """
    settings = services.settings
    _check(run_id, max_usd, max_seconds, overrides)
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
        ArgumentError: A cap that is no number.
        DataError: Its data was handed in as a frame, and the run was stopped before the frame was stored.
    """
    _check(None, max_usd, max_seconds, None)
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
    )


def _check(
    run_id: str | None,
    max_usd: float | None,
    max_seconds: float | None,
    overrides: Mapping[str, Any] | None,
) -> None:
    if run_id and (run_id == "last" or not _RUN_ID.fullmatch(run_id)):
        raise ArgumentError(
            f"no run can be called {run_id[:80]!r}",
            where="run_id",
            fix="Use up to 64 letters, digits, '_', '-', '.' or ':', or leave it out",
        )
    for name, cap in (("max_usd", max_usd), ("max_seconds", max_seconds)):
        if cap is not None and not cap >= 0.0:
            raise ArgumentError(f"{name} is {cap}", where=name, fix="Give a number that is not negative")
    try:
        canonical_json(dict(overrides or {}))
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"a role holds what is no plain value ({error})",
            where="roles",
            fix='Name columns by text, such as {"outcome": "y", "spend": ["x1", "x2"]}',
        ) from error


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
