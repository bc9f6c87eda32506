"""What `forecast` is asked with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Method = Literal[
    "auto", "seasonal_naive", "exponential_smoothing", "structural", "structural_drift", "marketing_mix"
]
Level = Annotated[float, Field(gt=0.0, lt=1.0)]
Amount = Annotated[float, Field(ge=0.0)]


class ForecastArguments(BaseModel):
    """A series to carry on.

    Attributes:
        outcome: Column of numbers; that of the data's roles, or the only column of numbers, when absent.
        time: Column of dates, or of numbers one apart; likewise.
        horizon: Periods to come; a quarter of a year when absent (13 weeks, 30 days, 6 months, 4 quarters, 3 years).
        season: Periods a season, `none`, or `auto` by the frequency and the length of the data.
        controls: Columns that move the outcome; the table must hold their values in the periods to come, with the outcome left empty.
        levels: Of the fan's intervals.
        method: `auto` takes the one with the smallest error over rolling origins.
        spend_plan: Channel to money over the horizon, or to money per period, for a table of media; channels not named go on as of late.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str | None = None
    time: str | None = None
    horizon: int | None = Field(default=None, ge=1, le=1000)
    season: Annotated[int, Field(ge=2, le=400)] | Literal["auto", "none"] = "auto"
    controls: tuple[str, ...] = Field(
        default=(), description="Columns with values in the periods to come as well"
    )
    levels: tuple[Level, ...] = Field(default=(0.5, 0.8, 0.9), min_length=1, max_length=9)
    method: Method = "auto"
    spend_plan: dict[str, Amount | list[Amount]] = Field(
        default_factory=dict, description="Channel to money over the horizon, or per period"
    )

    @field_validator("controls", mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @field_validator("levels")
    @classmethod
    def _ordered(cls, given: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(sorted(set(given)))
