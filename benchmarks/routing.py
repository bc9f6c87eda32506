"""How well and how fast the offline router routes: plan accuracy by language and split, warm and cold time.

Accuracy is over `evals/suites/routing.jsonl` and, where present, the held-out `routing_test.jsonl`. Warm time is of
the router alone, questions in turn, each put for the first time in its round; cold time is of the first question of a
language in a fresh process.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.report import write
from liftos_agents.agents import built_in
from liftos_agents.domain.plan import Plan
from liftos_agents.evals import Sample, load_suite
from liftos_agents.evals.statistics import wilson
from liftos_agents.models.offline.conversation import RouterCall
from liftos_agents.models.offline.router import plan

GOAL_ACCURACY, GOAL_RECALL, GOAL_FALSE_REFUSALS, GOAL_MILLISECONDS = 0.95, 0.90, 0.03, 10.0
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh")
_COLD = """
import time
from liftos_agents.models.offline.router import plan
from liftos_agents.models.offline.conversation import RouterCall
from liftos_agents.domain.task import RoutingTask
from liftos_agents.agents import built_in
briefs = tuple(s.brief() for s in built_in().values())
started = time.perf_counter()
plan(RouterCall(RoutingTask(question={question!r}), briefs))
print(1e3 * (time.perf_counter() - started))
"""


def main() -> None:
    """Measure and write `results/routing.json`."""
    samples = load_suite("routing").samples
    rows: list[dict[str, Any]] = []
    seconds: list[float] = []
    for split in ("dev", "test"):
        chosen = [s for s in samples if s.split == split]
        if not chosen:
            continue
        solved, taken = _solve(chosen)
        seconds += taken
        rows.append(_row(split, "all", chosen, solved))
        for language in LANGUAGES:
            ours = [i for i, s in enumerate(chosen) if language in s.tags]
            if ours:
                rows.append(_row(split, language, [chosen[i] for i in ours], [solved[i] for i in ours]))
    seconds.sort()
    warm = {"p50 ms": 1e3 * statistics.median(seconds), "p95 ms": 1e3 * seconds[int(0.95 * len(seconds))]}
    first = {language: next(s.question for s in samples if language in s.tags) for language in LANGUAGES}
    cold = {f"cold {language} ms": _cold(question) for language, question in first.items()}
    goals = {
        "accuracy": GOAL_ACCURACY,
        "recall": GOAL_RECALL,
        "false refusals": GOAL_FALSE_REFUSALS,
        "p95 ms": GOAL_MILLISECONDS,
    }
    write(
        "routing",
        "Routing by the offline model",
        rows,
        settings={key: round(value, 2) for key, value in {**warm, **cold}.items()} | {"goals": goals},
        notes=[
            "Intervals are Wilson's, 95 %. The development split was tuned on and learnt from; only the test split says how new questions fare."
        ],
    )


def right(sample: Sample, made: Plan) -> bool:
    """Whether a plan is what a sample expects."""
    agents = {step.agent for step in made.steps}
    return made.kind == sample.expect.kind and agents == set(sample.expect.agents)


def _solve(samples: Sequence[Sample]) -> tuple[list[Plan], list[float]]:
    briefs = tuple(specialist.brief() for specialist in built_in().values())
    plan(RouterCall(samples[0].task, briefs))
    for first in {s.tags[0]: s for s in samples if s.tags}.values():
        plan(RouterCall(first.task, briefs))
    made: list[Plan] = []
    taken: list[float] = []
    for sample in samples:
        started = time.perf_counter()
        made.append(plan(RouterCall(sample.task, briefs)))
        taken.append(time.perf_counter() - started)
    return made, taken


def _row(split: str, group: str, samples: Sequence[Sample], made: Sequence[Plan]) -> dict[str, Any]:
    pairs = list(zip(samples, made, strict=True))
    hits = sum(right(sample, one) for sample, one in pairs)
    outside = [one.kind == "refusal" for sample, one in pairs if sample.expect.refusal]
    inside = [one.kind == "refusal" for sample, one in pairs if not sample.expect.refusal]
    interval = wilson(hits, len(samples))
    return {
        "split": split,
        "language": group,
        "questions": len(samples),
        "accuracy": round(interval.mean, 3),
        "low": round(interval.low, 3),
        "high": round(interval.high, 3),
        "out of scope refused": f"{sum(outside)}/{len(outside)}",
        "falsely refused": f"{sum(inside)}/{len(inside)}",
    }


def _cold(question: str) -> float:
    program = [sys.executable, "-c", _COLD.format(question=question)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, env=dict(os.environ))
    return float(done.stdout)
