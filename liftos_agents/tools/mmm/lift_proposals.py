"""The lift test that would settle most: what each channel's standard test is expected to teach, before any is run.

A preposterior analysis (Raiffa and Schlaifer 1961): outcomes of the test are drawn from the decision draws, each reweighs the
draws by its likelihood, and what is then left of the doubt is averaged over the outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.amount import format_money, format_share
from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.response_curve import adstock_weights
from liftos_agents.domain.verdict import EXTRAPOLATION_FACTOR
from liftos_agents.tools.mmm.channel_summary import ChannelDraws
from liftos_agents.tools.mmm.input import Frequency, MmmInput
from liftos_agents.tools.mmm.lift_result import LiftTestProposal
from liftos_agents.tools.mmm.lift_tests import lift_along

Array = NDArray[np.float64]

CHANGES = (-1.0, -0.5, 0.5, 1.0)
LENGTHS: dict[Frequency, tuple[int, int]] = {"day": (28, 56), "week": (4, 8), "month": (2, 3)}
A_YEAR: dict[Frequency, int] = {"day": 364, "week": 52, "month": 12}
DRAWS, OUTCOMES = 1000, 200
MOVED = 0.2
"""Share of a channel's spend whose direction hangs on the verdict, where the value of a test is counted."""
NEARLY_AS_GOOD = 0.95
COUNTED_EFFECT = 0.9
NEGLIGIBLE = 1e-3
"""Share of the channel's yearly spend below which the value of a test is none."""


@dataclass(frozen=True)
class _Tried:
    """One design on one channel, with what it is expected to leave."""

    change: float
    periods: int
    readout: int
    lift: Array
    standard_error: float
    variance_reduction: float
    wrong_after: float | None
    value: float | None
    cost: float | None


def lift_test_proposals(
    data: MmmInput, posterior: MediaPosterior, drawn: list[ChannelDraws]
) -> tuple[LiftTestProposal, ...]:
    """Each channel's best standard test, the one that would settle most first.

    Where outcomes have a money value, that is the one with the highest expected value of its information; elsewhere the one that
    takes most uncertainty from the return on all spend.
    """
    keep = (np.arange(min(DRAWS, posterior.draws)) * posterior.draws) // min(DRAWS, posterior.draws)
    thinned = posterior.thin(DRAWS)
    noise = np.random.default_rng([data.seed, 3]).standard_normal(min(OUTCOMES, thinned.draws))
    found: list[tuple[float, float, LiftTestProposal]] = []
    for index, name in enumerate(data.channels):
        spent = float(data.spend[:, index].sum())
        marginal = drawn[index].decision_growth[keep] * data.value_per_outcome / spent
        yearly = _recent_mean(data, index) * A_YEAR[data.frequency]
        tried = [
            _try(data, thinned, index, marginal, noise, change, periods, yearly)
            for change in CHANGES
            for periods in LENGTHS[data.frequency]
            if _recent_mean(data, index) * (1.0 + change)
            <= EXTRAPOLATION_FACTOR * float(data.spend[:, index].max())
        ]
        best = _best(tried, yearly)
        settled = best.variance_reduction * float(marginal.var()) * yearly**2
        found.append((best.value or 0.0, settled, _proposal(data, name, index, best, marginal, yearly)))
    found.sort(key=lambda row: (-row[0], -row[1], row[2].channel))
    return tuple(row[2].model_copy(update={"rank": rank}) for rank, row in enumerate(found, 1))


def settles_most(data: MmmInput, proposals: tuple[LiftTestProposal, ...]) -> str | None:
    """The best proposal in a sentence, or why none is worth its while; None where there is no proposal."""
    if not proposals:
        return None
    best = proposals[0]
    if best.value is not None and best.value <= 0.0:
        return "No lift test would change a verdict as things stand: every channel lies clearly on one side of break-even."
    return best.why


def _try(
    data: MmmInput,
    posterior: MediaPosterior,
    index: int,
    marginal: Array,
    noise: Array,
    change: float,
    periods: int,
    yearly: float,
) -> _Tried:
    mean = _recent_mean(data, index)
    tail = _tail(posterior.retention[:, index], data.length, data.lag(index))
    first = data.length + data.waits
    series = np.full(periods + 3 * first, mean)
    changed = series.copy()
    changed[first : first + periods] *= 1.0 + change
    lift = lift_along(posterior, index, series, changed, first, first + periods + tail, decision=True)
    error = _standard_error(data, posterior, periods, periods + tail)
    weights = _reweighted(lift, noise, error)
    before = float(marginal.var())
    centre = weights @ marginal
    left = np.maximum(weights @ marginal**2 - centre**2, 0.0)
    reduction = 0.0 if before <= 0.0 else min(max(1.0 - float(left.mean()) / before, 0.0), 1.0)
    if not data.outcome_is_money:
        return _Tried(change, periods, periods + tail, lift, error, reduction, None, None, None)
    margin = 1.0 if data.margin is None else data.margin
    below = weights @ (marginal * margin < 1.0)
    wrong = float(np.minimum(below, 1.0 - below).mean())
    gained = float(np.abs(centre * margin - 1.0).mean() - abs(marginal.mean() * margin - 1.0))
    value = max(gained, 0.0) * MOVED * yearly
    cost = 0.5 * (change * mean * periods - margin * data.value_per_outcome * float(lift.mean()))
    return _Tried(
        change,
        periods,
        periods + tail,
        lift,
        error,
        reduction,
        wrong,
        value if value > NEGLIGIBLE * yearly else 0.0,
        cost,
    )


