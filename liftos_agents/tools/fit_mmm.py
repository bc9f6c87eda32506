"""The marketing-mix model as a tool: what each channel added, what a little more would add, and how sure that is."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from liftos_agents.domain.panel import Panel
from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features.model_columns import PeriodColumns, period_columns
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.mmm.conversion_lag import EVERY, shares
from liftos_agents.tools.mmm.input import LiftTest, MmmInput, RoiPrior
from liftos_agents.tools.mmm.lift_tests import tested_periods
from liftos_agents.tools.mmm.marketing_mix import fit
from liftos_agents.tools.mmm.result import FitMmmResult
from liftos_agents.tools.registry import tool

STORED_DRAWS = 1000

ConversionLag = tuple[float, ...] | dict[str, tuple[float, ...]]


class FitMmmArguments(BaseModel):
    """Arguments of `fit_mmm`; the data's columns come from the roles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    saturation: Literal["logistic", "hill"] = Field(
        default="logistic", description="Shape of diminishing returns."
    )
    confounding: Literal["factor", "none"] = Field(
        default="factor",
        description="'factor' draws latent demand behind spends and proxies along with the fit; 'none' trusts the controls.",
    )
    margin: float | None = Field(
        default=None, gt=0.0, le=1.0, description="Profit per unit of revenue, when the data has none."
    )
    season_order: int | None = Field(
        default=None, ge=0, le=10, description="Fourier pairs a year; by the length of the data when absent."
    )
    trend: bool = Field(default=True, description="Whether the baseline has a linear trend.")
    country: str | None = Field(
        default=None,
        min_length=2,
        max_length=80,
        description="ISO code or name of the country whose holidays and events of trade count; the data's when absent.",
    )
    adstock_length: int | None = Field(
        default=None, ge=1, le=60, description="Periods that an effect lasts at most; 8 weeks when absent."
    )
    conversion_lag: ConversionLag = Field(
        default=(),
        description="Shares of what media cause that are bought 0, 1, 2, ... periods later, as the CRM shows it from lead to order; "
        "for all channels, or channel to shares ('*': every other). At once when absent.",
    )
    roi_priors: dict[str, RoiPrior] = Field(
        default_factory=dict, description="Channel to what is believed of its return before the data."
    )
    lift_tests: tuple[LiftTest, ...] = Field(
        default=(),
        description="Past experiments on any channels, several a channel if there are, with lift in the outcome's money or unit.",
    )
    lift_test_error: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        description="Standard error that your lift tests reach, as a share of the outcome over the test; from the noise when absent.",
    )
    holdout_periods: int = Field(
        default=8, ge=0, le=52, description="Last periods held out to measure the forecast error."
    )
    draws: int = Field(default=500, ge=100, le=4000, description="Draws per chain.")
    chains: int = Field(default=4, ge=2, le=16)

    @field_validator("conversion_lag")
    @classmethod
    def _lag_is_shares(cls, lag: ConversionLag) -> ConversionLag:
        for one in lag.values() if isinstance(lag, dict) else [lag] if lag else []:
            shares(one)
        return lag

    @property
    def lags(self) -> dict[str, tuple[float, ...]]:
        """Channel, or `*`, to the shares of its lag."""
        if isinstance(self.conversion_lag, dict):
            return self.conversion_lag
        return {EVERY: self.conversion_lag} if self.conversion_lag else {}


@tool(
    "fit_mmm",
    version="9",
    summary="Contribution, return and marginal return of every channel, with intervals, from a Bayesian marketing-mix model.",
    data="panel",
)
def fit_mmm(context: ToolContext, arguments: FitMmmArguments) -> FitMmmResult:
    """The fit of the panel, its posterior stored as an artifact; what was summed or left out on the way is among the warnings.

    Raises:
        ToolRetry: An argument names a channel, country or period that the data does not have.
    """
    calendar = calendar_of(context.panel, arguments.country or context.panel.roles.country)
    found = fit(mmm_input(context.panel, arguments, context.seed, calendar), context.progress)
    notes = (*context.panel.notes, *(calendar.notes if calendar else ()))
    result = found.result.model_copy(update={"warnings": (*notes, *found.result.warnings)})
    if found.posterior is None:
        return result
    stored = context.put_artifact(found.posterior.thin(STORED_DRAWS).to_npz())
    return result.model_copy(update={"posterior": stored})


def mmm_input(
    panel: Panel, arguments: FitMmmArguments, seed: int, calendar: PeriodColumns | None = None
) -> MmmInput:
    """The fit's input from a panel. Where conversions have a money value, that is what is modelled.

    Raises:
        ToolRetry: As `fit_mmm`.
    """
    _check_names(panel, arguments)
    money = panel.roles.outcome_kind == "revenue" or panel.roles.value_per_outcome is not None
    data = MmmInput(
        dates=panel.dates,
        outcome=np.asarray(panel.revenue if money else panel.outcome, dtype=np.float64),
        spend=np.asarray(panel.spend, dtype=np.float64),
        channels=panel.channels,
        controls={**panel.controls, **panel.organic},
        events=panel.events,
        holidays=calendar.columns if calendar else {},
        demand_proxies=panel.demand_proxies,
        outcome_is_money=money,
        margin=panel.margin if arguments.margin is None else arguments.margin,
        country=calendar.country.code if calendar else None,
        currency=panel.currency,
        saturation=arguments.saturation,
        adstock_length=arguments.adstock_length,
        season_order=arguments.season_order,
        trend=arguments.trend,
        frequency=panel.frequency,
        seed=seed,
        draws=arguments.draws,
        chains=arguments.chains,
        roi_priors=arguments.roi_priors,
        lift_tests=arguments.lift_tests,
        lift_test_error=arguments.lift_test_error,
        conversion_lag=arguments.lags,
        holdout_weeks=arguments.holdout_periods,
        confounding=arguments.confounding,
    )
    for test in arguments.lift_tests:
        if not tested_periods(data, test).any():
            raise ToolRetry(
                f"no period of the data begins within the lift test of {test.start} to {test.end}",
                where="fit_mmm argument lift_tests",
                fix=f"The data run from {panel.dates[0]} to {panel.dates[-1]}",
            )
    return data


def calendar_of(panel: Panel, country: str | None) -> PeriodColumns | None:
    """Holidays and events of trade of a country in the panel's periods; None without one.

    Raises:
        ToolRetry: The country is unknown.
    """
    if country is None:
        return None
    try:
        return period_columns(panel.dates, country)
    except ArgumentError as error:
        raise ToolRetry(error.what, where="fit_mmm argument country", fix=error.fix) from error


def _check_names(panel: Panel, arguments: FitMmmArguments) -> None:
    for where, names in (
        ("roi_priors", list(arguments.roi_priors)),
        ("lift_tests", [test.channel for test in arguments.lift_tests]),
        ("conversion_lag", [name for name in arguments.lags if name != EVERY]),
    ):
        for name in names:
            if name not in panel.channels:
                raise ToolRetry(
                    f"there is no channel {name!r}",
                    where=f"fit_mmm argument {where}",
                    fix=f"There are: {', '.join(panel.channels)}",
                )
