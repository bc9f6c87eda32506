"""What `estimate_effect` takes and gives."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import DEFAULT_LEVEL, EffectResult, effect_units
from liftos_agents.tools.adjustment.balance import ControlBalance
from liftos_agents.tools.adjustment.cross_fitting import Choice
from liftos_agents.tools.adjustment.overlap import Overlap
from liftos_agents.tools.adjustment.regression import Target
from liftos_agents.tools.adjustment.segment_differences import SegmentDifference
from liftos_agents.tools.adjustment.sensitivity import Sensitivity
from liftos_agents.tools.effects import TreatedValues


class EstimateEffectArguments(BaseModel):
    """The question: what `treatment` does to `outcome`, `controls` held equal.

    Attributes:
        treatment: Two values (treated or not), or a dose.
        treated: Values of `treatment` that mean treated, all others being untreated. Without it usual words decide (`control`, `yes`, …),
            a column named after the untreated (`holdout`, `control`) counts the other way, and else the later word of two is treated.
        controls: Columns measured before the treatment that drive it and the outcome; text ones become indicators.
        method: `auto` is a regression for an experiment (or without controls), else AIPW for a treatment of two values
            and double machine learning for a dose.
        target: Average over all rows, or over the treated.
        segments: Columns by whose levels (thirds of a numeric one) the effect is shown too, with a test of whether it differs.
        cluster: Column of groups whose rows belong together; errors are clustered, and folds keep them whole.
        weights: Column of positive sampling weights.
        splits: Split seeds of cross-fitted methods; their median is the estimate.
        randomised: Whether treatment was assigned at random; unknown when absent, and then taken as observational.
        learners: Nuisance learners of cross-fitted methods; `auto` takes the smallest out-of-fold loss for each part.
        measured_before: Controls known to be measured before the treatment although their names say otherwise.
        neighbours: Matches of each row, for matching.
        seed: Of folds, ties, forests and bootstraps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    treatment: str = Field(description="Column with two values (treated or not), or a numeric dose")
    treated: TreatedValues = ()
    controls: tuple[str, ...] = Field(default=(), description="Columns measured before the treatment")
    method: Literal["auto", "ols", "ipw", "matching", "aipw", "dml", "causal_forest"] = "auto"
    target: Target = Field(default="ate", description="ate: all rows; att: the treated")
    segments: tuple[str, ...] = ()
    cluster: str | None = None
    weights: str | None = None
    folds: int = Field(default=5, ge=2, le=20)
    splits: int = Field(default=5, ge=1, le=25, description="Split seeds; their median is the estimate")
    randomised: bool | None = Field(default=None, description="true if treatment was assigned at random")
    learners: Choice = "auto"
    measured_before: tuple[str, ...] = Field(
        default=(), description="Controls known to be measured before the treatment"
    )
    neighbours: int = Field(default=4, ge=1, le=50)
    level: float = Field(default=DEFAULT_LEVEL, gt=0.5, lt=1.0)
    seed: int = Field(default=0, ge=0)


class EstimateEffectResult(EffectResult):
    """An adjusted effect with the ground it stands on.

    Attributes:
        target: The target that was estimated, which may differ from the one asked for; `reasons` say so.
        overlap: Of treated and untreated rows; None for a dose, or without controls.
        balance: Standardised mean difference of each control before and after weighting.
        splits: Estimate of each split seed.
        learners: Part of the nuisance to the learner that was chosen for it.
        sensitivity: What an unmeasured confounder would have to be; for observational data.
        segment_differences: For each column of `segments`, the test that the effect is the same in all of its segments.
    """

    target: Target
    overlap: Overlap | None = None
    balance: tuple[ControlBalance, ...] = ()
    splits: tuple[float, ...] = ()
    learners: dict[str, str] = Field(default_factory=dict)
    sensitivity: Sensitivity | None = None
    segment_differences: tuple[SegmentDifference, ...] = ()


def units() -> dict[str, str]:
    """Path pattern to unit of a result."""
    return effect_units(
        target="text",
        overlap__share_outside="share",
        overlap__effective_treated="count",
        overlap__effective_untreated="count",
        overlap__low="probability",
        overlap__middle="probability",
        overlap__high="probability",
        balance="number",
        splits="outcome",
        learners="text",
        sensitivity="number",
        sensitivity__linear_estimate="outcome",
        sensitivity__estimate_if_as_strong="outcome",
        sensitivity__robustness_value="share",
        sensitivity__robustness_value_interval="share",
        sensitivity__strongest_with_treatment="share",
        sensitivity__strongest_with_outcome="share",
        segment_differences="number",
    ) | {
        "segment_differences.*.column": "text",
        "segment_differences.*.words": "text",
        "segment_differences.*.segments": "count",
        "segment_differences.*.p_value": "probability",
        "segment_differences.*.adjusted_p_value": "probability",
        "segment_differences.*.pairs.*.difference": "outcome",
        "segment_differences.*.pairs.*.standard_error": "outcome",
        "segment_differences.*.pairs.*.p_value": "probability",
    }
