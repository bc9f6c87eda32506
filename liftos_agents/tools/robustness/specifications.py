"""The specification curve: the same question under every defensible choice of controls and method (Simonsohn et al. 2020)."""

from __future__ import annotations

from typing import Any

import numpy as np

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Check
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.robustness.attack import Attack, listed, not_possible
from liftos_agents.tools.robustness.rerun import Found, Rerun

LEAST_SAME_SIGN = 0.9
_MOST_SUBSETS = 8


def specification_curve(rerun: Rerun, base: Found) -> Attack:
    """The share of specifications that agree in sign with the effect."""
    wanted = _specifications(rerun)
    found: list[Found] = []
    for number, (label, changes) in enumerate(wanted):
        rerun.context.progress(
            f"specification {number + 1} of {len(wanted)}", 0.7 + 0.25 * number / len(wanted)
        )
        found.append(rerun.again(label, **changes))
    there = [f for f in found if f.estimate is not None]
    if len(there) < 2 or base.estimate is None:
        return not_possible("specification_curve", f"{rerun.tool} has no further specification here.")
    share = float(np.mean([(f.estimate or 0.0) * base.estimate > 0.0 for f in there]))
    values = sorted(f.estimate or 0.0 for f in there)
    return Attack(
        Check(
            name="specification_curve",
            value=share,
            threshold=LEAST_SAME_SIGN,
            passed=share >= LEAST_SAME_SIGN,
            meaning=f"{format_share(share)} of {len(there)} specifications have the effect's sign; they run from "
            f"{format_number(values[0])} to {format_number(values[-1])}, median {format_number(float(np.median(values)))}.",
        ),
        listed("specification", tuple(found)),
        fatal=share < 0.5,
        curve=tuple(there),
    )


def curve_picture(base: Found, curve: tuple[Found, ...], outcome: str) -> Figure:
    """The specifications in the order of their estimates, with intervals."""
    ordered = sorted(curve, key=lambda f: (f.estimate or 0.0, f.label))
    points = tuple(
        FigurePoint(x=float(i + 1), y=f.estimate, low=f.low, high=f.high, label=f.label)
        for i, f in enumerate(ordered)
    )
    first, last = ordered[0], ordered[-1]
    lines = [(0.0, "no effect")]
    if base.estimate is not None:
        lines.append((base.estimate, "the effect"))
    return Figure(
        kind="scatter_fit",
        title="Specification curve",
        summary=f"{len(ordered)} specifications, from {format_number(first.estimate or 0.0)} ({first.label}) to "
        f"{format_number(last.estimate or 0.0)} ({last.label}); the effect is {format_number(base.estimate or 0.0)}.",
        x_title="specification, by estimate",
        y_title=outcome,
        series=(FigureSeries(name="specification", draw="interval", points=points),),
        horizontal=tuple(lines),
    )


def _specifications(rerun: Rerun) -> list[tuple[str, dict[str, Any]]]:
    if rerun.tool == "estimate_effect":
        return _adjusted(rerun)
    own: dict[str, dict[str, tuple[Any, ...]]] = {
        "difference_in_differences": {
            "method": ("callaway_santanna", "two_way_fixed_effects", "two_by_two"),
            "estimator": ("doubly_robust", "outcome_regression", "ipw"),
            "comparison": ("never_treated", "not_yet_treated"),
            "anticipation": (1,),
        },
        "regression_discontinuity": {"kernel": ("triangular", "uniform", "epanechnikov"), "order": (1, 2)},
        "instrumental_variables": {"method": ("tsls", "liml", "gmm")},
        "synthetic_control": {"method": ("unit_demeaned", "classic", "sdid")},
    }
    out: list[tuple[str, dict[str, Any]]] = []
    for argument, values in own.get(rerun.tool, {}).items():
        for value in values:
            if rerun.takes(argument) and rerun.arguments[argument] != value:
                out.append((f"{argument} {value}", {argument: value}))
    for role in ("controls", "covariates", "donors"):
        if rerun.columns(role):
            out += [(label, {role: kept}) for label, kept in _subsets(rerun, role)]
    if rerun.takes("treated_units") and not rerun.columns("donors"):
        out += _without_donor(rerun)
    return out


def _adjusted(rerun: Rerun) -> list[tuple[str, dict[str, Any]]]:
    controls = rerun.columns("controls")
    method = str(rerun.evidence.result["method"])
    binary = "treated" in rerun.evidence.result["diagnostics"]
    target = str(rerun.evidence.result["target"])
    plain = not rerun.arguments.get("cluster") and not rerun.arguments.get("weights")
    methods = [m for m in ("ols", "ipw", "matching", "aipw", "dml") if m != method]
    if not binary:
        methods = [m for m in methods if m in ("ols", "dml")]
    if not plain:
        methods = [m for m in methods if m != "matching"]
    if target == "att":
        methods = [m for m in methods if m != "dml"]
    if not controls:
        return []
    out: list[tuple[str, dict[str, Any]]] = [
        (f"{m}, all controls", {"method": m, "target": target}) for m in methods
    ]
    quick = ("ols", "ipw") if binary else ("ols",)
    for label, kept in _subsets(rerun, "controls"):
        for m in quick if kept else ("ols",):
            out.append((f"{m}, {label}", {"method": m, "target": target, "controls": kept}))
    return out


def _subsets(rerun: Rerun, role: str) -> list[tuple[str, list[str]]]:
    """None of the columns, and all but one for each (of at most eight, drawn)."""
    names = list(rerun.columns(role))
    chosen = sorted(rerun.rng(500).permutation(len(names))[:_MOST_SUBSETS].tolist())
    without = [(f"without {names[i]}", [n for n in names if n != names[i]]) for i in chosen if len(names) > 1]
    return without if role == "donors" else [(f"no {role}", []), *without]


def _without_donor(rerun: Rerun) -> list[tuple[str, dict[str, Any]]]:
    unit = rerun.column("unit")
    if unit is None:
        return []
    treated = set(rerun.columns("treated_units"))
    labels = sorted(
        {f"{v:.15g}" if isinstance(v, float) else str(v) for v in rerun.frame[unit].dropna().unique()}
        - treated
    )
    chosen = sorted(rerun.rng(600).permutation(len(labels))[:_MOST_SUBSETS].tolist())
    before = list(rerun.columns("exclude"))
    return [(f"without donor {labels[i]}", {"exclude": [*before, labels[i]]}) for i in chosen]
