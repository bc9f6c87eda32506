"""Which method the columns allow, and why."""

from __future__ import annotations

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.experiments.geo_experiment import FEWEST_A_SIDE
from liftos_agents.tools.experiments.panel import GeoPanel, geo_panel
from liftos_agents.tools.experiments.question import MeasureIncrementalityArguments, Method
from liftos_agents.tools.experiments.time_based_regression import FEW_PERIODS

FEWEST_DONORS = 5


def choose(context: ToolContext, asked: MeasureIncrementalityArguments) -> tuple[Method, str]:
    """The method asked for, or the one that the columns allow, with the reason in words."""
    if asked.method != "auto":
        return asked.method, "asked for"
    if asked.differences or (asked.pair is not None and asked.spend is not None):
        return "trimmed_match", "units come in pairs with their spend"
    if asked.time is None or (asked.unit is None and asked.treatment_time is None):
        return "holdout", "there are groups and no periods before the test"
    if asked.size is not None or asked.covariate is not None or asked.planned_share is not None:
        return "holdout", "people were held out at random"
    return _over_time(geo_panel(context, asked))


def _over_time(panel: GeoPanel) -> tuple[Method, str]:
    treated, control = int(panel.treated.sum()), int((~panel.treated).sum())
    before = int(panel.pre.sum())
    if min(treated, control) >= FEWEST_A_SIDE:
        return (
            "geo_experiment",
            f"{treated} treated and {control} control units with periods before and in the test",
        )
    if before >= FEW_PERIODS or control < FEWEST_DONORS:
        return (
            "tbr",
            f"{treated} treated and {control} control units are too few to judge by their spread, and there are {before} "
            "periods before the test",
        )
    return (
        "synthetic_control",
        f"{treated} treated units, {control} others and only {before} periods before the test",
    )
