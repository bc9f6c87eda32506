"""From an estimate, or from a reason to have none, to the result with its words, terms and pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Assumption, Check, ConfidenceInterval, Term
from liftos_agents.tools.adjustment import advertising, grounds, pictures, wording
from liftos_agents.tools.adjustment.answer import Answer, Plan
from liftos_agents.tools.adjustment.asked import Asked
from liftos_agents.tools.adjustment.balance import balance, balance_test
from liftos_agents.tools.adjustment.contract import EstimateEffectArguments, EstimateEffectResult, units
from liftos_agents.tools.adjustment.inference import FEW_CLUSTERS, Estimated, infer
from liftos_agents.tools.adjustment.learners import Features
from liftos_agents.tools.adjustment.post_treatment import Suspect
from liftos_agents.tools.adjustment.regression import Target, classical_error, regression
from liftos_agents.tools.adjustment.segment_differences import SegmentDifference, segment_differences
from liftos_agents.tools.adjustment.segments import Segment
from liftos_agents.tools.adjustment.sensitivity import Sensitivity, sensitivity
from liftos_agents.tools.adjustment.weighting import logistic_propensity, weighting
from liftos_agents.tools.effects import build, refused

Array = NDArray[np.float64]

_PAIRS_TOLD = 6


class Call:
    """One call on its way to a result: refused, or finished.

    Args:
        given: Its rows.
        method: The estimator, settled.
    """

    def __init__(self, arguments: EstimateEffectArguments, given: Asked, method: wording.Method) -> None:
        self.arguments, self.given, self.method = arguments, given, method
        self.study = given.study
        self.randomised = bool(arguments.randomised)
        self.balance_p = balance_test(given.study) if given.study.controls.shape[1] else None

    def refuse(
        self, reasons: list[str], advice: list[str], checks: tuple[Check, ...] = (), **more: Any
    ) -> EstimateEffectResult:
        """No estimate, and why."""
        target = self.arguments.target
        words = "Not looked at." if "overlap" not in more else reasons[0]
        return refused(
            EstimateEffectResult,
            reasons=reasons,
            advice=advice,
            checks=checks,
            assumptions=self._assumptions(None, checks, (), words),
            warnings=self._warnings(()),
            diagnostics=self._diagnostics(),
            target=target,
            **more,
            **self._common(target),
        )

    def finish(
        self,
        plan: Plan,
        features: Features,
        propensity: Array | None,
        room: grounds.Room | None,
        found: Answer,
        segments: tuple[Segment, ...],
        checks: tuple[Check, ...],
        wrong: tuple[Suspect, ...],
    ) -> EstimateEffectResult:
        """The estimate with what it rests on."""
        study, a = self.study, self.arguments
        rows = balance(study, found.weights, plan.target)
        checks += grounds.after_checks(
            study, features, found, rows, self.method, plan.target, a.level, self.randomised
        )
        if self.randomised and self.balance_p is not None:
            checks += (_randomisation(self.balance_p),)
        reasons = [room.said] if room is not None and room.said else []
        if self.randomised and self.balance_p is not None and self.balance_p < grounds.BROKEN_RANDOMISATION:
            reasons.append(
                "Treated and untreated rows differ in the controls far more than a random assignment leaves."
            )
        if not self.randomised and not study.controls.shape[1]:
            reasons.append(
                "Treatment is not said to be assigned at random and nothing is held equal: this is a difference between groups, not yet an effect."
            )
        strength = None
        if not self.randomised:
            strength = sensitivity(study, found.found.estimate, a.level)
        terms = self._terms(plan, features, propensity, found, segments)
        figures = [*pictures.forest("Estimate by method", terms, "method_", a.outcome)]
        figures += pictures.forest("Effect by segment", terms, "segment_", a.outcome)
        if propensity is not None and room is not None:
            figures.append(pictures.overlap_histogram(study.treated, propensity, room.overlap.share_outside))
        figures += pictures.love_plot(rows)
        low, high = found.found.ends
        overlap_words = (
            "A dose, or no controls: not looked at."
            if room is None
            else f"{format_share(room.overlap.share_outside)} of the target group have no counterpart."
        )
        passed = None if room is None else not any(c.passed is False for c in room.checks[-2:])
        apart = segment_differences(segments, found.segments, study.cluster, a.level)
        result = build(
            EstimateEffectResult,
            status="downgraded" if reasons else "estimated",
            estimate=found.found.estimate,
            standard_error=found.found.standard_error,
            interval=ConfidenceInterval(low=low, high=high, level=a.level),
            p_value=found.found.p_value,
            assumptions=self._assumptions(strength, checks, wrong, overlap_words, passed),
            checks=checks,
            diagnostics=self._diagnostics() | _effects(found.effects),
            terms=terms,
            reasons=tuple(reasons),
            warnings=self._warnings(wrong),
            advice=self._advice(bool(reasons)),
            figures=tuple(figures),
            target=plan.target,
            overlap=None if room is None else room.overlap,
            balance=rows,
            splits=found.splits,
            learners=found.learners,
            sensitivity=strength,
            segment_differences=apart,
            **self._common(plan.target),
        )
        return _with_segments(result, apart)

    def _common(self, target: Target) -> dict[str, Any]:
        a, study = self.arguments, self.study
        said = wording.estimand(
            a.outcome, self.given.treatment, binary=study.binary, target=target, method=self.method
        )
        return {
            "estimand": said + (f"; {self.given.scale}" if self.given.scale else ""),
            "design": wording.design(
                self.method, controls=len(set(study.sources)), randomised=self.randomised
            ),
            "method": self.method,
            "outcome": a.outcome,
            "treatment": self.given.treatment,
            "n": len(study),
            "units": units(),
            "settings": a.model_dump(mode="json"),
        }

    def _diagnostics(self) -> dict[str, float | int | str | bool | None]:
        study = self.study
        out: dict[str, float | int | str | bool | None] = {
            "rows_left_out": self.given.dropped,
            "controls": study.controls.shape[1],
            "balance_test_p": self.balance_p,
        }
        if study.binary:
            out["treated"] = int(study.treated.sum())
            out["untreated"] = len(study) - int(study.treated.sum())
        if study.cluster is not None:
            out["clusters"] = int(study.cluster.max()) + 1
        if self.method == "ols":
            out["classical_standard_error"] = classical_error(study)
        return out

    def _terms(
        self,
        plan: Plan,
        features: Features,
        propensity: Array | None,
        found: Answer,
        segments: tuple[Segment, ...],
    ) -> dict[str, Term]:
        study, level = self.study, self.arguments.level
        others: dict[str, Estimated] = {}
        if study.controls.shape[1]:
            bare = replace(study, controls=study.controls[:, :0], names=(), sources=())
            others["difference"] = infer(regression(bare, plan.target), level, study.cluster, plan.seed)
            others["ols"] = infer(regression(study, plan.target), level, study.cluster, plan.seed)
            if propensity is not None:
                logistic = logistic_propensity(study, features)
                weighted = weighting(study, features, logistic, plan.target)
                others["ipw"] = infer(weighted, level, study.cluster, plan.seed)
        others[self.method] = found.found
        names = (
            wording.NAMES if study.binary else {**wording.NAMES, "difference": "regression without controls"}
        )
        terms = {f"method_{key}": _term(names[key], value, len(study)) for key, value in others.items()}
        for segment in segments:
            value = found.segments[segment.key]
            count = int(segment.rows.sum())
            terms[segment.key] = (
                Term(meaning=f"{segment.words} (too few rows)", estimate=None, n=count)
                if value is None
                else _term(segment.words, value, count)
            )
        return terms

    def _assumptions(
        self,
        strength: Sensitivity | None,
        checks: tuple[Check, ...],
        wrong: tuple[Suspect, ...],
        overlap_words: str,
        overlap_passed: bool | None = None,
    ) -> tuple[Assumption, ...]:
        a = self.arguments
        if self.randomised:
            first = wording.random_assignment(True, self.balance_p)
        else:
            first = wording.no_hidden_confounder(self.given.treatment, a.outcome, _strength_words(strength))
        failed_overlap = any(
            c.passed is False and c.name in ("share_without_counterpart", "dose_variation_left")
            for c in checks
        )
        form = next((c for c in checks if c.name in ("linear_form", "balance_of_squares")), None)
        said = "Not tested." if form is None else form.meaning
        found: list[Assumption] = [first]
        if not self.randomised and self.study.controls.shape[1]:
            found.append(
                wording.enough_overlap(
                    False if failed_overlap and overlap_passed is None else overlap_passed, overlap_words
                )
            )
            verdict = (
                "not checked" if form is None else "nothing speaks against it" if form.passed else "doubtful"
            )
            found.append(wording.right_form(self.method, said, verdict))
        if self.study.controls.shape[1]:
            found.append(wording.untouched_controls(tuple(s.control for s in wrong)))
        found.append(wording.no_interference(self.given.treatment))
        return tuple(found)

    def _warnings(self, wrong: tuple[Suspect, ...]) -> tuple[str, ...]:
        out = [*self.given.notes, *(s.why for s in wrong if not s.certain)]
        if self.given.dropped:
            out.append(f"{self.given.dropped} rows were left out because a value was missing.")
        if not self.randomised and advertising.is_exposure(self.arguments.treatment):
            out.append(advertising.WARNING)
        if self.study.cluster is not None and int(self.study.cluster.max()) + 1 < FEW_CLUSTERS:
            out.append("Few clusters: the interval comes from a wild cluster bootstrap.")
        if self.arguments.randomised is None and self.balance_p is not None and self.balance_p > 0.05:
            out.append(
                f"The controls are as balanced as in an experiment (p = {self.balance_p:.2g}); if treatment was assigned at random, say "
                "randomised=true."
            )
        return tuple(out)

    def _advice(self, weak: bool) -> tuple[str, ...]:
        if self.randomised and not weak:
            return ()
        if self.randomised:
            return ("Find out how treatment was assigned; without randomisation, give randomised=false.",)
        return ("Run check_robustness on this evidence; an experiment would settle it.",)


def _with_segments(
    result: EstimateEffectResult, apart: tuple[SegmentDifference, ...]
) -> EstimateEffectResult:
    """The result whose explanations say of each column whether its segments differ, as far as the test says so."""
    if not apart:
        return result
    said = " ".join(one.words for one in apart)
    pairs = [
        f"{pair.first} less {pair.second}: {format_number(pair.difference)} (p = {pair.p_value:.2g})"
        for one in apart
        if one.differs
        for pair in one.pairs[:_PAIRS_TOLD]
    ]
    told = f"{said} Pairs after Holm's correction: {'; '.join(pairs)}." if pairs else said
    whole = result.explanations
    explanations = whole.model_copy(
        update={
            "marketer": f"{whole.marketer} {said}",
            "analyst": f"{whole.analyst} {said}",
            "statistician": f"{whole.statistician} {told}",
        }
    )
    return result.model_copy(update={"explanations": explanations})


def _term(meaning: str, found: Estimated, n: int) -> Term:
    low, high = found.ends
    return Term(
        meaning=meaning, estimate=found.estimate, standard_error=found.standard_error, low=low, high=high,
        p_value=found.p_value, n=n,
    )  # fmt: skip


def touched(suspect: Suspect, passed: bool | None) -> Check:
    return Check(
        name="control_after_treatment", value=None, threshold=None, passed=passed, meaning=suspect.why
    )


def _randomisation(p: float) -> Check:
    return Check(
        name="randomisation",
        value=p,
        threshold=grounds.DOUBTED_RANDOMISATION,
        passed=p >= grounds.DOUBTED_RANDOMISATION,
        meaning="p-value of the joint test that treatment is unrelated to the controls.",
    )


def _strength_words(strength: Sensitivity | None) -> str:
    if strength is None:
        return ""
    said = (
        f"In the linear regression, a confounder would have to explain {format_share(strength.robustness_value)} of what is left of both to "
        "bring the estimate to zero"
    )
    if strength.strongest_control is None or strength.strongest_with_treatment is None:
        return f"{said}."
    return (
        f"{said}; the strongest control, {strength.strongest_control}, explains {format_share(strength.strongest_with_treatment)} of the "
        f"treatment and {format_share(strength.strongest_with_outcome or 0.0)} of the outcome."
    )


def _effects(effects: Array | None) -> dict[str, float | int | str | bool | None]:
    if effects is None:
        return {}
    low, middle, high = np.quantile(effects, [0.1, 0.5, 0.9])
    return {
        "row_effect_low": float(low),
        "row_effect_middle": float(middle),
        "row_effect_high": float(high),
        "row_effects": f"80 % of the rows have an effect between {format_number(float(low))} and {format_number(float(high))}",
    }
