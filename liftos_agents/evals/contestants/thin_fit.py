"""`fit_mmm` as contestants use it: short chains, no held-out forecast, and the lift tests that they have run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field, create_model

from liftos_agents import tools
from liftos_agents.tools.fit_mmm import FitMmmArguments
from liftos_agents.tools.mmm.input import LiftTest
from liftos_agents.tools.registry import ToolSpec

THIN: dict[str, Any] = {"draws": 100, "chains": 4, "holdout_periods": 0}
"""Hundreds of worlds are fitted, four times each: means within a few per cent of a long fit's, in a fifth of its time."""


def thin_fit(lift_tests: Sequence[LiftTest]) -> ToolSpec:
    """The tool with these defaults, for an engine that is asked in words; they are among the evidence's arguments."""
    spec = tools.spec("fit_mmm")
    fields = FitMmmArguments.model_fields
    given: dict[str, Any] = {
        name: (fields[name].annotation, Field(default=value, description=fields[name].description))
        for name, value in {**THIN, "lift_tests": tuple(lift_tests)}.items()
    }
    return replace(spec, arguments_model=create_model("ThinFitArguments", __base__=FitMmmArguments, **given))
