"""The standing of a design, gathered check by check, and what number of clusters it takes."""

from __future__ import annotations

from dataclasses import dataclass, field

from liftos_agents.domain.effect import Assumption, AssumptionVerdict, Check, EffectStatus

FEWEST_CLUSTERS = 10
FEW_CLUSTERS = 30


@dataclass
class Judgement:
    """Assumptions and checks with their verdicts; a refusal takes the estimate away, a reason downgrades it."""

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

    def assume(self, name: str, how: str, verdict: AssumptionVerdict = "not checked") -> None:
        """An assumption with how it was looked at."""
        self.assumptions.append(Assumption(name=name, how_checked=how, verdict=verdict))

    def check(self, name: str, value: float, threshold: float, passed: bool, meaning: str) -> None:
        """A diagnostic with its bar."""
        self.checks.append(Check(name=name, value=value, threshold=threshold, passed=passed, meaning=meaning))


def judge_clusters(
    judgement: Judgement,
    clusters: int | None,
    *,
    meaning: str,
    seen: str,
    only: str,
    needed_for: str,
    doubt: str,
) -> None:
    """Whether rows, or the clusters they come in, are independent, and whether clusters are many enough.

    Args:
        clusters: How many there are; None where none were named.
        meaning: Which clusters are counted.
        seen, only: How many there are, as the start of a sentence: plainly, and as too few.
        needed_for: What `FEWEST_CLUSTERS` are needed for.
        doubt: What is uncertain with fewer than `FEW_CLUSTERS`.
    """
    if clusters is None:
        judgement.assume(
            "Rows are independent of each other", "No cluster was given; if rows share a group, name it."
        )
        return
    few = clusters < FEW_CLUSTERS
    judgement.check("clusters", float(clusters), float(FEW_CLUSTERS), not few, meaning)
    judgement.assume(
        "Clusters are independent of each other, and many",
        f"{seen}; that they are independent cannot be seen.",
        "doubtful" if few else "not checked",
    )
    if clusters < FEWEST_CLUSTERS:
        judgement.refusals.append(f"{only}; at least {FEWEST_CLUSTERS} are needed for {needed_for}.")
        judgement.advice.append("Give data of more clusters, or cluster at a lower level if that is right.")
    elif few:
        judgement.reasons.append(f"{only}, so {doubt}.")
