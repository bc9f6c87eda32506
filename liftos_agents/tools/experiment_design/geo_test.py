"""Plan of a geo test, tried out on the history: assignment, length, detectable lift, cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.experiment_design.assignment import Kind, Scheme, scheme
from liftos_agents.tools.experiment_design.geo_history import GeoHistory, geo_history
from liftos_agents.tools.experiment_design.placebo_windows import Played, Window, play, windows
from liftos_agents.tools.experiment_design.plan import TOOL, DesignExperimentArguments
from liftos_agents.tools.experiment_design.power_figures import groups_figure, power_figure
from liftos_agents.tools.experiment_design.result import (
    Assignment,
    DesignExperimentResult,
    PowerPoint,
    TriedDuration,
    design_units,
)
from liftos_agents.tools.experiment_design.simulated_power import (
    BAND,
    Calibrated,
    calibrate,
    detectable_lift,
    power_at,
)
from liftos_agents.tools.experiment_design.words import explanations

LENGTHS = (2, 3, 4, 5, 6, 8, 10, 12)
FEWEST_GEOS = 4
FEWEST_A_SIDE = 4
CURVE_POINTS = 21
ANALYSES = {
    "difference_in_differences": "difference in differences over geos, with the geo as cluster",
    "tbr": "time-based regression of the treated total on the control total",
}


@dataclass(frozen=True)
class Trial:
    """One length, played on the history; money over the test."""

    length: int
    places: tuple[Window, ...]
    played: Played
    calibrated: Calibrated
    lift: float | None
    base: float
    cost: float | None

    @property
    def effect(self) -> float | None:
        """The detectable lift as a total."""
        return None if self.lift is None else self.lift * self.base


def geo_test(context: ToolContext, asked: DesignExperimentArguments) -> DesignExperimentResult:
    """The shortest test that finds what is asked for, or what stands in its way.

    Raises:
        ToolRetry: A column or an argument does not fit.
        ToolFailed: The history is too short.
    """
    history = geo_history(context, asked)
    kind, analysis = _choices(asked, history)
    plan = scheme(history.outcome, kind, asked.treated_share, asked.geos)
    if len(plan.members) < FEWEST_GEOS:
        return _answer(
            asked, history, plan, analysis, (), None,
            [f"{len(plan.members)} geos can take part, and a test by chance needs at least {FEWEST_GEOS}."],
            ["Use finer geos (cities instead of regions), or measure_incrementality with synthetic_control for a single one."],
        )  # fmt: skip
    trials = _trials(context, asked, history, plan, analysis)
    chosen, reasons, advice = _choose(asked, trials)
    return _answer(asked, history, plan, analysis, trials, chosen, reasons, advice)


def _choices(asked: DesignExperimentArguments, history: GeoHistory) -> tuple[Kind, str]:
    if asked.effect_scale == "absolute":
        raise ToolRetry(
            "the minimum effect of a geo test is a lift",
            where=f"{TOOL} argument effect_scale",
            fix="Give minimum_effect as a share (0.05 is 5 %) and leave effect_scale out",
        )
    if asked.geos is not None and asked.geos > len(history.geos):
        raise ToolRetry(
            f"{asked.geos} geos are to take part and the history has {len(history.geos)}",
            where=f"{TOOL} argument geos",
            fix=f"Give at most {len(history.geos)}, or leave it out",
        )
    even = abs(asked.treated_share - 0.5) < 1e-9
    if asked.assignment == "matched_pairs" and not even:
        raise ToolRetry(
            f"matched pairs treat half of the geos, and treated_share is {asked.treated_share:g}",
            where=f"{TOOL} argument treated_share",
            fix="Leave treated_share out, or use assignment='stratified'",
        )
    kind: Kind = asked.assignment or ("matched_pairs" if even else "stratified")
    number = asked.geos or len(history.geos)
    smaller = min(round(number * asked.treated_share), number - round(number * asked.treated_share))
    return kind, asked.analysis or ("difference_in_differences" if smaller >= FEWEST_A_SIDE else "tbr")


def _trials(
    context: ToolContext, asked: DesignExperimentArguments, history: GeoHistory, plan: Scheme, analysis: str
) -> tuple[Trial, ...]:
    wanted: list[int] = sorted(set(asked.periods)) if asked.periods else list(LENGTHS)
    trials = []
    for number, length in enumerate(wanted):
        context.progress(f"a test of {length} periods", number / len(wanted))
        places = windows(len(history.periods), length) if length >= 1 else ()
        if not places:
            continue
        played = play(history.outcome, plan, analysis, places, asked.seed + 1, asked.sides)
        calibrated = calibrate(played, asked.alpha)
        lift = detectable_lift(played, calibrated.critical, asked.power)
        trials.append(
            Trial(
                length,
                places,
                played,
                calibrated,
                lift,
                float(played.base.mean()),
                _cost(asked, history, plan, length),
            )
        )
    if not trials:
        raise ToolRetry(
            f"the history has {len(history.periods)} periods, too few to play a test of {wanted[0]} periods after a history of its own",
            where=f"{TOOL} argument periods",
            fix="Ask for a shorter test, or give a longer history (five times the test is enough)",
        )
    return tuple(trials)


def _cost(asked: DesignExperimentArguments, history: GeoHistory, plan: Scheme, length: int) -> float | None:
    if asked.budget is not None:
        return asked.budget
    if history.spend is None:
        return None
    usual = float(history.spend[plan.members].mean()) * plan.treated * length
    return asked.spend_change * usual


def _choose(
    asked: DesignExperimentArguments, trials: tuple[Trial, ...]
) -> tuple[Trial | None, list[str], list[str]]:
    """The shortest length that does, else the one that finds the least lift."""
    able = [t for t in trials if t.lift is not None]
    if not able:
        return (
            None,
            ["No lift up to tenfold would be found at any length: the geos are too noisy or too few."],
            ["Use more geos, or an outcome that moves less from period to period."],
        )
    best = min(able, key=lambda t: (t.lift, t.length))
    if asked.minimum_effect is None and asked.minimum_iroas is None:
        return best, [], []
    if asked.minimum_effect is not None and asked.minimum_effect <= 0.0:
        raise ToolRetry(
            f"a lift of {asked.minimum_effect!r} cannot be planned for",
            where=f"{TOOL} argument minimum_effect",
            fix="Give the size of the lift as a positive share",
        )
    enough = [t for t in able if _enough(asked, t)]
    if enough:
        return enough[0], [], []
    return best, *_shortfall(asked, best, trials)


def _enough(asked: DesignExperimentArguments, trial: Trial) -> bool:
    assert trial.lift is not None
    if asked.minimum_effect is not None and trial.lift > asked.minimum_effect:
        return False
    if asked.minimum_iroas is None or trial.cost is None:
        return True
    return trial.lift * trial.base <= asked.minimum_iroas * abs(trial.cost)


def _shortfall(
    asked: DesignExperimentArguments, best: Trial, trials: tuple[Trial, ...]
) -> tuple[list[str], list[str]]:
    assert best.lift is not None
    reasons, advice = [], []
    lengths = [t.length for t in trials]
    tried = f"{min(lengths)}" if len(lengths) == 1 else f"{min(lengths)} to {max(lengths)}"
    if asked.minimum_effect is not None and best.lift > asked.minimum_effect:
        reasons.append(
            f"The smallest lift that a test of {tried} periods finds is {best.lift:.2%} (at {best.length}), and {asked.minimum_effect:.2%} "
            "is asked for."
        )
        times = (best.lift / asked.minimum_effect) ** 2
        advice.append(
            f"Take about {times:.1f} × as many geos, a longer test, or be content with finding lifts from {best.lift:.2%} on."
        )
    if asked.minimum_iroas is not None and best.cost is not None and not reasons:
        needed = best.lift * best.base / asked.minimum_iroas
        reasons.append(
            f"At an iROAS of {asked.minimum_iroas:g} the spend of {abs(best.cost):.4g} brings less than what the test can find."
        )
        advice.append(
            f"Change spend by at least {needed:.4g} over {best.length} periods, or treat fewer, larger geos."
        )
    return reasons, advice


def _answer(
    asked: DesignExperimentArguments,
    history: GeoHistory,
    plan: Scheme,
    analysis: str,
    trials: tuple[Trial, ...],
    chosen: Trial | None,
    reasons: list[str],
    advice: list[str],
) -> DesignExperimentResult:
    fields: dict[str, Any] = {
        "status": "infeasible" if reasons else "designed",
        "kind": "geo",
        "design": _design(plan, asked, analysis),
        "test": ANALYSES[analysis],
        "alpha": asked.alpha,
        "n": history.rows,
        "durations": tuple(
            TriedDuration(
                periods=t.length,
                minimum_detectable_lift=t.lift,
                minimum_detectable_effect=t.effect,
                aa_false_positive_rate=t.calibrated.rate,
                cost=t.cost,
            )
            for t in trials
        ),
        "assumptions": _assumptions(),
        "reasons": tuple(reasons),
        "advice": tuple(advice),
        "warnings": history.warnings,
        "units": design_units("outcome"),
        "settings": asked.model_dump(mode="json"),
    }
    if chosen is not None:
        fields |= _planned(asked, history, plan, analysis, chosen)
    return DesignExperimentResult(**fields, explanations=explanations(fields, asked))


def _planned(
    asked: DesignExperimentArguments, history: GeoHistory, plan: Scheme, analysis: str, trial: Trial
) -> dict[str, Any]:
    treated, control = (flags[0] for flags in plan.draw(1, asked.seed, len(history.geos)))
    assert trial.lift is not None
    wanted = asked.minimum_effect or trial.lift
    lifts = [2.0 * max(wanted, trial.lift) * i / (CURVE_POINTS - 1) for i in range(CURVE_POINTS)]
    curve = tuple(
        PowerPoint(effect=x * trial.base, lift=x, power=power_at(trial.played, x, trial.calibrated.critical))
        for x in lifts
    )
    names = np.array(history.geos)
    sides = {"treatment": int(treated.sum()), "control": int(control.sum())}
    cost = trial.cost
    if cost is None and asked.minimum_iroas is not None:
        cost = trial.lift * trial.base / asked.minimum_iroas
    pairs = ()
    if plan.pairs is not None:
        ordered = [(a, b) if treated[a] else (b, a) for a, b in plan.pairs]
        pairs = tuple((str(names[a]), str(names[b])) for a, b in ordered)
    groups = (history.outcome[treated].mean(axis=0), history.outcome[control].mean(axis=0))
    assert asked.outcome is not None
    return {
        "sample_size_per_arm": min(sides.values()),
        "sample_sizes": sides,
        "total": sum(sides.values()),
        "duration": trial.length,
        "minimum_detectable_effect": trial.effect,
        "minimum_detectable_lift": trial.lift,
        "power": asked.power
        if asked.minimum_effect is None
        else power_at(trial.played, wanted, trial.calibrated.critical),
        "critical_p": trial.calibrated.critical,
        "assignment": Assignment(
            treatment=tuple(sorted(map(str, names[treated]))), control=tuple(sorted(map(str, names[control])))
        ),
        "pairs": pairs,
        "expected_cost": cost,
        "minimum_detectable_iroas": None if not cost else trial.lift * trial.base / abs(cost),
        "aa_false_positive_rate": trial.calibrated.rate,
        "power_curve": curve,
        "checks": _checks(asked, trial, sides),
        "warnings": (*history.warnings, *_warnings(asked, history, plan, trial, sides, analysis)),
        "diagnostics": {
            "placebo_windows": len(trial.places),
            "assignments_a_window": trial.played.base.shape[1],
            "periods_before_the_test": trial.places[0].test - trial.places[0].start,
            "nominal_false_positive_rate": trial.calibrated.nominal_rate,
            "calibrated": trial.calibrated.moved,
            "group_correlation": float(np.corrcoef(*groups)[0, 1])
            if np.ptp(groups[0]) and np.ptp(groups[1])
            else None,
        },
        "figures": (
            power_figure(curve, asked.power, trial.lift, "lift", True),
            groups_figure(history.periods, *groups, asked.outcome),
        ),
    }


def _checks(asked: DesignExperimentArguments, trial: Trial, sides: dict[str, int]) -> tuple[Check, ...]:
    rate = trial.calibrated.rate
    low, high = (bound * asked.alpha for bound in BAND)
    return (
        Check(
            name="aa_false_positive_rate",
            value=rate,
            threshold=asked.alpha,
            passed=low <= rate <= high,
            meaning=f"{rate:.1%} of tests without effect on the history claim one; {low:.1%} to {high:.1%} is accepted"
            + (
                f" (p is compared with {trial.calibrated.critical:.3g} to get there)."
                if trial.calibrated.moved
                else "."
            ),
        ),
        Check(
            name="geos_a_side",
            value=float(min(sides.values())),
            threshold=float(FEWEST_A_SIDE),
            passed=min(sides.values()) >= FEWEST_A_SIDE,
            meaning="geos in the smaller group; with fewer, one odd geo decides the result",
        ),
    )


def _warnings(
    asked: DesignExperimentArguments,
    history: GeoHistory,
    plan: Scheme,
    trial: Trial,
    sides: dict[str, int],
    analysis: str,
) -> list[str]:
    said = []
    out = len(history.geos) - len(plan.members)
    if out:
        said.append(f"{out} geos take no part.")
    if len(trial.places) < 4:
        said.append(
            f"The history holds only {len(trial.places)} windows for such a test, so false positives rest on the assignment more than on time."
        )
    if trial.calibrated.moved:
        said.append(
            f"Read as usual the test would claim an effect in {trial.calibrated.nominal_rate:.1%} of cases without one; compare its "
            f"p-value with {trial.calibrated.critical:.3g} instead of {asked.alpha:g}."
        )
    if asked.minimum_effect is None and asked.minimum_iroas is None:
        said.append(
            "No minimum effect is given: of the lengths tried the one with the smallest detectable lift is taken."
        )
    if asked.spend is None and asked.budget is None and asked.minimum_iroas is None:
        said.append("No spend, budget or minimum iROAS is given, so the cost of the test is not known.")
    if asked.spend is not None and asked.budget is None and asked.spend_change == 0.0:
        said.append("A spend change of 0 is no test.")
    return said


def _design(plan: Scheme, asked: DesignExperimentArguments, analysis: str) -> str:
    how = {
        "matched_pairs": "geos whose histories move alike are paired and chance decides within each pair",
        "stratified": "chance decides within strata of geos of like size",
        "constrained": "the best balanced of a few random draws is taken, in size and growth",
    }[plan.kind]
    return (
        f"Geo test: {how}; read by {ANALYSES[analysis]}, {asked.sides}-sided. Power and false positives come from tests played on "
        "the history, with the effect put in as a lift of the treated geos."
    )


def _assumptions() -> tuple[Assumption, ...]:
    return (
        Assumption(
            name="The test will be as noisy as the history",
            how_checked="Power and false positives are those of windows of the history.",
            verdict="not checked",
        ),
        Assumption(
            name="Treating one geo does not change another (no spillover)",
            how_checked="Nothing in the table says how people move or see advertising between geos; keep neighbours in one group.",
            verdict="not checked",
        ),
        Assumption(
            name="The lift is the same share in each treated geo",
            how_checked="It is put in so; a lift that differs between geos is harder to find.",
            verdict="not checked",
        ),
    )
