"""The fit's checks, each with its limit and what its failure means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.estimate import significant
from liftos_agents.tools.mmm.answer_to_sales import TOGETHER, AnswerToSales
from liftos_agents.tools.mmm.convergence import ESS_LIMIT, RHAT_LIMIT, Convergence
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.lift_agreement import CONFLICT
from liftos_agents.tools.mmm.lift_result import LiftTestAgreement
from liftos_agents.tools.mmm.refusals import FEWEST_WEEKS, NEARLY_COLLINEAR, Suitability
from liftos_agents.tools.mmm.result import ChannelResult, Check, Diagnostics

Array = NDArray[np.float64]

SET_BY_SALES = "spend_set_by_sales"
SET_BY_SALES_LIMIT = 0.5
NEGATIVE_BASELINE_LIMIT = 0.05
HOLDOUT_LIMIT = 0.2
AUTOCORRELATION_LIMIT = 0.4


def diagnostics(
    data: MmmInput, fitted: Array, baseline: Array, convergence: Convergence, holdout: float | None
) -> Diagnostics:
    """The figures.

    Args:
        data: what was fitted.
        fitted: (T,) posterior mean of the outcome.
        baseline: (D, T) draws of it.
        convergence: of the chains.
        holdout: forecast error, None where nothing was held out.
    """
    residual = data.outcome - fitted
    centred = residual - residual.mean()
    spread = float((centred**2).sum())
    autocorrelation = 0.0 if spread == 0.0 else float((centred[1:] * centred[:-1]).sum()) / spread
    return Diagnostics(
        rhat_max=significant(convergence.rhat_max),
        ess_bulk_min=significant(convergence.ess_bulk_min),
        ess_tail_min=significant(convergence.ess_tail_min),
        holdout_mape=None if holdout is None else significant(holdout),
        p_negative_baseline=significant(float(np.mean(baseline.sum(axis=1) < 0.0))),
        residual_autocorrelation=significant(autocorrelation),
    )


def checks(
    data: MmmInput,
    found: Diagnostics,
    convergence: Convergence,
    suited: Suitability,
    channels: dict[str, ChannelResult],
    tests: tuple[LiftTestAgreement, ...] = (),
    answer: AnswerToSales | None = None,
) -> tuple[Check, ...]:
    """Every check, passed or not."""
    result = [
        _at_most(
            "rhat_max",
            found.rhat_max,
            RHAT_LIMIT,
            f"The chains disagree, most about {convergence.worst}: the figures are not settled.",
        ),
        _at_least(
            "ess_bulk_min",
            found.ess_bulk_min,
            ESS_LIMIT,
            f"Too few independent draws, fewest for {convergence.worst}: means are imprecise.",
        ),
        _at_least(
            "ess_tail_min",
            found.ess_tail_min,
            ESS_LIMIT,
            f"Too few independent draws in the tails, fewest for {convergence.worst}: interval ends are imprecise.",
        ),
        _at_most(
            "p_negative_baseline",
            found.p_negative_baseline,
            NEGATIVE_BASELINE_LIMIT,
            "The model may credit media with more than all sales; something that drives sales is missing.",
        ),
        _at_most(
            "residual_autocorrelation",
            found.residual_autocorrelation,
            AUTOCORRELATION_LIMIT,
            "What the model leaves unexplained is not random from period to period; intervals may be too narrow.",
        ),
        _at_most(
            "collinearity",
            suited.collinearity,
            NEARLY_COLLINEAR,
            "Two channels' spends move nearly as one; their joint effect is known better than the split.",
        ),
        _set_by_sales(suited, answer),
    ]
    if found.holdout_mape is not None:
        result.append(
            _at_most(
                "holdout_mape",
                found.holdout_mape,
                HOLDOUT_LIMIT,
                "The model forecasts periods that it has not seen badly.",
            )
        )
    if data.frequency == "week":
        result.append(
            _at_least(
                "periods",
                float(len(data.outcome)),
                float(FEWEST_WEEKS),
                "Less than a year of data: season is guessed.",
            )
        )
    if tests:
        result.append(_lift_tests(tests))
    driven = [name for name, channel in channels.items() if channel.prior_driven]
    result.append(
        _at_most(
            "prior_driven_channels",
            float(len(driven)),
            0.0,
            "The data say little about "
            + (", ".join(driven) or "no channel")
            + ": their figures rest on the prior; a lift test would settle them.",
        )
    )
    return tuple(result)


def _set_by_sales(suited: Suitability, answer: AnswerToSales | None) -> Check:
    """Whether a budget looks like a share of the same period's sales, or answers the last period's, luck included.

    An effect on sales cannot be told from the first; the second leaves the fit no shocks of spend that are its own.
    """
    worst = max(suited.proportion, key=lambda name: suited.proportion[name], default="")
    same_period = _at_most(
        SET_BY_SALES,
        suited.proportion.get(worst, 0.0),
        SET_BY_SALES_LIMIT,
        f"Spend on {worst} moves in proportion to the same period's sales: if its budget is set from them, cause and effect "
        "cannot be told apart here; an experiment can.",
    )
    if not same_period.passed or answer is None or not answer.found:
        return same_period
    return _at_most(
        SET_BY_SALES,
        answer.statistic,
        answer.bar,
        f"Spend on {answer.channel} follows what the period before sold beyond what demand and media explain: if "
        f"{'their budgets are' if answer.channel == TOGETHER else 'its budget is'} set from past sales, cause and effect cannot be told "
        "apart here; an experiment can.",
    )


def _lift_tests(tests: tuple[LiftTestAgreement, ...]) -> Check:
    """Whether every lift test could have come from the market that the rest of the data describe."""
    worst = max(tests, key=lambda test: max(abs(test.deviation), abs(test.fitted_deviation)))
    return _at_most(
        "lift_tests_agree",
        max(abs(worst.deviation), abs(worst.fitted_deviation)),
        CONFLICT,
        f"{worst.meaning} Move no money on it before this is settled.",
    )


def _at_most(name: str, value: float, threshold: float, meaning: str) -> Check:
    return Check(
        name=name, value=significant(value), threshold=threshold, passed=value <= threshold, meaning=meaning
    )


def _at_least(name: str, value: float, threshold: float, meaning: str) -> Check:
    return Check(
        name=name, value=significant(value), threshold=threshold, passed=value >= threshold, meaning=meaning
    )
