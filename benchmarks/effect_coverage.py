"""Do intervals cover, and are broken assumptions noticed? Every effect tool on simulated datasets with known truth.

Run: python -m benchmarks effect_coverage [--only TOOL …] [--datasets N] [--jobs 2]. A stopped run resumes; with `--datasets` below what a
world asks for, results are printed and not written.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks import effect_worlds
from benchmarks.effect_worlds.world import World
from benchmarks.report import RESULTS, write
from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.errors import UserError

BATCH = 50
BROKEN = 200
NEAR_THE_GOAL = 800
"""Datasets of a world whose bias is three to four standard errors: enough to tell an alarm of .95 from one of .93."""


def main(arguments: Sequence[str] = ()) -> None:
    """Play every world, or those of one tool, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=(), help="tools, or starts of worlds' names")
    parser.add_argument("--kind", choices=("holds", "violated"), help="only worlds of this kind")
    parser.add_argument("--datasets", type=int, help="fewer datasets a world, for a look; nothing is written")
    parser.add_argument(
        "--so-far", action="store_true", help="write the worlds that a stopped run has finished"
    )
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    chosen = [
        w
        for w in worlds()
        if (not options.only or w.tool in options.only or w.name.startswith(tuple(options.only)))
        and options.kind in (None, w.kind)
    ]
    order = {name: position for position, name in enumerate(options.only)}
    chosen.sort(key=lambda world: (world.kind, order.get(world.tool, len(order))))
    state = RESULTS / ".effect_coverage.jsonl"
    done = {} if options.datasets else _resume(state)
    if options.so_far:
        _write([row_of(w, done[w.name]) for w in worlds() if len(done.get(w.name, ())) >= _datasets(w)])
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    looked: list[dict[str, Any]] = []
    with Progress(*columns) as progress, Parallel(n_jobs=options.jobs) as parallel:
        for world in chosen:
            wanted = min(_datasets(world), options.datasets or world.datasets)
            task = progress.add_task(world.name, total=wanted)
            played = done.get(world.name, [])[:wanted]
            progress.advance(task, len(played))
            while len(played) < wanted:
                numbers = range(len(played), min(wanted, len(played) + BATCH))
                played += parallel(delayed(play)(world, number) for number in numbers)
                progress.update(task, completed=len(played))
                if not options.datasets:
                    done[world.name] = played
                    state.write_text("".join(json.dumps([n, p]) + "\n" for n, p in done.items()))
            looked.append(row_of(world, played))
    if options.datasets:
        print(json.dumps(looked, indent=1))
        return
    _write([row_of(w, done[w.name]) for w in worlds() if len(done.get(w.name, ())) >= _datasets(w)])
    state.unlink(missing_ok=True)


def _write(rows: list[dict[str, Any]]) -> None:
    """The table with these rows in the place of earlier ones of the same worlds."""
    kept = {row["world"]: row for row in _written()} | {row["world"]: row for row in rows}
    known = {w.name for w in worlds()}
    write(
        "effect_coverage",
        "Effect tools on simulated datasets with known truth",
        [row for name, row in sorted(kept.items()) if name in known],
        notes=(
            "coverage: share of the datasets with an interval whose 90 % interval holds the truth (95 % Wilson interval beside it); "
            "refused, downgraded: share of all datasets; alarmed: refused, downgraded, or with a failed check.",
            "Goals: where assumptions hold, coverage .87 to .93 (at least .87 for sets marked so), refused at most .05; where a testable "
            "assumption is broken by a bias of three standard errors or more, alarmed at least .95.",
        ),
    )


def _datasets(world: World) -> int:
    """How many datasets of a world are played: all where its assumptions hold, else what its goal needs."""
    if world.kind == "holds":
        return world.datasets
    near = world.bias is not None and 3.0 <= world.bias < 4.0
    return min(world.datasets, NEAR_THE_GOAL if near else BROKEN)


def worlds() -> tuple[World, ...]:
    """The worlds of every module, in order."""
    names = sorted(m.name for m in pkgutil.iter_modules(effect_worlds.__path__) if m.name != "world")
    modules = [importlib.import_module(f"benchmarks.effect_worlds.{name}") for name in names]
    return tuple(world for module in modules for world in module.WORLDS)


def play(world: World, number: int) -> dict[str, Any]:
    """What the world's tool says of one dataset."""
    made = world.make(number)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = tools.run(world.tool, made.frame, store=TransientStore(), **made.arguments).result
    except UserError as error:
        return {"status": "refused", "why": str(error)[:200]}
    interval = found["interval"]
    covered = None
    if interval is not None:
        low, high = interval["low"], interval["high"]
        covered = (low is None or low <= made.truth) and (high is None or made.truth <= high)
    return {
        "status": found["status"],
        "covered": covered,
        "error": None if found["estimate"] is None else found["estimate"] - made.truth,
        "standard_error": found["standard_error"],
        "failed": [c["name"] for c in found["checks"] if c["passed"] is False],
    }


def row_of(world: World, played: list[dict[str, Any]]) -> dict[str, Any]:
    """A world's line of the table."""
    covered = [p["covered"] for p in played if p.get("covered") is not None]
    errors = np.array([p["error"] for p in played if p.get("error") is not None])
    spreads = [p["standard_error"] for p in played if p.get("standard_error") is not None]
    status = [p["status"] for p in played]
    alarmed = [p["status"] != "estimated" or bool(p.get("failed")) for p in played]
    rate = float(np.mean(covered)) if covered else None
    return {
        "world": world.name,
        "tool": world.tool,
        "kind": world.kind,
        "goal": world.exactness
        if world.kind == "holds"
        else f"alarm (bias {world.bias:g} se)"
        if world.bias
        else "alarm",
        "datasets": len(played),
        "coverage": rate,
        "coverage_low": None if rate is None else round(_wilson(rate, len(covered))[0], 4),
        "coverage_high": None if rate is None else round(_wilson(rate, len(covered))[1], 4),
        "bias": float(errors.mean()) if len(errors) else None,
        "spread": float(errors.std(ddof=1)) if len(errors) > 1 else None,
        "standard_error": float(np.mean(spreads)) if spreads else None,
        "refused": status.count("refused") / len(status),
        "downgraded": status.count("downgraded") / len(status),
        "alarmed": float(np.mean(alarmed)),
    }


def _wilson(rate: float, n: int, z: float = 1.96) -> tuple[float, float]:
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * (rate * (1 - rate) / n + z * z / (4 * n * n)) ** 0.5 / (1 + z * z / n)
    return middle - half, middle + half


def _written() -> list[dict[str, Any]]:
    file: Path = RESULTS / "effect_coverage.json"
    return json.loads(file.read_text())["rows"] if file.exists() else []


def _resume(state: Path) -> dict[str, list[dict[str, Any]]]:
    if not state.exists():
        return {}
    return dict(json.loads(line) for line in state.read_text().splitlines())


if __name__ == "__main__":
    main(sys.argv[1:])
