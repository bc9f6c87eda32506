"""The effect of each exposure by each method, as evidence of `estimate_effect`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liftos_agents.domain.effect import EffectResult
from liftos_agents.domain.evidence import Evidence
from liftos_agents.tools.adjustment.contract import EstimateEffectResult
from liftos_agents.tools.attribution.exposures import LEVEL, TOOL, Exposed, Exposure
from liftos_agents.tools.attribution.row_contract import RowAttribution, RowMethod
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry

_ESTIMATOR: dict[RowMethod, str] = {"linear": "ols", "dml": "dml", "causal_forest": "causal_forest"}
ORDER: tuple[RowMethod, ...] = ("causal_forest", "dml", "linear")
"""Methods from the one that assumes least to the one that assumes most; the first there is judges the others."""


@dataclass(frozen=True)
class RowEstimate:
    """What one method found for one exposure.

    Attributes:
        evidence: Id; None for a method that is not installed.
        effect: None where it refuses.
        missing: Why the method is not available here; empty when it is.
    """

    evidence: str | None
    effect: EffectResult | None
    missing: str = ""


Found = Mapping[RowMethod, Mapping[str, RowEstimate]]


def row_estimates(context: ToolContext, given: RowAttribution, exposed: Exposed) -> Found:
    """Method, in `ORDER`, to exposure key to its estimate, the other exposures and the controls held equal.

    Raises:
        ToolRetry: A column does not do for `estimate_effect`.
    """
    asked = sorted(given.methods, key=ORDER.index)
    found: dict[RowMethod, dict[str, RowEstimate]] = {}
    done, steps = 0, len(asked) * len(exposed.exposures)
    for method in asked:
        found[method] = {}
        missing = ""
        for exposure in exposed.exposures:
            context.progress(f"{exposure.column} by {method}", done / steps)
            done += 1
            one = RowEstimate(None, None, missing) if missing else _one(context, given, exposure, method)
            missing = one.missing
            found[method][exposure.key] = one
    return found


def _one(context: ToolContext, given: RowAttribution, exposure: Exposure, method: RowMethod) -> RowEstimate:
    others = [column for column in given.exposures if column != exposure.column]
    controls = [*sorted(others), *given.controls]
    try:
        evidence = context.run("estimate_effect", **_arguments(given, exposure, method, controls))
    except ToolFailed as error:
        if isinstance(error.__cause__, ImportError):
            return RowEstimate(None, None, f"{error.what[0].upper()}{error.what[1:]}. {_install(given)}")
        raise
    except ToolRetry as error:
        raise ToolRetry(
            error.what, where=f"{TOOL} argument rows, {exposure.column} by {method}", fix=error.fix
        ) from error
    return RowEstimate(evidence.id, _result(evidence))


def _arguments(
    given: RowAttribution, exposure: Exposure, method: RowMethod, controls: list[str]
) -> dict[str, Any]:
    return {
        "outcome": given.outcome,
        "treatment": exposure.column,
        "controls": controls,
        "method": _ESTIMATOR[method],
        "target": "att" if on_the_exposed(exposure, method) else "ate",
        "cluster": given.cluster,
        "measured_before": [name for name in given.measured_before if name in controls],
        "splits": given.splits,
        "randomised": False,
        "level": LEVEL,
        "seed": given.seed,
    }


def on_the_exposed(exposure: Exposure, method: RowMethod) -> bool:
    """Whether the method's effect is the average over the exposed rows, which is what a credit needs."""
    return exposure.kind == "reached" and method != "dml"


def _result(evidence: Evidence) -> EffectResult:
    return EstimateEffectResult.model_validate(evidence.result)


def _install(given: RowAttribution) -> str:
    left = [method for method in given.methods if method != "causal_forest"]
    without = f", or leave it out with methods={left}" if left else ""
    return f"Install it with: pip install liftos-agents[forest]{without}, and ask again."
