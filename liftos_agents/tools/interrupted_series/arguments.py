"""What `causal_impact` is asked with."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from liftos_agents.domain.effect import DEFAULT_LEVEL

Trend = Literal["level", "drift", "local_linear"]

DEFAULT_LEVEL_PRIOR = 0.3


class CausalImpactArguments(BaseModel):
    """One series with an intervention at a known time, and controls that the intervention does not touch.

    Attributes:
        outcome: Column of numbers.
        intervention: The first period under the intervention: a date or a value of `time`, or without `time` a row number,
            counted from 0.
        time: Column of dates or numbers that orders the rows; without it the order of the rows is that of time.
        controls: Columns that move with the outcome and are not touched by the intervention.
        season: Periods a cycle (7 for days of the week); up to 12 as dummies, longer ones as three harmonics.
        post_end: The last period that counts, as `intervention` is given; the last of the data when absent.
        level: Of the interval.
        trend: `level` is a level that wanders; `drift` adds a constant slope; `local_linear` a slope that wanders too.
        level_prior: Scale of the half-Cauchy prior on the level's step over the noise (standard deviations). The default keeps 90 %
            intervals between 87 and 93 % for levels that wander by up to .6; .01 is nearly a fixed level.
        keep_moved_controls: Go on although a control breaks at the intervention, because its break has another cause.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    intervention: float | str = Field(
        description="First period under the intervention: a date, a value of time, or a row number from 0"
    )
    time: str | None = None
    controls: tuple[str, ...] = Field(default=(), description="Columns the intervention does not touch")
    season: int | None = Field(default=None, ge=2, le=400)
    post_end: float | str | None = None
    level: float = Field(default=DEFAULT_LEVEL, gt=0.5, lt=1.0)
    trend: Trend = "level"
    level_prior: float = Field(
        default=DEFAULT_LEVEL_PRIOR,
        gt=0.0,
        le=10.0,
        description="How far the level is expected to wander a period, over the noise; smaller gives narrower intervals",
    )
    keep_moved_controls: bool = False

    @field_validator("controls", mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given
