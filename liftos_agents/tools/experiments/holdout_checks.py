"""What is looked at before a holdout is believed: the groups' sizes, and what they were like before."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.tools.experiments.contrast import Contrast
from liftos_agents.tools.experiments.holdout_groups import Holdout
from liftos_agents.tools.experiments.question import MeasureIncrementalityArguments

RATIO_P = 0.01
REFUSED_P = 0.001
"""Sample-ratio mismatch below it: people are missing from one group, and the groups are not comparable."""

BALANCE_P = 0.01


@dataclass(frozen=True)
class Looked:
    """Checks with their assumptions; `refusal` says why no effect may be read."""

    checks: tuple[Check, ...]
    verdicts: tuple[Assumption, ...]
    reasons: tuple[str, ...]
    refusal: str | None


def holdout_checks(groups: Holdout, asked: MeasureIncrementalityArguments) -> Looked:
    """Sample ratio against the plan, and balance of the covariate."""
    checks: list[Check] = []
    reasons: list[str] = []
    refusal = None
    said: list[str] = []
    if asked.planned_share is not None:
        p_value = _ratio_p(groups.sizes, asked.planned_share)
        share = groups.sizes[0] / sum(groups.sizes)
        checks.append(
            Check(
                name="sample_ratio",
                value=p_value,
                threshold=RATIO_P,
                passed=p_value >= RATIO_P,
                meaning=f"p of the groups' sizes under the plan: {share:.2%} treated against {asked.planned_share:.2%} planned",
            )
        )
        said.append(
            f"{share:.2%} are treated where {asked.planned_share:.2%} were planned (p = {p_value:.3g})."
        )
        mismatch = f"{share:.2%} of the people are treated and {asked.planned_share:.2%} were planned: people are missing from a group."
        if p_value < REFUSED_P:
            refusal = mismatch
        elif p_value < RATIO_P:
            reasons.append(mismatch)
    if groups.covariate is not None and groups.treated is not None:
        p_value = Contrast(groups.treated).p_value(groups.covariate)
        passed = p_value >= BALANCE_P
        checks.append(
            Check(
                name="balance_before",
                value=p_value,
                threshold=BALANCE_P,
                passed=passed,
                meaning=f"p of equal {asked.covariate} in both groups before the test",
            )
        )
        said.append(f"{asked.covariate} before the test differs with p = {p_value:.3g}.")
        if not passed:
            reasons.append(
                f"The groups differed in {asked.covariate} before the test, which chance hardly explains."
            )
    failed = any(c.passed is False for c in checks)
    verdict = Assumption(
        name="Chance alone decided who was held out",
        how_checked=" ".join(said)
        or "Neither planned_share nor a covariate from before the test is given, so nothing can be looked at.",
        verdict="does not hold"
        if refusal
        else "doubtful"
        if failed
        else "nothing speaks against it"
        if said
        else "not checked",
    )
    return Looked(tuple(checks), (verdict,), tuple(reasons), refusal)


def _ratio_p(sizes: tuple[float, float], planned: float) -> float:
    """χ² goodness of fit of the two sizes."""
    total = sum(sizes)
    wanted = (total * planned, total * (1.0 - planned))
    square = sum((seen - due) ** 2 / due for seen, due in zip(sizes, wanted, strict=True))
    return float(stats.chi2.sf(square, 1))
