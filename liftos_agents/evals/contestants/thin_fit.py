"""`fit_mmm` as contestants use it: short chains, no held-out forecast, and the lift tests that they have run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import Field, create_model

from liftos_agents import tools
from liftos_agents.tools.fit_mmm import FitMmmArguments
from liftos_agents.tools.mmm.input import LiftTest
from liftos_agents.tools.registry import ToolSpec

THIN: dict[str, Any] = {"draws": 100, "chains": 4, "holdout_periods": 0}
"""Hundreds of worlds are fitted, four times each: means within a few per cent of a long fit's, in a fifth of its time."""


NO_LAGS: Mapping[str, tuple[float, ...]] = MappingProxyType({})


def thin_fit(lift_tests: Sequence[LiftTest], lags: Mapping[str, tuple[float, ...]] = NO_LAGS) -> ToolSpec:
    """The tool with these defaults, for an engine that is asked in words; they are among the evidence's arguments.

    Args:
        lift_tests: That were run.
        lags: `Briefing.conversion_lags`.
    """
    spec = tools.spec("fit_mmm")
    fields = FitMmmArguments.model_fields
    given: dict[str, Any] = {
        name: (fields[name].annotation, Field(default=value, description=fields[name].description))
        for name, value in {**THIN, "lift_tests": tuple(lift_tests), **lag_arguments(lags)}.items()
    }
    return replace(spec, arguments_model=create_model("ThinFitArguments", __base__=FitMmmArguments, **given))


def lag_arguments(lags: Mapping[str, tuple[float, ...]]) -> dict[str, Any]:
    """The lags as arguments of the fit; none where every channel's customers buy at once."""
    later = {name: lag for name, lag in lags.items() if len(lag) > 1}
    return {"conversion_lag": later} if later else {}
