"""All figures of a regression discontinuity design, before any word on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.discontinuity.bandwidth import Bandwidths
from liftos_agents.tools.discontinuity.density import DensityTest, density_test
from liftos_agents.tools.discontinuity.falsification import (
    CovariateTest,
    OtherBandwidth,
    covariate_tests,
    other_bandwidths,
    placebo_jumps,
)
from liftos_agents.tools.discontinuity.jump import (
    Jump,
    adjusted_columns,
    choose_bandwidths,
    estimate_jump,
    jump_of,
)
from liftos_agents.tools.discontinuity.local_polynomial import Kernel
from liftos_agents.tools.discontinuity.sample import Sample, check_window
from liftos_agents.tools.discontinuity.side_counts import SideCounts, side_counts
from liftos_agents.tools.instruments.confidence_set import ConfidenceSet, quadratic_set


@dataclass(frozen=True)
class FirstStage:
    """The treatment's jump in a fuzzy design, the outcome's jump, and the effects that the two leave open.

    Attributes:
        strength: Squared ratio of the treatment's jump to its standard error; None where it jumps without any noise.
        robust_set: Effects τ at which the outcome less τ times the treatment has no significant jump (Fieller; Anderson and
            Rubin, 1949): valid however small the treatment's jump is.
    """

    treatment: Jump
    outcome: Jump
    strength: float | None
    robust_set: ConfidenceSet


@dataclass(frozen=True)
class Analysis:
    """What was computed; `covariate_tests` by the covariate's name, `placebos` with their distance from the cutoff."""

    bandwidths: Bandwidths
    jump: Jump
    first_stage: FirstStage | None
    density: DensityTest | None
    counts: SideCounts | None
    covariate_tests: dict[str, CovariateTest]
    placebos: dict[str, tuple[float, Jump]]
    others: dict[str, OtherBandwidth]
    clusters: int | None


def analyse(
    context: ToolContext,
    sample: Sample,
    *,
    order: int,
    kernel: Kernel,
    bandwidth: float | None,
    for_coverage: bool,
    level: float,
) -> Analysis:
    """Bandwidths, the jump, and everything that could speak against it.

    Args:
        for_coverage: Of the chosen bandwidth, make the one for the estimate best for the interval's coverage.

    Raises:
        ToolRetry: The bandwidth given holds too few rows.
        ToolFailed: No bandwidth holds enough.
        ZeroDivisionError: The treatment of a fuzzy design does not jump at all.
    """
    sides, covariates = sample.sides, len(sample.covariate_names)
    if bandwidth is not None:
        check_window(sample, bandwidth, order, given=True)
        chosen = Bandwidths(bandwidth, bandwidth, bandwidth)
    else:
        chosen = choose_bandwidths(sides, order, kernel, fuzzy=sample.fuzzy, covariates=covariates)
        if for_coverage:
            chosen = chosen.for_coverage(sample.n, order)
        check_window(sample, chosen.estimate, order, given=False)
    context.progress("jump at the cutoff", 0.3)
    jump = estimate_jump(
        sides, order, chosen.estimate, chosen.bias, kernel, fuzzy=sample.fuzzy, covariates=covariates
    )
    first = _first_stage(sample, order, chosen, kernel, level) if sample.fuzzy else None
    context.progress("density and covariates at the cutoff", 0.5)
    density = density_test(sample.distance)
    own = 2 if sample.fuzzy else 1
    tests = covariate_tests(sides, own, sample.covariate_names, order, kernel)
    context.progress("placebo cutoffs and other bandwidths", 0.8)
    return Analysis(
        bandwidths=chosen,
        jump=jump,
        first_stage=first,
        density=density,
        counts=None if density is None else side_counts(sample.distance),
        covariate_tests=tests,
        placebos=placebo_jumps(sides, order, kernel),
        others=other_bandwidths(
            sides, order, chosen, kernel, jump, fuzzy=sample.fuzzy, covariates=covariates
        ),
        clusters=None if np.isinf(jump.degrees) else int(jump.degrees) + 1,
    )


def _first_stage(sample: Sample, order: int, chosen: Bandwidths, kernel: Kernel, level: float) -> FirstStage:
    sides = sample.sides
    rows = adjusted_columns(sides, order, chosen.estimate, kernel, True, len(sample.covariate_names))

    def jump(columns: np.ndarray) -> Jump:
        return jump_of(sides, columns, order, chosen.estimate, chosen.bias, kernel)

    outcome, treatment = jump(rows[0]), jump(rows[1])
    # On one scale, so that the covariance keeps its digits.
    scale = outcome.robust_error / treatment.robust_error if treatment.robust_error > 0.0 else 1.0
    both = jump(rows[0] + scale * rows[1])
    squared = [j.robust_error**2 for j in (outcome, treatment, both)]
    shared = 0.5 * (squared[2] - squared[0] - scale**2 * squared[1]) / scale if scale > 0.0 else 0.0
    z2 = outcome.quantile(level) ** 2
    robust_set = quadratic_set(
        treatment.corrected**2 - z2 * squared[1],
        2.0 * (z2 * shared - outcome.corrected * treatment.corrected),
        outcome.corrected**2 - z2 * squared[0],
        level,
    )
    error = treatment.standard_error
    strength = (treatment.estimate / error) ** 2 if error > 1e-9 * abs(treatment.estimate) else None
    return FirstStage(treatment, outcome, strength, robust_set)
