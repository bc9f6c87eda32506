"""Estimand, design and assumptions of an adjusted effect, in words."""

from __future__ import annotations

from typing import Literal

from liftos_agents.domain.effect import Assumption, AssumptionVerdict

Method = Literal["ols", "ipw", "matching", "aipw", "dml", "causal_forest"]

NAMES: dict[str, str] = {
    "difference": "difference in means",
    "ols": "linear regression",
    "ipw": "inverse propensity weighting",
    "matching": "nearest-neighbour matching with bias correction",
    "aipw": "cross-fitted doubly robust weighting (AIPW)",
    "dml": "double machine learning of the partially linear model",
    "causal_forest": "causal forest with doubly robust scores",
}


def estimand(outcome: str, treatment: str, *, binary: bool, target: str, method: str) -> str:
    """Whose average effect of what on what."""
    if method == "dml" and binary:
        return f"Average effect of {treatment} on {outcome}, rows weighted by how open their treatment was (variance-weighted)"
    if not binary:
        return f"Average change of {outcome} for one more unit of {treatment}, rows weighted by how open their dose was"
    whose = "the treated rows" if target == "att" else "all rows"
    return f"Average effect of {treatment} on {outcome} over {whose} (one against zero)"


def design(method: str, *, controls: int, randomised: bool) -> str:
    """What identifies the effect, and how it is computed."""
    how = NAMES["difference" if method == "ols" and not controls else method]
    if randomised:
        adjusted = f", adjusted for {controls} controls" if controls else ""
        return f"Randomised experiment: treatment is unrelated to everything else by its assignment; {how}{adjusted}"
    if not controls:
        return f"Plain comparison of observational data: no control is held equal; {how}"
    return f"Adjustment for measured controls: given {controls} of them, treatment is taken to be as good as random; {how}"


def no_hidden_confounder(treatment: str, outcome: str, found: str) -> Assumption:
    """Unconfoundedness, which no data can show."""
    return Assumption(
        name=f"Nothing unmeasured drives both {treatment} and {outcome}",
        how_checked=f"The data cannot show it. {found}",
        verdict="not checked",
    )


def random_assignment(said: bool, p: float | None) -> Assumption:
    """That treatment was drawn, with what the controls say of it."""
    if p is None:
        return Assumption(
            name="Treatment was assigned at random",
            how_checked="Taken from the call; without controls nothing can speak against it.",
            verdict="not checked",
        )
    verdict: AssumptionVerdict = (
        "nothing speaks against it" if p > 0.05 else "doubtful" if p > 1e-4 else "does not hold"
    )
    return Assumption(
        name="Treatment was assigned at random",
        how_checked=f"{'Taken from the call; ' if said else ''}the joint test that treatment is unrelated to the controls has p = {p:.3g}.",
        verdict=verdict,
    )


def enough_overlap(passed: bool | None, words: str) -> Assumption:
    """Positivity."""
    verdict: AssumptionVerdict = (
        "not checked" if passed is None else "nothing speaks against it" if passed else "does not hold"
    )
    return Assumption(
        name="Rows of both groups exist at all values of the controls", how_checked=words, verdict=verdict
    )


def untouched_controls(names: tuple[str, ...]) -> Assumption:
    """That no control is a consequence of the treatment."""
    return Assumption(
        name="No control is itself changed by the treatment",
        how_checked="Names and numbers of the columns were read, and those that say `after` were tested; the others are taken to "
        "be measured before."
        if not names
        else f"By its name this may not hold for {', '.join(names)}.",
        verdict="not checked" if not names else "doubtful",
    )


def no_interference(treatment: str) -> Assumption:
    """SUTVA."""
    return Assumption(
        name="One row's treatment does not reach another row's outcome",
        how_checked=f"Not visible in the data: think of shared audiences, markets and word of mouth of {treatment}.",
        verdict="not checked",
    )


def right_form(method: str, said: str, verdict: AssumptionVerdict) -> Assumption:
    """That the model of outcome or treatment is right."""
    needs = {
        "ols": "The outcome is linear in the controls within each group",
        "ipw": "The log odds of treatment are linear in the controls",
        "matching": "Rows near each other in the controls are alike, up to a linear correction",
        "dml": "The treatment's effect is the same everywhere, or its weighted average is what is wanted",
    }
    return Assumption(
        name=needs.get(
            method, "Outcome and treatment models learn well enough (one of the two may be wrong)"
        ),
        how_checked=said,
        verdict=verdict,
    )
