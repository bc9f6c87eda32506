"""`fit_mmm` as contestants use it: short chains, no held-out forecast, and what the firm's own records know of its customers."""

from __future__ import annotations

from typing import Any

from liftos_agents.sandbox.policy import Briefing

THIN: dict[str, Any] = {"draws": 100, "chains": 4, "holdout_periods": 0}
"""Hundreds of worlds are fitted, four times each: means within a few per cent of a long fit's, in a fifth of its time."""


def fit_settings(briefing: Briefing) -> dict[str, Any]:
    """Arguments of `fit_mmm` for a world; with lags where some channel's customers wait before they buy."""
    later = {name: lag for name, lag in briefing.conversion_lags.items() if len(lag) > 1}
    return {**THIN, "conversion_lag": later} if later else dict(THIN)
