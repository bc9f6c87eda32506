"""What the tool is asked and what it hands back."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import DEFAULT_LEVEL, ConfidenceInterval, EffectResult, Part, effect_units

Method = Literal["callaway_santanna", "two_way_fixed_effects", "two_by_two"]


class DifferenceInDifferencesArguments(BaseModel):
    """Columns of a table of units over time, or of rows of two groups before and after.

    Attributes:
        treatment: 0/1, true/false or two words: on from adoption onwards, or constant for units that are ever treated
            (then with `cohort`, `post`, or two periods).
        unit: What is followed over time; absent when each period has other rows (repeated cross-sections).
        time: Period: numbers, dates, or words that begin with the year; also `before` and `after`.
        cohort: First treated period of the unit; 0, empty or infinity when never treated. Worked out from a treatment
            that switches on when absent.
        post: 1 from the start of the treatment on; only beside a treatment that says who is ever treated.
        controls: Trends are taken to be parallel given these, as they are before adoption.
        cluster: What varies independently; the unit when absent.
        weights: Sampling weights, constant within a unit.
        method: `callaway_santanna` when the rows follow units, else `two_by_two`.
        estimator: How controls are adjusted for.
        comparison: Whom cohorts are compared with.
        anticipation: Periods before adoption in which there may be an effect already.
        level: Of all intervals.
        seed: Of the bootstraps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    time: str
    treatment: str | None = Field(default=None, description="0/1: on from adoption onwards, or ever treated")
    unit: str | None = Field(
        default=None, description="What is followed over time; absent for cross-sections"
    )
    cohort: str | None = Field(
        default=None, description="First treated period; 0 or empty when never treated"
    )
    post: str | None = Field(default=None, description="1 from the start of the treatment on")
    controls: tuple[str, ...] = ()
    cluster: str | None = Field(default=None, description="What varies independently; the unit when absent")
    weights: str | None = Field(default=None, description="Sampling weights, 0 or more")
    method: Literal["auto", "callaway_santanna", "two_way_fixed_effects", "two_by_two"] = "auto"
    estimator: Literal["doubly_robust", "outcome_regression", "ipw"] = "doubly_robust"
    comparison: Literal["never_treated", "not_yet_treated"] = "never_treated"
    anticipation: int = Field(
        default=0, ge=0, le=50, description="Periods of possible effect before adoption"
    )
    level: float = Field(default=DEFAULT_LEVEL, ge=0.5, le=0.999)
    seed: int = Field(default=0, ge=0)


class CohortSize(Part):
    """A cohort's units and clusters."""

    first_treated: str
    units: int
    clusters: int


class PreTrends(Part):
    """Tests of the periods before adoption; a step is the change of the gap from one period to the next.

    Attributes:
        steps: Periods before adoption that the test uses.
        statistic, p_value: Wald test that all steps of the event study are zero, judged by Hotelling's F.
        cells_statistic, cells_p_value: The Wald test over all group-time effects before adoption, chi-squared; None when
            there are too many for the clusters.
        slope, slope_p_value: One common step a period.
        carried_effect: What that slope, carried on after adoption, does to the estimate.
        last_gap, last_gap_p_value: How far the gap in the last period before adoption stands from those before it, by generalised
            least squares; None with one step. The p-values are of each test alone; the checks allow for there being three.
        power: That the joint test notices a steady violation that alone would produce the estimate.
        slope_power: That the test of the slope notices it.
        detectable_slope: The steady violation that the joint test notices with probability .8.
        detectable_effect: What that violation does to the estimate.
    """

    steps: int
    statistic: float
    p_value: float
    cells: int
    cells_statistic: float | None
    cells_p_value: float | None
    slope: float
    slope_standard_error: float
    slope_p_value: float
    carried_effect: float
    last_gap: float | None
    last_gap_p_value: float | None
    power: float
    slope_power: float
    detectable_slope: float
    detectable_effect: float


class TrendSensitivity(Part):
    """How far trends may part after adoption before the sign is open.

    Attributes:
        breakdown: Largest multiple of the largest step before adoption at which the interval still leaves out zero.
        intervals: Multiple to interval, keys such as `m_0_5`.
    """

    breakdown: float
    largest_step: float
    intervals: dict[str, ConfidenceInterval]


class TwoWayComparison(Part):
    """The two-way fixed effects coefficient, and what it mixes.

    Attributes:
        negative_share: Share of the treated unit-periods' absolute weight that is negative.
        forbidden_share: Weight of comparisons with units that are treated already; None for an unbalanced panel.
        weights, estimates: Kind of two-by-two comparison to its weight and to its average estimate.
        difference, difference_p_value: Coefficient less the average effect on the treated.
    """

    estimate: float
    standard_error: float
    negative_share: float
    forbidden_share: float | None
    weights: dict[str, float]
    estimates: dict[str, float]
    difference: float
    difference_p_value: float | None


class DifferenceInDifferencesResult(EffectResult):
    """The average effect on the treated with event study, trends before adoption and their sensitivity.

    Attributes:
        cohorts: First treated period to its size.
        treated_clusters, comparison_clusters: Independent clusters on each side; the least over comparisons.
        inference: How interval and p-value of `estimate` were got.
        joint_critical_value: Multiple of the standard errors of the event study that holds for all its points at once.
    """

    unit_count: int | None = None
    period_count: int | None = None
    cohorts: dict[str, CohortSize] = Field(default_factory=dict)
    never_treated: int | None = None
    clusters: int | None = None
    treated_clusters: int | None = None
    comparison_clusters: int | None = None
    inference: Literal["analytic", "wild_cluster_bootstrap"] | None = None
    joint_critical_value: float | None = None
    pre_trends: PreTrends | None = None
    sensitivity: TrendSensitivity | None = None
    two_way: TwoWayComparison | None = None


UNITS = effect_units(
    unit_count="count",
    period_count="periods",
    cohorts__x__units="count",
    cohorts__x__clusters="count",
    cohorts__x__first_treated="date",
    never_treated="count",
    clusters="count",
    treated_clusters="count",
    comparison_clusters="count",
    inference="text",
    joint_critical_value="ratio",
    pre_trends__steps="periods",
    pre_trends__cells="count",
    **{f"pre_trends__{name}": "number" for name in ("statistic", "cells_statistic")},
    **{
        f"pre_trends__{name}": "probability"
        for name in ("p_value", "cells_p_value", "slope_p_value", "last_gap_p_value", "power", "slope_power")
    },
    **{
        f"pre_trends__{name}": "outcome"
        for name in (
            "slope",
            "slope_standard_error",
            "carried_effect",
            "last_gap",
            "detectable_slope",
            "detectable_effect",
        )
    },
    sensitivity__breakdown="ratio",
    sensitivity__largest_step="outcome",
    sensitivity__intervals__x__low="outcome",
    sensitivity__intervals__x__high="outcome",
    sensitivity__intervals__x__level="share",
    two_way__estimate="outcome",
    two_way__standard_error="outcome",
    two_way__negative_share="share",
    two_way__forbidden_share="share",
    two_way__weights="share",
    two_way__estimates="outcome",
    two_way__difference="outcome",
    two_way__difference_p_value="probability",
)
UNITS = {path.replace(".x.", ".*."): unit for path, unit in UNITS.items()}
