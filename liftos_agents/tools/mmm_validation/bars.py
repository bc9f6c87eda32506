"""Each trial against its bar, and what a failure means."""

from __future__ import annotations

from scipy.stats import binom

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Check
from liftos_agents.domain.estimate import significant
from liftos_agents.tools.mmm.lift_agreement import CONFLICT
from liftos_agents.tools.mmm.lift_result import LiftTestAgreement
from liftos_agents.tools.mmm_validation.backtest import Backtest
from liftos_agents.tools.mmm_validation.placebo import Placebo
from liftos_agents.tools.mmm_validation.recovery import Recovery
from liftos_agents.tools.mmm_validation.shocks import CUSUM_LIMIT, Shocks
from liftos_agents.tools.mmm_validation.stability import Perturbed

BEATS_NAIVE = 1.0
FORECAST_COVERAGE = 0.7
RECOVERY_ERROR = 0.35
REFRESH_SHIFT, NOISE_SHIFT, DROPPED_SHIFT, NAMED_SHOCK_SHIFT = 1.0, 0.5, 2.0, 0.5
PLACEBO_SHARE, PLACEBO_NO_EFFECT = 0.05, 0.5
LARGEST_SHOCK = 6.0
FATAL = ("fit_converged", "recovery_coverage")


def fit_checks(status: str, converged: bool | None, failed: tuple[str, ...]) -> list[Check]:
    """The fit's own verdict on itself."""
    return [
        Check(
            name="fit_converged",
            value=None,
            threshold=None,
            passed=converged is True,
            meaning="The chains agree."
            if converged
            else "The chains do not agree: no figure of the fit is settled.",
        ),
        Check(
            name="fit_accepted",
            value=float(len(failed)),
            threshold=0.0,
            passed=status == "accepted",
            meaning="The fit passed its own checks."
            if status == "accepted"
            else f"The fit is {status}: {', '.join(failed) or 'see its warnings'}.",
        ),
    ]


def backtest_checks(found: Backtest | None) -> list[Check]:
    """Forecasts from rolling origins."""
    if found is None:
        return [
            Check(
                name="backtest",
                value=None,
                threshold=None,
                passed=None,
                meaning="The data are too short for a forecast to be tried on periods that the fit has not seen.",
            )
        ]
    naive = (
        "the same period a season earlier" if found.season > 1 else "the last period, since no season is seen"
    )
    return [
        _at_most(
            "backtest_beats_naive",
            found.relative_error,
            BEATS_NAIVE,
            f"Over {len(found.folds)} origins the forecast errs {format_number(found.relative_error)} times as much as {naive} "
            f"(MAPE {format_share(found.mape)} against {format_share(found.naive_mape)}).",
        ),
        _at_least(
            "backtest_coverage",
            found.coverage,
            FORECAST_COVERAGE,
            f"90 % forecast intervals held {format_share(found.coverage)} of the held-out periods.",
        ),
    ]


def recovery_checks(found: Recovery | None) -> list[Check]:
    """Known truth; the bar of coverage is what a true 90 % would fall below once in two hundred."""
    if found is None:
        return []
    cases = found.replicas * len(found.channels)
    # Channels of one replica miss together: half as many cases count as independent.
    bar = float(binom.ppf(0.005, max(cases // 2, found.replicas), 0.9)) / max(cases // 2, found.replicas)
    return [
        _at_least(
            "recovery_coverage",
            found.coverage,
            significant(bar),
            f"In {found.replicas} markets simulated from this fit, 90 % intervals held the true contribution of a channel in "
            f"{format_share(found.coverage)} of the cases.",
        ),
        _at_most(
            "recovery_total_error",
            found.total_absolute_error,
            RECOVERY_ERROR,
            f"There the total of media was missed by {format_share(found.total_absolute_error)} in the median (signed: "
            f"{format_share(found.total_error)}).",
        ),
    ]


def stability_checks(found: dict[str, Perturbed]) -> list[Check]:
    """Refresh, noise, channels left out, shocks."""
    if not found:
        return []
    groups = (
        ("stability_refresh", "refresh_", REFRESH_SHIFT, "With fewer periods"),
        ("stability_noise", "noise", NOISE_SHIFT, "With a little noise on the outcome"),
        ("stability_without_a_channel", "without_", DROPPED_SHIFT, "With one channel left out"),
        ("shock_named", "shock_named", NAMED_SHOCK_SHIFT, "With a shock of sales marked by an event column"),
    )
    result = [_shifted(name, found, prefix, bar, when) for name, prefix, bar, when in groups]
    untold = found["shock_untold"]
    result.append(
        Check(
            name="shock_untold",
            value=untold.largest_shift,
            threshold=None,
            passed=None,
            meaning=f"A shock that no column marks moves the return of {untold.moved} by {format_number(untold.largest_shift)} of its "
            "standard deviations: mark shocks by an event column.",
        )
    )
    return [check for check in result if check is not None]


def placebo_checks(found: tuple[Placebo, ...]) -> list[Check]:
    """Made-up channels."""
    if not found:
        return []
    share = sum(placebo.share.p50 for placebo in found) / len(found)
    chance = sum(placebo.probability_of_no_effect for placebo in found) / len(found)
    return [
        _at_most(
            "placebo_share",
            share,
            PLACEBO_SHARE,
            f"A made-up channel is credited with {format_share(share)} of sales (median, {len(found)} of them).",
        ),
        _at_least(
            "placebo_no_effect",
            chance,
            PLACEBO_NO_EFFECT,
            f"The chance given to a made-up channel having no effect to speak of is {format_share(chance)} on average.",
        ),
    ]


def shock_checks(found: Shocks) -> list[Check]:
    """Shocks that are there."""
    dates = ", ".join(shock.date for shock in found.found) or "none"
    return [
        _at_most(
            "unexplained_shocks",
            found.largest,
            LARGEST_SHOCK,
            f"Periods that the fit misses by far: {dates}.",
        ),
        _at_most(
            "level_shift",
            found.level_shift,
            CUSUM_LIMIT,
            f"The level of what is unexplained moves most about {found.level_shift_date}.",
        ),
    ]


def experiment_checks(found: tuple[LiftTestAgreement, ...]) -> list[Check]:
    """Lift tests, where any are given."""
    if not found:
        return [
            Check(
                name="agrees_with_experiments",
                value=None,
                threshold=None,
                passed=None,
                meaning="No lift test was given: nothing outside these data confirms the fit.",
            )
        ]
    worst = max(found, key=lambda test: abs(test.deviation))
    return [
        _at_most(
            "agrees_with_experiments",
            max(max(abs(t.deviation), abs(t.fitted_deviation)) for t in found),
            CONFLICT,
            worst.meaning,
        )
    ]


def _shifted(name: str, found: dict[str, Perturbed], prefix: str, bar: float, when: str) -> Check | None:
    group = {key: one for key, one in found.items() if key.startswith(prefix)}
    if not group:
        return None
    worst = group[max(group, key=lambda key: (group[key].largest_shift, key))]
    return _at_most(
        name,
        worst.largest_shift,
        bar,
        f"{when}, the return of {worst.moved} moves most: by {format_number(worst.largest_shift)} of its standard deviations "
        f"({worst.meaning}).",
    )


def _at_most(name: str, value: float, threshold: float, meaning: str) -> Check:
    return Check(
        name=name, value=significant(value), threshold=threshold, passed=value <= threshold, meaning=meaning
    )


def _at_least(name: str, value: float, threshold: float, meaning: str) -> Check:
    return Check(
        name=name, value=significant(value), threshold=threshold, passed=value >= threshold, meaning=meaning
    )
