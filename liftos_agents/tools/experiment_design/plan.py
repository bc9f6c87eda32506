"""What a test is to find, and with what means."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

TOOL = "design_experiment"


class DesignExperimentArguments(BaseModel):
    """The plan of an A/B test, or of a geo test on a table of its geos' history.

    Attributes:
        kind: `ab`: people assigned by chance, no table needed; `geo`: geos, with their history as a table.
        minimum_effect: The smallest effect worth finding. A/B: in units of the metric, or a share of the baseline; geo: a share
            of the outcome (0.05 is a lift of 5 %).
        effect_scale: `absolute` or `relative`; A/B is absolute when absent, geo is always relative.
        alpha: Accepted rate of false positives; `power`: chance to find the minimum effect.
        sides: 2: a change either way; 1: a rise alone.
        metric: A/B: share of people, or mean per person; `baseline`: its value without the treatment.
        standard_deviation: A/B, mean: between people.
        sample_size: A/B: people per arm at hand; gives the minimum detectable effect.
        ratio: A/B: size of a treated arm over the control's; `variants`: treated arms, alpha being shared among them.
        test: A/B: `z_pooled`: two-proportion z, pooled variance without effect and unpooled with it; `arcsine`: of the
            transformed proportions; `t`: of means.
        daily_traffic: A/B: people a day, all arms together; gives the duration.
        cluster_size, intraclass_correlation: A/B: people assigned together, and how alike they are.
        looks: A/B: how often the result is looked at, the end included.
        outcome, unit, time, spend: Geo: columns of the history.
        periods: Geo: lengths of the test to try; a range when absent.
        treated_share: Geo: share of geos to be treated; `geos`: how many geos take part (all when absent).
        assignment: Geo: `matched_pairs`, `stratified` by size, or `constrained` to well-balanced draws.
        analysis: Geo: how the test will be read.
        minimum_iroas: Geo: the smallest incremental outcome per spend worth finding; `budget`: extra spend over the test.
        spend_change: Geo: change of the treated geos' spend, 1 being twice as much and −1 none, where no budget is given.
        seed: Of the assignment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["ab", "geo"]
    minimum_effect: float | None = Field(default=None, description="smallest effect worth finding")
    effect_scale: Literal["absolute", "relative"] | None = None
    alpha: float = Field(default=0.05, gt=0.0, lt=0.5)
    power: float = Field(default=0.8, gt=0.5, lt=1.0)
    sides: Literal[1, 2] = 2
    metric: Literal["proportion", "mean"] = "proportion"
    baseline: float | None = Field(default=None, description="A/B: the metric without the treatment")
    standard_deviation: float | None = Field(default=None, gt=0.0)
    sample_size: int | None = Field(default=None, ge=2, description="A/B: people in the control arm")
    ratio: float = Field(default=1.0, gt=0.0, le=100.0)
    variants: int = Field(default=1, ge=1, le=20)
    test: Literal["z_pooled", "arcsine", "t"] | None = None
    daily_traffic: float | None = Field(default=None, gt=0.0)
    cluster_size: float = Field(default=1.0, ge=1.0)
    intraclass_correlation: float = Field(default=0.0, ge=0.0, le=1.0)
    looks: int = Field(default=1, ge=1, le=50)
    outcome: str | None = None
    unit: str | None = None
    time: str | None = None
    spend: str | None = None
    periods: tuple[int, ...] = Field(default=(), description="geo: lengths of the test to try")
    treated_share: float = Field(default=0.5, gt=0.0, lt=1.0)
    geos: int | None = Field(default=None, ge=2)
    assignment: Literal["matched_pairs", "stratified", "constrained"] | None = None
    analysis: Literal["difference_in_differences", "tbr"] | None = None
    minimum_iroas: float | None = Field(default=None, gt=0.0)
    budget: float | None = Field(default=None, gt=0.0)
    spend_change: float = Field(default=1.0, ge=-1.0)
    seed: int = Field(default=0, ge=0)

    @field_validator("periods", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return (given,) if isinstance(given, int) else given
