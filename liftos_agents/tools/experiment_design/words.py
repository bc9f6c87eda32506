"""A plan in words for a marketer, an analyst and a statistician."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liftos_agents.domain.amount import format_count, format_number, format_share
from liftos_agents.domain.effect import Explanations
from liftos_agents.tools.experiment_design.plan import DesignExperimentArguments


def explanations(fields: Mapping[str, Any], asked: DesignExperimentArguments) -> Explanations:
    """Three texts from the fields of a result."""
    opening = _infeasible(fields) if fields["status"] == "infeasible" else _plan(fields, asked)
    advice = " ".join(fields["advice"])
    unchecked = "; ".join(
        a.name[:1].lower() + a.name[1:] for a in fields["assumptions"] if a.verdict == "not checked"
    )
    marketer = f"{opening} {advice}".strip()
    analyst = f"{opening} {fields['design']} It rests on: {unchecked}. {' '.join(fields['warnings'])} {advice}".strip()
    return Explanations(
        marketer=marketer, analyst=analyst, statistician=f"{analyst} {_figures(fields)}".strip()
    )


def _plan(fields: Mapping[str, Any], asked: DesignExperimentArguments) -> str:
    length = fields["duration"]
    if asked.kind == "ab":
        days = "" if length is None else f", which takes {format_count(length)} days"
        target = (
            f"an effect of {_detectable(fields)}"
            if asked.minimum_effect is None
            else f"an effect of {format_share(asked.minimum_effect) if asked.effect_scale == 'relative' else format_number(asked.minimum_effect)}"
        )
        return (
            f"Take {format_count(fields['sample_size_per_arm'])} people per arm ({format_count(fields['total'])} in all){days}: "
            f"{target} is then found with a chance of {format_share(fields['power'])}."
        )
    cost = fields["expected_cost"]
    price = "" if cost is None else f" The spend changes by {format_number(cost)} over the test."
    return (
        f"Treat {len(fields['assignment'].treatment)} geos and leave {len(fields['assignment'].control)} alone for "
        f"{length} periods: a lift of {format_share(fields['minimum_detectable_lift'])} is then found with a chance of "
        f"{format_share(asked.power)}. Played on the history without any effect, the test claims one in "
        f"{format_share(fields['aa_false_positive_rate'])} of cases.{price}"
    )


def _detectable(fields: Mapping[str, Any]) -> str:
    found = fields["minimum_detectable_effect"]
    return "no size" if found is None else format_number(found)


def _infeasible(fields: Mapping[str, Any]) -> str:
    return f"No such test is feasible. {' '.join(fields['reasons'])}"


def _figures(fields: Mapping[str, Any]) -> str:
    said = [f"Test: {fields['test']}."]
    if fields.get("sample_size_exact") is not None:
        said.append(f"Exact size of the control arm {fields['sample_size_exact']:,.1f}.")
    others = fields.get("other_tests") or {}
    if others:
        said.append("By test: " + ", ".join(f"{name} {size:,.1f}" for name, size in others.items()) + ".")
    if fields.get("critical_p") is not None:
        said.append(f"Rejects below p = {format_number(fields['critical_p'])}.")
    said += [f"Check {c.name.replace('_', ' ')}: {c.meaning}" for c in fields.get("checks", ())]
    return " ".join(said)
