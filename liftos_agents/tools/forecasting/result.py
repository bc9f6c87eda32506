"""What `forecast` hands back."""

from __future__ import annotations

from pydantic import Field

from liftos_agents.domain.effect import EffectResult, Part, effect_units


class FanLevel(Part):
    """Ends of an interval, which holds the value with probability `level`."""

    level: float
    low: float
    high: float


class FanPeriod(Part):
    """One period to come; `intervals` in order of their level."""

    period: str
    mean: float
    intervals: tuple[FanLevel, ...]


class Candidate(Part):
    """One method in the backtest: errors over rolling origins.

    Attributes:
        mase: Mean absolute error over that of the seasonal naive forecast one step ahead in the data before the first origin.
        mape: Mean absolute error as a share of the mean absolute outcome.
    """

    meaning: str
    mase: float
    mape: float


class LevelCoverage(Part):
    """How often an interval of this level held what came, over the backtest's origins, each judged by the others."""

    level: float
    covered: float


class ForecastResult(EffectResult):
    """A forecast; `estimate` is the sum over the horizon, and `interval` that sum's.

    Attributes:
        fan: Every period to come with its intervals.
        frequency: Length of a period.
        horizon: Periods forecast.
        candidates: Methods tried, by name; `method` is the one with the smallest error.
        calibration: Coverage of the intervals in the backtest.
        origins: Of the backtest.
        planned_spend: Channel to money over the horizon, where the forecast rests on planned spend.
    """

    fan: tuple[FanPeriod, ...] = ()
    frequency: str
    horizon: int
    candidates: dict[str, Candidate] = Field(default_factory=dict)
    calibration: tuple[LevelCoverage, ...] = ()
    origins: int = 0
    planned_spend: dict[str, float] = Field(default_factory=dict)


UNITS = effect_units(
    **{
        "fan.*.mean": "outcome",
        "fan.*.intervals.*.level": "share",
        "fan.*.intervals.*.low": "outcome",
        "fan.*.intervals.*.high": "outcome",
        "fan.*.period": "date",
        "horizon": "periods",
        "origins": "count",
        "candidates.*.mase": "ratio",
        "candidates.*.mape": "share",
        "calibration.*.level": "share",
        "calibration.*.covered": "share",
        "planned_spend": "money",
        "frequency": "text",
    }
)
