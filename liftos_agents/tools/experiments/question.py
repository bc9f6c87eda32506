"""What is asked about an experiment: the columns that play a part, and the method."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.effects import TreatedValues

TOOL = "measure_incrementality"

Method = Literal["auto", "geo_experiment", "holdout", "synthetic_control", "tbr", "trimmed_match"]


class MeasureIncrementalityArguments(BaseModel):
    """The columns of an experiment and how to read it.

    Attributes:
        method: `auto` takes what the columns allow and says which. `geo_experiment`: difference in differences over geos;
            `holdout`: people or groups held out at random; `tbr`: time-based regression of the treated total on the
            control total; `trimmed_match`: paired geos, robust to odd pairs; `synthetic_control`: few treated geos.
        outcome: What is to be raised.
        treatment: Group column: 0 and 1, or two words; one that switches on within a unit gives the start as well.
        treated: Values of `treatment` that mean treated, all others being held out. Without it usual words decide (`control`, `yes`,
            …), a column named after the held-out (`holdout`, `control`) counts the other way, and else the later word is treated.
        unit: What was assigned: geo, shop, person. Rows of a unit are added up within a period.
        time: Date or number of the period.
        spend: Cost of each row; without it there is no incremental cost and no iROAS.
        treatment_time: First period of the test; `treatment_end`: its last one (the data's last when absent).
        treated_units: Treated units by name, instead of `treatment`.
        pair: Column that names the pair of each geo.
        differences: Each row is one pair, outcome and spend being treated less control already.
        size: Holdout of grouped rows: how many people a row stands for; outcome is then how many of them converted.
        covariate: Holdout: the outcome's value before the test, which takes noise out.
        planned_share: Share of units that was to be treated, against which the groups' sizes are tested.
        inference: Geo experiment: `cluster` takes the geos' spread; `randomisation` plays the assignment again.
        trim_rate: Trimmed match: share of pairs cut off on each side; chosen from the data when absent.
        margin: Profit per unit of outcome; gives incremental profit.
        level: Of the intervals.
        seed: Of drawn assignments and flipped signs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method = "auto"
    outcome: str
    treatment: str | None = Field(default=None, description="group column: 0/1 or two words")
    treated: TreatedValues = ()
    unit: str | None = Field(default=None, description="column of what was assigned: geo, shop, person")
    time: str | None = Field(default=None, description="column of dates or period numbers")
    spend: str | None = Field(default=None, description="cost column")
    treatment_time: str | float | None = Field(default=None, description="first period of the test")
    treatment_end: str | float | None = Field(default=None, description="last period of the test")
    treated_units: tuple[str | float, ...] = Field(default=(), description="instead of treatment")
    pair: str | None = Field(default=None, description="column naming each geo's pair")
    differences: bool = Field(default=False, description="rows are pairs, treated less control")
    size: str | None = Field(default=None, description="holdout: people a row stands for")
    covariate: str | None = Field(default=None, description="holdout: the outcome before the test")
    planned_share: float | None = Field(default=None, gt=0.0, lt=1.0)
    inference: Literal["cluster", "randomisation"] = "cluster"
    trim_rate: float | None = Field(default=None, ge=0.0, lt=0.5)
    margin: float | None = Field(default=None, gt=0.0)
    level: float = Field(default=0.9, ge=0.5, lt=1.0)
    seed: int = Field(default=0, ge=0)