def _reweighted(lift: Array, noise: Array, error: float) -> Array:
    """(outcomes, D) weights of the draws after each simulated outcome.

    The draw behind an outcome is left out of its own reweighing: a sharp test would otherwise seem to find it every time.
    """
    source = (np.arange(len(noise)) * len(lift)) // len(noise)
    seen = lift[source] + error * noise
    log_weight = -0.5 * ((seen[:, None] - lift[None, :]) / error) ** 2
    log_weight[np.arange(len(noise)), source] = -np.inf
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return weight / weight.sum(axis=1, keepdims=True)


def _standard_error(data: MmmInput, posterior: MediaPosterior, periods: int, readout: int) -> float:
    """Of the whole market's lift, two halves compared: twice the noise of a period, times the root of the periods counted.

    Where the caller said what their tests reach, that share of the outcome over the change counts.
    """
    if data.lift_test_error is not None:
        return data.lift_test_error * float(data.outcome.mean()) * periods
    return 2.0 * float(posterior.noise.mean()) * float(np.sqrt(readout))


def _tail(retention: Array, length: int, lag: Array | None) -> int:
    """Periods after the change by which nine tenths of the effect have come, at the mean retention."""
    mean = float(retention.mean())
    if lag is not None:
        arrived = np.cumsum(np.convolve(adstock_weights(mean, length=length), lag))
        return int((arrived < COUNTED_EFFECT).sum())
    if mean <= 0.0:
        return 0
    return int(min(np.ceil(np.log(1.0 - COUNTED_EFFECT) / np.log(min(mean, 0.99))), length)) - 1


def _recent_mean(data: MmmInput, index: int) -> float:
    """Mean spend per period of the last year, or of all periods where the channel paused through it."""
    recent = float(data.spend[-A_YEAR[data.frequency] :, index].mean())
    return recent if recent > 0.0 else float(data.spend[:, index].mean())


def _best(tried: list[_Tried], yearly: float) -> _Tried:
    """The cheapest design among those that teach nearly as much as the best; the shortest where cost is not known."""
    top = max(design.value or 0.0 for design in tried)
    if top > NEGLIGIBLE * yearly:
        good = [design for design in tried if (design.value or 0.0) >= NEARLY_AS_GOOD * top]
    else:
        most = max(design.variance_reduction for design in tried)
        good = [design for design in tried if design.variance_reduction >= NEARLY_AS_GOOD * most]
    return min(good, key=lambda d: (d.cost or 0.0, d.periods, abs(d.change), d.change))


def _proposal(
    data: MmmInput, name: str, index: int, best: _Tried, marginal: Array, yearly: float
) -> LiftTestProposal:
    margin = 1.0 if data.margin is None else data.margin
    below = float(np.mean(marginal * margin < 1.0))
    wrong_now = min(below, 1.0 - below) if data.outcome_is_money else None
    return LiftTestProposal(
        channel=name,
        rank=0,
        relative_change=best.change,
        spend_change=significant(best.change * _recent_mean(data, index)),
        periods=best.periods,
        readout_periods=best.readout,
        expected_lift=Estimate.of(best.lift),
        standard_error=significant(best.standard_error),
        variance_reduction=significant(best.variance_reduction),
        probability_wrong_now=None if wrong_now is None else significant(wrong_now),
        probability_wrong_after=None if best.wrong_after is None else significant(best.wrong_after),
        value=None if best.value is None else significant(best.value),
        cost=None if best.cost is None else significant(best.cost),
        why=_why(data, name, best, wrong_now),
    )


def _why(data: MmmInput, name: str, best: _Tried, wrong_now: float | None) -> str:
    what = "Pause" if best.change == -1.0 else f"Change spend on {name} by {best.change:+.0%} in"
    test = f"Pause {name} in" if what == "Pause" else what
    said = (
        f"{test} half of the market for {best.periods} {data.frequency}s: the variance of its marginal return is expected to "
        f"fall by {format_share(best.variance_reduction)}"
    )
    if wrong_now is None or best.wrong_after is None or best.value is None:
        return f"{said}."
    said += f", the chance of judging it wrongly from {format_share(wrong_now)} to {format_share(best.wrong_after)}"
    if best.value <= 0.0:
        return f"{said}; hardly any money hangs on it."
    return f"{said}; that is worth about {format_money(best.value, data.currency)} a year."
