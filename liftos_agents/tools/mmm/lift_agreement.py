"""Whether lift tests agree with what the rest of the data say, and with each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.mmm.gibbs import sample
from liftos_agents.tools.mmm.input import LiftTest, MmmInput
from liftos_agents.tools.mmm.lift_result import LiftTestAgreement
from liftos_agents.tools.mmm.lift_tests import lift_draws
from liftos_agents.tools.mmm.posterior_draws import media_posterior
from liftos_agents.tools.mmm.sensitivity import sensitivity
from liftos_agents.tools.mmm.standard_form import standard_form

DRAWS, WARMUP = 200, 100
CONFLICT = 3.0
"""Standard deviations between a test and what the model expected of it; and between a test and the fit that has seen it."""


def lift_test_agreement(data: MmmInput, posterior: MediaPosterior) -> tuple[LiftTestAgreement, ...]:
    """Every lift test of the fit beside a shorter fit of the same data without any, by its decision draws.

    `posterior` is the fit with the tests. A test whose end lies beyond the data counts in neither and is left out.
    """
    last = data.dates[-1] + (data.dates[1] - data.dates[0])
    tests = [test for test in data.lift_tests if np.datetime64(test.end, "D") < last]
    if not tests:
        return ()
    without = replace(data, lift_tests=())
    form = standard_form(without)
    rng = np.random.default_rng([data.seed, 4])
    draws = sample(form.problem, draws=DRAWS, chains=data.chains, warmup=WARMUP, rng=rng)
    unseen = sensitivity(form, draws, data.seed)
    before = replace_effect(media_posterior(without, form, draws, unseen.effect))
    return tuple(_agreement(data, test, before, posterior) for test in tests)


def replace_effect(posterior: MediaPosterior) -> MediaPosterior:
    """The posterior with its decision draws as its effects: what is expected when an unseen confounder is allowed for."""
    return replace(posterior, effect=posterior.decision_effect)


def _agreement(
    data: MmmInput, test: LiftTest, before: MediaPosterior, after: MediaPosterior
) -> LiftTestAgreement:
    expected, fitted = lift_draws(data, before, test), lift_draws(data, after, test)
    deviation = (test.lift - float(expected.mean())) / float(np.hypot(expected.std(), test.standard_error))
    fitted_deviation = (test.lift - float(fitted.mean())) / test.standard_error
    conflict = abs(deviation) > CONFLICT or abs(fitted_deviation) > CONFLICT
    return LiftTestAgreement(
        channel=test.channel,
        start=test.start.isoformat(),
        end=test.end.isoformat(),
        lift=significant(test.lift),
        standard_error=significant(test.standard_error),
        expected=Estimate.of(expected),
        deviation=significant(deviation),
        fitted=Estimate.of(fitted),
        fitted_deviation=significant(fitted_deviation),
        conflict=conflict,
        meaning=_meaning(test, deviation, fitted_deviation),
    )


def _meaning(test: LiftTest, deviation: float, fitted_deviation: float) -> str:
    named = f"The test of {test.channel} from {test.start} to {test.end}"
    if abs(deviation) > CONFLICT:
        return (
            f"{named} shows {'more' if deviation > 0.0 else 'less'} than the data without it allow for "
            f"({format_number(abs(deviation))} standard deviations): either the test or the model is wrong about this channel."
        )
    if abs(fitted_deviation) > CONFLICT:
        return (
            f"{named} is {format_number(abs(fitted_deviation))} standard errors from the fit that has seen it: "
            "it disagrees with another test, or with what the curve can follow."
        )
    return f"{named} agrees with the data without it ({format_number(abs(deviation))} standard deviations apart)."
