"""What a calendar leaves to whoever uses it: starts of years and weeks, paydays, categories of holidays."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from liftos_agents.data.countries import Hemisphere

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Payday = Literal["month_end", "mid_and_end", "fixed_day", "weekly", "fortnightly"]

WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class SchoolBreak(BaseModel):
    """One school holiday, both days included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> SchoolBreak:
        if self.end < self.start:
            raise ValueError("a school break ends before it starts")
        return self


class CalendarConventions(BaseModel):
    """The choices behind a calendar; the defaults are those of a firm whose years and weeks are the civil ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subdivision: str | None = Field(
        default=None,
        max_length=60,
        description="State or province, as code or name, whose holidays count too.",
    )
    categories: tuple[str, ...] = Field(
        default=("public",), min_length=1, description="Categories of days that count as holidays."
    )
    language: str | None = Field(
        default=None,
        max_length=12,
        description="Language of holiday names, such as en; the country's own when absent.",
    )
    fiscal_start_month: int = Field(default=1, ge=1, le=12, description="First month of the fiscal year.")
    fiscal_year_named: Literal["end", "start"] = Field(
        default="end",
        description="Whether a fiscal year is called after the year in which it ends or starts.",
    )
    week_start: Weekday = Field(default="monday", description="First day of a week.")
    retail_restated: bool = Field(
        default=False,
        description="Restate 53-week retail years: each week moves back by one, the first counting as week 53 of the year before.",
    )
    hemisphere: Hemisphere | None = Field(
        default=None, description="Hemisphere of the meteorological seasons; the country's when absent."
    )
    payday: Payday = Field(
        default="month_end",
        description=(
            "month_end: the last business day; mid_and_end: the 15th as well; fixed_day: payday_day of each month; "
            "weekly, fortnightly: each, or each other, payday_day of the week. A payday on a day off moves to the business day before."
        ),
    )
    payday_day: int | None = Field(
        default=None,
        ge=1,
        le=31,
        description="Day of the month, or of the week (Monday 1), of the payday rule.",
    )
    payday_window: int = Field(
        default=3, ge=1, le=14, description="Days of the payday window, payday included."
    )
    school_breaks: tuple[SchoolBreak, ...] = Field(
        default=(), description="School holidays; they replace what is known of the country."
    )

    @model_validator(mode="after")
    def _payday_is_complete(self) -> CalendarConventions:
        if self.payday == "fixed_day" and self.payday_day is None:
            raise ValueError("payday 'fixed_day' needs payday_day, a day of the month")
        if self.payday in ("weekly", "fortnightly") and not 1 <= (self.payday_day or 5) <= 7:
            raise ValueError(f"payday {self.payday!r} takes payday_day from 1 (Monday) to 7 (Sunday)")
        return self
