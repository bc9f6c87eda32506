"""Evaluations: suites of samples, solvers, scorers, and a log with honest statistics.

`run` puts a suite to a solver, `summarise` says how it did, `compare` says who did better, if anyone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.evals.comparison import Difference, Leaderboard, compare
    from liftos_agents.evals.found_design import FoundDesign, ask_for_design, read_design
    from liftos_agents.evals.log import EvalLog, Result, read_log
    from liftos_agents.evals.render import render_leaderboard, render_summary
    from liftos_agents.evals.runner import Progress, Solution, Solver, run
    from liftos_agents.evals.sample import Expected, Sample, Suite, load_suite, suite_names
    from liftos_agents.evals.score import Score
    from liftos_agents.evals.scorers import Scorer
    from liftos_agents.evals.summary import Metric, Summary, summarise

__all__ = [
    "Difference",
    "EvalLog",
    "Expected",
    "FoundDesign",
    "Leaderboard",
    "Metric",
    "Progress",
    "Result",
    "Sample",
    "Score",
    "Scorer",
    "Solution",
    "Solver",
    "Suite",
    "Summary",
    "ask_for_design",
    "compare",
    "load_suite",
    "read_design",
    "read_log",
    "render_leaderboard",
    "render_summary",
    "run",
    "suite_names",
    "summarise",
]

_MODULES = {
    "comparison": ("Difference", "Leaderboard", "compare"),
    "found_design": ("FoundDesign", "ask_for_design", "read_design"),
    "log": ("EvalLog", "Result", "read_log"),
    "render": ("render_leaderboard", "render_summary"),
    "runner": ("Progress", "Solution", "Solver", "run"),
    "sample": ("Expected", "Sample", "Suite", "load_suite", "suite_names"),
    "score": ("Score",),
    "scorers": ("Scorer",),
    "summary": ("Metric", "Summary", "summarise"),
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
