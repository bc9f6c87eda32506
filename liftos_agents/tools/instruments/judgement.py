"""What the figures of an instrumental-variable design say about its assumptions: checks, verdicts, reasons, warnings."""

from __future__ import annotations

from dataclasses import dataclass, field

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import Assumption, Check, EffectStatus
from liftos_agents.tools.instruments.anderson_rubin import AndersonRubin
from liftos_agents.tools.instruments.estimators import Estimate
from liftos_agents.tools.instruments.first_stage import Relevance
from liftos_agents.tools.instruments.specification import SpecificationTest
from liftos_agents.tools.instruments.strength import VERY_WEAK, WEAK

OVERIDENTIFICATION_P = 0.05
FEWEST_CLUSTERS = 10
FEW_CLUSTERS = 30
LARGE_RATIO = 5.0
SURE_LEVEL = 0.99
"""Level at which an empty Anderson–Rubin set refuses the model."""


@dataclass
class Judgement:
    """The design's standing, gathered check by check."""

    refusals: list[str] = field(default_factory=list[str])
    reasons: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    advice: list[str] = field(default_factory=list[str])
    checks: list[Check] = field(default_factory=list[Check])
    assumptions: list[Assumption] = field(default_factory=list[Assumption])

    @property
    def status(self) -> EffectStatus:
        """Refused, downgraded or estimated."""
        return "refused" if self.refusals else "downgraded" if self.reasons else "estimated"


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
    judgement.assumptions += [
        Assumption(
            name=f"{named} {move} {outcome} only through {treatment} (exclusion)",
            how_checked="Nothing in the data can show it; it must be argued from how the instrument came about.",
            verdict="not checked",
        ),
        Assumption(
            name=f"{named} {are} unrelated to all else that moves {outcome}, the controls held fixed (independence)",
            how_checked="Only observed characteristics can be looked at, as identify_instruments does; what is unseen cannot.",
            verdict="not checked",
        ),
        Assumption(
            name=f"Nobody's {treatment} is moved by an instrument against the direction of the others (monotonicity)",
            how_checked="Nothing in the data can show it: each unit is seen under one value of an instrument only.",
            verdict="not checked",
        ),
    ]
    _overidentification(judgement, overidentified, relevance, robust)
    _clusters(judgement, clusters)
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
    judgement.assumptions.append(
        Assumption(
            name=name,
            how_checked=how,
            verdict="doubtful" if weak else "nothing speaks against it",
        )
    )
    judgement.checks.append(
        Check(
            name="effective_f",
            value=f,
            threshold=WEAK,
            passed=not weak,
            meaning=f"The instruments are {word}: under {WEAK:g} the bias may be large, under {VERY_WEAK:g} no ordinary interval holds.",
        )
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
        judgement.assumptions.append(
            Assumption(
                name=name,
                how_checked="There is one instrument, so nothing can contradict it.",
                verdict="not checked",
            )
        )
        return
    rejected = test.p_value < OVERIDENTIFICATION_P
    how = f"Hansen J = {format_number(test.statistic)} on {test.degrees}, p = {format_number(test.p_value)}."
    judgement.assumptions.append(
        Assumption(
            name=name,
            how_checked=f"{how} Instruments that are wrong alike would agree as well.",
            verdict="does not hold" if rejected else "nothing speaks against it",
        )
    )
    judgement.checks.append(
        Check(
            name="overidentification",
            value=test.p_value,
            threshold=OVERIDENTIFICATION_P,
            passed=not rejected,
            meaning="The instruments "
            + (
                "contradict each other: at least one is not valid, or they move different people"
                if rejected
                else "do not contradict each other"
            )
            + ".",
        )
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


def _clusters(judgement: Judgement, clusters: int | None) -> None:
    if clusters is None:
        judgement.assumptions.append(
            Assumption(
                name="Rows are independent of each other",
                how_checked="No cluster was given; if rows share a group, name it.",
                verdict="not checked",
            )
        )
        return
    few = clusters < FEW_CLUSTERS
    judgement.checks.append(
        Check(
            name="clusters",
            value=float(clusters),
            threshold=float(FEW_CLUSTERS),
            passed=not few,
            meaning="Clusters that the standard error is taken over.",
        )
    )
    judgement.assumptions.append(
        Assumption(
            name="Clusters are independent of each other, and many",
            how_checked=f"There are {clusters}; that they are independent cannot be seen.",
            verdict="doubtful" if few else "not checked",
        )
    )
    if clusters < FEWEST_CLUSTERS:
        judgement.refusals.append(
            f"There are only {clusters} clusters; at least {FEWEST_CLUSTERS} are needed for a standard error or a test."
        )
        judgement.advice.append("Give data of more clusters, or cluster at a lower level if that is right.")
    elif few:
        judgement.reasons.append(
            f"There are only {clusters} clusters, so standard errors and tests are themselves uncertain."
        )
