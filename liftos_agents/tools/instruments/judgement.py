"""What the figures of an instrumental-variable design say about its assumptions: checks, verdicts, reasons, warnings."""

from __future__ import annotations

from liftos_agents.domain.amount import format_number
from liftos_agents.tools.effects.judgement import Judgement, judge_clusters
from liftos_agents.tools.instruments.anderson_rubin import AndersonRubin
from liftos_agents.tools.instruments.estimators import Estimate
from liftos_agents.tools.instruments.first_stage import Relevance
from liftos_agents.tools.instruments.specification import SpecificationTest
from liftos_agents.tools.instruments.strength import VERY_WEAK, WEAK

OVERIDENTIFICATION_P = 0.05
LARGE_RATIO = 5.0
SURE_LEVEL = 0.99
"""Level at which an empty Anderson–Rubin set refuses the model."""


def judge(
    *,
    outcome: str,
    treatment: str,
    instruments: tuple[str, ...],
    relevance: Relevance,
    robust: AndersonRubin,
    overidentified: SpecificationTest | None,
    instrumented: Estimate,
    plain: Estimate,
    clusters: int | None,
    level: float,
) -> Judgement:
    """Every assumption of the design with what was looked at and the verdict.

    Args:
        robust: The Anderson–Rubin set: at `level`, or at a surer one where it is empty at that.
    """
    judgement = Judgement()
    named = ", ".join(instruments)
    move, are = ("moves", "is") if len(instruments) == 1 else ("move", "are")
    _relevance(judgement, relevance, robust, treatment, f"{named} {move} {treatment} (relevance)", level)
    judgement.assume(
        f"{named} {move} {outcome} only through {treatment} (exclusion)",
        "Nothing in the data can show it; it must be argued from how the instrument came about.",
    )
    judgement.assume(
        f"{named} {are} unrelated to all else that moves {outcome}, the controls held fixed (independence)",
        "Only observed characteristics can be looked at, as identify_instruments does; what is unseen cannot.",
    )
    judgement.assume(
        f"Nobody's {treatment} is moved by an instrument against the direction of the others (monotonicity)",
        "Nothing in the data can show it: each unit is seen under one value of an instrument only.",
    )
    _overidentification(judgement, overidentified, relevance, robust)
    judge_clusters(
        judgement,
        clusters,
        meaning="Clusters that the standard error is taken over.",
        seen=f"There are {clusters}",
        only=f"There are only {clusters} clusters",
        needed_for="a standard error or a test",
        doubt="standard errors and tests are themselves uncertain",
    )
    if relevance.effective_f >= VERY_WEAK and plain.value != 0.0:
        ratio = instrumented.value / plain.value
        if ratio < 0.0 or ratio > LARGE_RATIO:
            judgement.warnings.append(
                f"With instruments the effect is {format_number(instrumented.value)}, by least squares {format_number(plain.value)}: "
                "a small breach of exclusion is made larger by a first stage of this size, so look for one."
            )
    return judgement


def _relevance(
    judgement: Judgement, relevance: Relevance, robust: AndersonRubin, treatment: str, name: str, level: float
) -> None:
    f = relevance.effective_f
    very_weak, weak = f < VERY_WEAK, f < WEAK
    word = "very weak" if very_weak else "weak" if weak else "strong"
    how = f"Effective F {format_number(f)}, partial R² {format_number(relevance.partial_r2)}: {word}."
    judgement.assume(name, how, "doubtful" if weak else "nothing speaks against it")
    judgement.check(
        "effective_f",
        f,
        WEAK,
        not weak,
        f"The instruments are {word}: under {WEAK:g} the bias may be large, under {VERY_WEAK:g} no ordinary interval holds.",
    )
    words = robust.confidence_set.words()
    if very_weak:
        judgement.reasons.append(
            f"The instruments are very weak (effective F {format_number(f)}, under {VERY_WEAK:g}), so no estimate is given; the "
            f"Anderson–Rubin set is {words}."
        )
        judgement.advice.append(f"Look for an instrument that moves {treatment} more, or for another design.")
    elif weak:
        judgement.warnings.append(
            f"The instruments are weak (effective F {format_number(f)}, under {WEAK:g}): the interval is the Anderson–Rubin set, {words}."
        )
        judgement.advice.append("Rely on the Anderson–Rubin set, not on the estimate and its standard error.")
    if robust.confidence_set.level > level:
        judgement.reasons.append(
            f"At {level:.0%} the Anderson–Rubin set is empty, so the one at {robust.confidence_set.level:.0%} is given."
        )
    if very_weak and robust.confidence_set.is_empty:
        judgement.refusals.append(
            "The Anderson–Rubin set is empty: no value of the effect is compatible with all instruments being valid."
        )


def _overidentification(
    judgement: Judgement,
    test: SpecificationTest | None,
    relevance: Relevance,
    robust: AndersonRubin,
) -> None:
    name = "The instruments agree on one effect (overidentification)"
    if test is None:
        judgement.assume(name, "There is one instrument, so nothing can contradict it.")
        return
    rejected = test.p_value < OVERIDENTIFICATION_P
    how = f"Hansen J = {format_number(test.statistic)} on {test.degrees}, p = {format_number(test.p_value)}."
    judgement.assume(
        name,
        f"{how} Instruments that are wrong alike would agree as well.",
        "does not hold" if rejected else "nothing speaks against it",
    )
    said = (
        "contradict each other: at least one is not valid, or they move different people"
        if rejected
        else "do not contradict each other"
    )
    judgement.check(
        "overidentification", test.p_value, OVERIDENTIFICATION_P, not rejected, f"The instruments {said}."
    )
    if rejected:
        judgement.reasons.append(
            f"The instruments contradict each other ({how[:-1]}): at least one is invalid, or effects differ between those they move."
        )
        judgement.advice.append(
            "Estimate with each instrument alone and keep those whose exclusion can be argued for."
        )
    if robust.confidence_set.is_empty and relevance.effective_f >= VERY_WEAK:
        judgement.warnings.append(
            "The Anderson–Rubin set is empty: it also rejects that all instruments are valid at once."
        )
