"""What `synthetic_control` is asked with."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from liftos_agents.domain.effect import DEFAULT_LEVEL

Method = Literal["unit_demeaned", "classic", "sdid"]
Inference = Literal["auto", "placebo", "conformal", "jackknife"]


class SyntheticControlArguments(BaseModel):
    """A panel with one row a unit and period, the units that were treated, and since when.

    Attributes:
        outcome: Column of numbers.
        unit: Column that names the units (regions, shops, countries).
        time: Column of dates or numbers.
        treated_units: Labels of the treated units; several are averaged.
        treatment_time: The first treated period, the same for all treated units.
        method: `unit_demeaned` compares changes from each unit's mean before the treatment; `classic` compares levels;
            `sdid` is synthetic difference-in-differences.
        predictors: Further columns whose means before the treatment are to be matched too (`classic` only).
        donors: Labels of the units to compare with; all that are not treated when absent.
        exclude: Labels never used as donors.
        inference: What interval and p-value come from; `auto` chooses by donors and periods.
        level: Of the interval.
        placebo_groups: Groups of donors drawn as placebos where several units are treated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    unit: str
    time: str
    treated_units: tuple[str, ...] = Field(min_length=1, description="Labels of the treated units")
    treatment_time: float | str = Field(
        description="First treated period: a date such as 2024-03-01, or a value of time"
    )
    method: Method = "unit_demeaned"
    predictors: tuple[str, ...] = ()
    donors: tuple[str, ...] = Field(default=(), description="Units to compare with; all others when absent")
    exclude: tuple[str, ...] = Field(default=(), description="Units never used as donors")
    inference: Inference = Field(
        default="auto",
        description="placebo: over donors; conformal: over periods; jackknife: over units (sdid with several treated units)",
    )
    level: float = Field(default=DEFAULT_LEVEL, gt=0.5, lt=1.0)
    placebo_groups: int = Field(default=100, ge=50, le=2000)

    @field_validator("treated_units", "donors", "exclude", mode="before")
    @classmethod
    def _labels(cls, given: Any) -> Any:
        one = isinstance(given, str | int | float) and not isinstance(given, bool)
        listed = [given] if one else given
        if not isinstance(listed, list | tuple):
            return listed
        return tuple(
            f"{v:.15g}" if isinstance(v, int | float) and not isinstance(v, bool) else v for v in listed
        )

    @field_validator("predictors", mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given
