"""What `fit_mmm` hands back: every figure with its interval, every check with its verdict."""

from __future__ import annotations

from typing import Literal

from liftos_agents.domain.estimate import Estimate
from liftos_agents.tools.mmm.factor_restrictions import Restriction
from liftos_agents.tools.mmm.lift_result import Frozen, LiftTestAgreement, LiftTestProposal

Status = Literal["accepted", "downgraded", "refused"]


class CurvePoint(Frozen):
    """The steady-state contribution per period at a constant spend per period."""

    spend: float
    mean: float
    p05: float
    p95: float


class ChannelResult(Frozen):
    """One channel over the fitted window.

    Attributes:
        spend: Total.
        mean_spend: Per period.
        contribution: Outcome that the channel added, outcome units.
        share: Contribution as a share of the outcome.
        roas: Value of the contribution per unit of spend.
        marginal_roas: Value of a little more spend in every period, per unit of it.
        decision_contribution, decision_roas, decision_marginal_roas: The same from the decision draws, which allow for a confounder
            that nobody measured.
        half_life: Periods after which half of an effect is left.
        saturation_point: Constant spend per period at which the effect reaches 90 % of its ceiling.
        probability_wasteful: P(decision marginal ROAS × margin < 1); None where the outcome has no money value.
        wasteful: Whether that is at least 0.8.
        prior_sd_ratio: Posterior over prior standard deviation of the return: near 1, the data said little.
        prior_mean_shift: Posterior less prior mean of the return, in prior standard deviations.
        prior_driven: Whether the ratio is above 0.9.
        response_curve: Decision-free posterior response at constant spend.
    """

    spend: float
    mean_spend: float
    contribution: Estimate
    share: Estimate
    roas: Estimate
    marginal_roas: Estimate
    decision_contribution: Estimate
    decision_roas: Estimate
    decision_marginal_roas: Estimate
    half_life: Estimate
    saturation_point: Estimate
    probability_wasteful: float | None
    wasteful: bool
    prior_sd_ratio: float
    prior_mean_shift: float
    prior_driven: bool
    response_curve: tuple[CurvePoint, ...]


class FitQuality(Frozen):
    """In-sample agreement of the posterior mean with the outcome."""

    r2: float
    mape: float


class FitOverTime(Frozen):
    """The outcome per period, columns of equal length, outcome units.

    Attributes:
        date: First day of each period.
        actual: What was observed.
        mean, p05, p95: The fitted outcome and its 90 % band, noise of single periods left out.
        baseline: The part of `mean` that no channel brought.
    """

    date: tuple[str, ...]
    actual: tuple[float, ...]
    mean: tuple[float, ...]
    p05: tuple[float, ...]
    p95: tuple[float, ...]
    baseline: tuple[float, ...]


class Diagnostics(Frozen):
    """The sampler's and the model's health; `holdout_mape` is None where nothing was held out."""

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    holdout_mape: float | None
    p_negative_baseline: float
    residual_autocorrelation: float


class Check(Frozen):
    """One check with what its failure means."""

    name: str
    value: float
    threshold: float
    passed: bool
    meaning: str


class ChannelConfounding(Frozen):
    """How much of a channel's spend, logged and season removed, demand explains."""

    demand_r2: float | None
    sales_r2: float
    correlation_with_demand: float | None


class Confounding(Frozen):
    """What the fit knows of demand that drives both spend and sales.

    Attributes:
        method: "factor" where latent demand was drawn with the fit, else "none".
        proxies: Columns that were read as demand measured with error.
        demand_contribution_sd: Standard deviation over time of latent demand's part of the outcome, as a share of the mean outcome.
        channels: Per channel.
        benchmark: The observed covariate that would bias most if it were left out.
        benchmark_outcome_r2: Its partial R² with the outcome.
        unseen_strength: Scale of the half-normal share of the benchmark's strength that an unseen confounder has in the decision draws.
        verdict: In words.
        restrictions: What latent demand is identified by, each beside what the data say of it; empty where it was not drawn.
    """

    method: Literal["factor", "none"]
    proxies: tuple[str, ...]
    demand_contribution_sd: Estimate | None
    channels: dict[str, ChannelConfounding]
    benchmark: str
    benchmark_outcome_r2: float
    unseen_strength: float
    verdict: str
    restrictions: tuple[Restriction, ...] = ()


class Assumption(Frozen):
    """Something the estimate rests on, how it was checked, and what came of it."""

    name: str
    how_checked: str
    verdict: str


class Window(Frozen):
    """First day of the first and of the last period."""

    start: str
    end: str


class FitMmmResult(Frozen):
    """A marketing-mix fit.

    `converged` says whether the chains agree (R-hat within its limit), None where the fit was refused;
    `lift_test_proposals` has each channel's best standard lift test, the one that would settle most first, which
    `lift_test_that_settles_most` puts into words; `lift_test_agreement` sets each given test beside the data without it;
    `contribution_over_time` has each channel's mean contribution per period of `fit_over_time`;
    `units` maps path patterns to units; `break_even_roas` is the marginal return at which a unit of spend pays for itself, 1 / margin; `posterior` is the artifact id of the draws where they were stored.
    """

    status: Status
    estimand: str
    design: str
    channels: dict[str, ChannelResult]
    total_media: Estimate | None
    total_media_share: Estimate | None
    total_roas: Estimate | None
    decision_total_roas: Estimate | None
    baseline_share: Estimate | None
    fit: FitQuality | None
    fit_over_time: FitOverTime | None
    contribution_over_time: dict[str, tuple[float, ...]]
    diagnostics: Diagnostics | None
    converged: bool | None
    checks: tuple[Check, ...]
    confounding: Confounding | None
    assumptions: tuple[Assumption, ...]
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]
    margin: float
    margin_stated: bool
    break_even_roas: float
    units: dict[str, str]
    settings: dict[str, str | int | float | bool | None]
    n: int
    window: Window
    frequency: str
    currency: str | None = None
    interval_level: float = 0.9
    posterior: str | None = None
    lift_test_proposals: tuple[LiftTestProposal, ...] = ()
    lift_test_that_settles_most: str | None = None
    lift_test_agreement: tuple[LiftTestAgreement, ...] = ()
