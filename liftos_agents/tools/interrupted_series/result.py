"""What `causal_impact` hands back beyond the uniform fields."""

from __future__ import annotations

from liftos_agents.domain.effect import EffectResult, Part, effect_units


class ImpactPoint(Part):
    """One period: observed, and what was forecast without the intervention.

    Attributes:
        counterfactual: Before the intervention the forecast one period ahead.
        low, high: Interval of the counterfactual; None before the intervention.
        effect, effect_low, effect_high: Observed less counterfactual; None before.
        cumulative, cumulative_low, cumulative_high: Effects summed since the intervention; None before.
    """

    period: str
    observed: float | None
    counterfactual: float | None
    low: float | None = None
    high: float | None = None
    effect: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    cumulative: float | None = None
    cumulative_low: float | None = None
    cumulative_high: float | None = None


class MovedControl(Part):
    """How far a control leaves its own forecast after the intervention."""

    control: str
    shift: float
    p_value: float


class CausalImpactResult(EffectResult):
    """The average effect a period since the intervention, and its path.

    Attributes:
        path: Every period that counts.
        cumulative_effect, cumulative_low, cumulative_high: Effects summed over the observed periods since the intervention.
        relative_effect, relative_low, relative_high: Mean observed over mean counterfactual, less one; None unless the
            counterfactual's interval is positive.
        control_shifts: One a control, from a model of that control alone (or on the others).
        backtest_coverage: Share of placebo interventions before the real one whose interval held zero.
        backtest_windows: How many there were.
    """

    path: tuple[ImpactPoint, ...] = ()
    cumulative_effect: float | None = None
    cumulative_low: float | None = None
    cumulative_high: float | None = None
    relative_effect: float | None = None
    relative_low: float | None = None
    relative_high: float | None = None
    control_shifts: tuple[MovedControl, ...] = ()
    backtest_coverage: float | None = None
    backtest_windows: int = 0


_POINT = (
    "observed",
    "counterfactual",
    "low",
    "high",
    "effect",
    "effect_low",
    "effect_high",
    "cumulative",
    "cumulative_low",
    "cumulative_high",
)

UNITS = effect_units(
    **{f"path.*.{name}": "outcome" for name in _POINT},
    **{"path.*.period": "text", "control_shifts.*.control": "text", "control_shifts.*.shift": "number"},
    **{"control_shifts.*.p_value": "probability"},
    cumulative_effect="outcome",
    cumulative_low="outcome",
    cumulative_high="outcome",
    relative_effect="share",
    relative_low="share",
    relative_high="share",
    backtest_coverage="share",
    backtest_windows="count",
)
