"""What a marketing-mix fit is given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from liftos_agents.domain.posterior import Saturation
from liftos_agents.tools.mmm.conversion_lag import by_channel

Array = NDArray[np.float64]
Frequency = Literal["day", "week", "month"]
Confounding = Literal["factor", "none"]

ADSTOCK_LENGTH: dict[Frequency, int] = {"day": 28, "week": 8, "month": 4}


class RoiPrior(BaseModel):
    """What is believed of a channel's return before the data: normal, cut at zero.

    Attributes:
        mean: Outcome value per unit of spend.
        sd: Its standard deviation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float = Field(ge=0.0)
    sd: float = Field(gt=0.0)


class LiftTest(BaseModel):
    """A past experiment on one channel.

    Attributes:
        channel: Its name.
        start: First day of the test.
        end: Last day of the test.
        spend_change: Spend added per period during the test, negative for a cut.
        lift: Outcome that the change added over the test, its carry-over and the lag to purchase, in outcome units.
        standard_error: Of the lift.
        counted_until: Last day whose outcome the lift counts; all that the change caused when absent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str
    start: date
    end: date
    spend_change: float
    lift: float
    standard_error: float = Field(gt=0.0)
    counted_until: date | None = None

    @model_validator(mode="after")
    def _counted_to_its_end(self) -> LiftTest:
        if self.counted_until is not None and self.counted_until < self.end:
            raise ValueError(f"counted_until ({self.counted_until}) is before the test's end ({self.end})")
        return self


@dataclass(frozen=True)
class MmmInput:
    """Data and settings of a fit. Spends are money per period, the outcome the KPI's own unit.

    Attributes:
        dates: (T,) datetime64[D], regular.
        outcome: (T,).
        spend: (T, C).
        channels: names, length C.
        controls, events: name to a series of shape (T,).
        demand_proxies: names within `controls` that follow demand; they inform the demand factor and are not controls as well.
        value_per_outcome: money per unit of outcome.
        outcome_is_money: whether outcome × value is money; if not, a return is outcome per unit of spend.
        margin: profit per unit of revenue, None when nobody said.
        country, currency: ISO codes, to be shown alone.
        holidays: name to a series (T,) of holidays, or the mean strength of an event of trade, per period.
        season_order: Fourier pairs a year; chosen by the length of the data when None.
        effect_scale: prior median of the effects' common scale, outcome scaled to a maximum of one; 0.5 / channels when None.
        holdout_weeks: periods held out to measure the forecast error; 0 for none.
        confounding: "factor" models latent demand; "none" trusts the controls.
        conversion_lag: channel (`*`: every other) to shares of what it causes that are bought 0, 1, 2, … periods later; all at once
            where absent.
        lift_test_error: standard error that a lift test reaches, as a share of the outcome over the test; from the noise when None.
    """

    dates: NDArray[np.datetime64]
    outcome: Array
    spend: Array
    channels: tuple[str, ...]
    controls: dict[str, Array] = field(default_factory=dict)
    events: dict[str, Array] = field(default_factory=dict)
    holidays: dict[str, Array] = field(default_factory=dict)
    demand_proxies: tuple[str, ...] = ()
    value_per_outcome: float = 1.0
    outcome_is_money: bool = True
    margin: float | None = None
    country: str | None = None
    currency: str | None = None
    saturation: Saturation = "logistic"
    adstock_length: int | None = None
    season_order: int | None = None
    trend: bool = True
    frequency: Frequency = "week"
    seed: int = 0
    draws: int = 500
    chains: int = 4
    roi_priors: dict[str, RoiPrior] = field(default_factory=dict)
    lift_tests: tuple[LiftTest, ...] = ()
    effect_scale: float | None = None
    holdout_weeks: int = 8
    confounding: Confounding = "factor"
    lift_test_error: float | None = None
    conversion_lag: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Periods that an impulse lasts."""
        return self.adstock_length or ADSTOCK_LENGTH[self.frequency]

    @property
    def lags(self) -> Array | None:
        """(C, L) shares bought 0, 1, 2, … periods after their cause; None where all is bought at once."""
        return by_channel(self.conversion_lag, self.channels)

    def lag(self, channel: int) -> Array | None:
        """(L,) one channel's."""
        lags = self.lags
        return None if lags is None else lags[channel]

    @property
    def waits(self) -> int:
        """Periods by which the last purchase comes after its cause."""
        lags = self.lags
        return 0 if lags is None else lags.shape[1] - 1


def without(data: MmmInput, channels: tuple[str, ...]) -> MmmInput:
    """The input less some channels."""
    if not channels:
        return data
    kept = [index for index, name in enumerate(data.channels) if name not in channels]
    return replace(
        data,
        spend=data.spend[:, kept],
        channels=tuple(data.channels[index] for index in kept),
        roi_priors={name: prior for name, prior in data.roi_priors.items() if name not in channels},
        lift_tests=tuple(test for test in data.lift_tests if test.channel not in channels),
        conversion_lag={name: lag for name, lag in data.conversion_lag.items() if name not in channels},
    )
