"""What `synthetic_control` hands back beyond the uniform fields."""

from __future__ import annotations

from liftos_agents.domain.effect import EffectResult, Part, effect_units


class DonorWeight(Part):
    """A donor's weight in the synthetic unit; weights are not negative and sum to one."""

    unit: str
    weight: float


class PeriodWeight(Part):
    """A period's weight in the comparison before the treatment (`sdid`)."""

    period: str
    weight: float


class PathPoint(Part):
    """One period: observed, synthetic, and the gap with its pointwise interval."""

    period: str
    observed: float
    synthetic: float
    gap: float
    low: float | None
    high: float | None


class SyntheticControlResult(EffectResult):
    """The average effect on the treated units after the treatment, with the synthetic unit it rests on.

    Attributes:
        weights: Donors with weight, largest first.
        time_weights: Of `sdid`; empty otherwise.
        path: Every period; the gaps after the treatment average to `estimate`.
        pre_rmspe: Root mean squared gap before the treatment.
        pre_rmspe_share: The same over the treated unit's standard deviation before the treatment.
        pre_rmspe_ratio: The same over the median of the placebos.
        effective_donors: One over the sum of squared weights.
        relative_effect: Estimate over the mean synthetic outcome after the treatment.
        placebo_rank: Place of |effect| / pre-RMSPE among treated and placebos, 1 being the largest.
        placebo_count: Placebos that were ranked.
        placebo_p_value: Rank over one more than the placebos; `p_value` is that of the method that gave the interval.
        in_time_effect: Effect found before the treatment when it is dated back.
        leave_one_out_low, leave_one_out_high: Range of the estimate when each donor with weight is left out in turn.
        instability: Largest distance of another method's or a leave-one-out estimate from the estimate, over the estimate.
    """

    weights: tuple[DonorWeight, ...] = ()
    time_weights: tuple[PeriodWeight, ...] = ()
    path: tuple[PathPoint, ...] = ()
    pre_rmspe: float | None = None
    pre_rmspe_share: float | None = None
    pre_rmspe_ratio: float | None = None
    effective_donors: float | None = None
    relative_effect: float | None = None
    placebo_rank: int | None = None
    placebo_count: int | None = None
    placebo_p_value: float | None = None
    in_time_effect: float | None = None
    leave_one_out_low: float | None = None
    leave_one_out_high: float | None = None
    instability: float | None = None


UNITS = effect_units(
    **{
        "weights.*.unit": "text",
        "weights.*.weight": "share",
        "time_weights.*.period": "text",
        "time_weights.*.weight": "share",
        "path.*.period": "text",
        "path.*.observed": "outcome",
        "path.*.synthetic": "outcome",
        "path.*.gap": "outcome",
        "path.*.low": "outcome",
        "path.*.high": "outcome",
    },
    pre_rmspe="outcome",
    pre_rmspe_share="ratio",
    pre_rmspe_ratio="ratio",
    effective_donors="number",
    relative_effect="share",
    placebo_rank="count",
    placebo_count="count",
    placebo_p_value="probability",
    in_time_effect="outcome",
    leave_one_out_low="outcome",
    leave_one_out_high="outcome",
    instability="share",
)
