"""Screens of a candidate instrument: what data can say of it, and what they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.instruments.first_stage import (
    Partialled,
    Relevance,
    partial_out,
    project,
    relevance,
)
from liftos_agents.tools.instruments.sample import InstrumentSample, draw_sample
from liftos_agents.tools.instruments.specification import hansen

Array = NDArray[np.float64]

MOST_COMPARED = 8
DISAGREEMENT_P = 0.05


@dataclass(frozen=True)
class Screen:
    """Figures of one candidate.

    Attributes:
        reduced_form_p: That it is unrelated to the outcome, the controls held fixed.
        direct_p: That it is unrelated to the outcome, treatment and controls held fixed.
        balance_p, balance_r2: That the controls do not explain it, and how much they do; None without controls.
        direction: Sign of the first stage; None for a column of several indicators.
    """

    relevance: Relevance
    reduced_form_p: float
    direct_p: float
    balance_p: float | None
    balance_r2: float | None
    direction: int | None
    n: int


def screen(
    context: ToolContext, tool: str, outcome: str, treatment: str, name: str, controls: Sequence[str]
) -> Screen:
    """The figures of the candidate called `name`.

    Raises:
        ToolRetry, ToolFailed: It cannot serve, for the reason given.
    """
    sample = draw_sample(
        context, tool, outcome=outcome, treatment=treatment, instruments=[name], controls=controls
    )
    partialled = partial_out(sample)
    k = len(sample.instrument_names)
    balance = _balance(sample)
    return Screen(
        relevance=relevance(partialled),
        reduced_form_p=_joint_p(partialled),
        direct_p=_direct_p(partialled),
        balance_p=None if balance is None else balance[0],
        balance_r2=None if balance is None else balance[1],
        direction=int(np.sign(project(partialled, partialled.treatment).coefficients[0])) if k == 1 else None,
        n=sample.n,
    )


def disagreements(
    context: ToolContext,
    tool: str,
    outcome: str,
    treatment: str,
    names: Sequence[str],
    controls: Sequence[str],
) -> dict[str, tuple[str, ...]]:
    """For each candidate, those whose effect differs from its own (Hansen's J of each pair, allowing for their number)."""
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    found: dict[str, list[str]] = {name: [] for name in names}
    for number, (a, b) in enumerate(pairs):
        context.progress(f"do {a} and {b} agree", 0.6 + 0.4 * number / len(pairs))
        sample = draw_sample(
            context, tool, outcome=outcome, treatment=treatment, instruments=[a, b], controls=controls
        )
        test = hansen(partial_out(sample))
        if test is not None and test.p_value * len(pairs) < DISAGREEMENT_P:
            found[a].append(b)
            found[b].append(a)
    return {name: tuple(others) for name, others in found.items()}


def _joint_p(partialled: Partialled) -> float:
    """Of no relation with the outcome, robust, by F."""
    moved = partialled.basis.T @ partialled.outcome
    left = partialled.residual(partialled.outcome)
    return _f_test(moved, partialled.covariance(left, left), partialled.degrees)


def _direct_p(partialled: Partialled) -> float:
    """Of no relation with the outcome, the treatment taken out of both."""
    treatment = partialled.treatment / np.linalg.norm(partialled.treatment)
    outcome = partialled.outcome - treatment * (treatment @ partialled.outcome)
    left = partialled.basis - np.outer(treatment, treatment @ partialled.basis)
    basis = np.linalg.qr(left)[0]
    moved = basis.T @ outcome
    scores = basis * (outcome - basis @ moved)[:, None]
    factor = len(outcome) / (partialled.degrees - 1)
    return _f_test(moved, factor * scores.T @ scores, partialled.degrees - 1)


def _f_test(moved: Array, covariance: Array, degrees: int) -> float:
    statistic = float(moved @ np.linalg.lstsq(covariance, moved, rcond=None)[0]) / len(moved)
    return float(stats.f.sf(statistic, len(moved), degrees))


def _balance(sample: InstrumentSample) -> tuple[float, float] | None:
    """p-value and R² of the controls in a regression of the (first) instrument on them."""
    p = sample.controls.shape[1] - 1
    if p == 0:
        return None
    instrument = sample.instruments[:, 0]
    total = float(np.sum((instrument - instrument.mean()) ** 2))
    left = sample.without_controls(instrument)
    r2 = 1.0 - float(left @ left) / total
    degrees = sample.n - p - 1
    statistic = (r2 / p) / ((1.0 - r2) / degrees)
    return float(stats.f.sf(statistic, p, degrees)), r2
