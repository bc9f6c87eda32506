"""`liftos doctor`: whether everything an installation needs is there and answers."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Literal

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import liftos_agents
from liftos_agents import models
from liftos_agents.cli import options, settings_file
from liftos_agents.config import Settings
from liftos_agents.errors import LiftError, UserError

State = Literal["ok", "note", "fault"]
MARKS: dict[State, str] = {"ok": "[green]✓[/green]", "note": "[cyan]·[/cyan]", "fault": "[red]✗[/red]"}
LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: State
    found: str
    fix: str = ""


def doctor(as_json: options.AsJson = False, home: options.Home = None, model: options.Model = None) -> None:
    """Check that everything this installation needs is there and answers; exit code 1 when not."""
    findings = list(examine(options.settings(home=home, model=model)))
    healthy = all(finding.state != "fault" for finding in findings)
    if as_json:
        typer.echo(json.dumps({"ok": healthy, "checks": [asdict(finding) for finding in findings]}))
    else:
        table = Table("", "What", "Found", "What to do", box=box.SIMPLE_HEAD)
        for finding in findings:
            table.add_row(MARKS[finding.state], finding.name, escape(finding.found), escape(finding.fix))
        Console().print(table)
    if not healthy:
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at versions, settings, stores, embedding and model, in that order."""
    yield Finding("Python", "ok", platform.python_version())
    for package in ("langgraph", "langchain-core", "chromadb", "duckdb", "numpy", "pydantic"):
        yield _package(package)
    file = settings_file.current().path
    yield (
        Finding("project", "ok", str(file))
        if file
        else Finding("project", "note", "no settings file here or above", "Make one with: liftos init")
    )
    with liftos_agents.LiftOS(settings=settings) as lift:
        health = lift.health()
        if not health["ok"]:
            yield Finding(
                "stores", "fault", str(health["problem"]), "Set LIFTOS_HOME to a folder you may write to"
            )
            return
        yield Finding("stores", "ok", str(health["home"]))
        report = lift.trace.verify(settings.organisation)
        yield Finding(
            "decision chain",
            "ok" if report.ok else "fault",
            f"{report.records} records of {report.runs} runs" if report.ok else report.faults[0].message,
            "" if report.ok else "See: liftos trace verify",
        )
        memory = lift.memory.status()
        yield Finding(
            "embedding",
            "note" if memory.embedder.startswith("lexical") else "ok",
            f"{memory.embedder}: {memory.reason}",
            "Set LIFTOS_EMBEDDING_PATH to a folder with MiniLM's weights"
            if memory.embedder.startswith("lexical")
            else "",
        )
        yield Finding(
            "memory index", "fault" if memory.index == "failed" else "ok", memory.index_error or memory.index
        )
    yield _model(settings)
    yield _disk(settings)


def _package(name: str) -> Finding:
    try:
        return Finding(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "fault", "not installed", "Run: make install")


def _model(settings: Settings) -> Finding:
    try:
        models.create(settings.model, settings)
    except UserError as error:
        return Finding("model", "fault", error.what, error.fix or "")
    except LiftError as error:
        return Finding("model", "fault", str(error))
    where = settings.openai_base_url or "the provider's own endpoint"
    return Finding(
        "model", "ok", settings.model if settings.model == "offline" else f"{settings.model} at {where}"
    )


def _disk(settings: Settings) -> Finding:
    place = settings.home.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    state: State = "ok" if free > LEAST_FREE_BYTES else "note"
    return Finding("disk", state, f"{free / 1e9:.1f} GB free", "" if state == "ok" else "Artifacts need room")
