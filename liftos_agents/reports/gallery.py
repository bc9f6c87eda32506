"""Every picture that an answer's evidence has, in the order in which a reader wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from liftos_agents.domain.evidence import Evidence
from liftos_agents.reports.budget import budget
from liftos_agents.reports.catalogue_scores import catalogue_scores
from liftos_agents.reports.chart import Chart
from liftos_agents.reports.contributions import contributions
from liftos_agents.reports.effects import effect_charts
from liftos_agents.reports.fit_over_time import fit_over_time
from liftos_agents.reports.over_claim import over_claim
from liftos_agents.reports.readiness import readiness
from liftos_agents.reports.rehearsal import rehearsal
from liftos_agents.reports.response_curves import response_curves

_BY_TOOL: tuple[tuple[str, Callable[[Evidence], Iterator[Chart]]], ...] = (
    ("optimise_budget", budget),
    ("simulate_plan", rehearsal),
    ("fit_mmm", contributions),
    ("attribute", over_claim),
    ("fit_mmm", fit_over_time),
    ("audit_product", readiness),
    ("audit_catalogue", catalogue_scores),
)


def charts(evidence: Iterable[Evidence]) -> tuple[Chart, ...]:
    """The charts of `evidence`; the same evidence gives the same charts."""
    items = list({item.id: item for item in evidence}.values())
    found = [chart for tool, draw in _BY_TOOL for item in items if item.tool == tool for chart in draw(item)]
    curves = [
        chart
        for item in items
        if item.tool == "fit_mmm"
        for chart in response_curves(item, _plan_on(item, items))
    ]
    brought = [chart for item in items for chart in effect_charts(item)]
    return (*brought, *found, *curves)


def _plan_on(fit: Evidence, items: list[Evidence]) -> Evidence | None:
    return next((i for i in items if i.tool == "optimise_budget" and i.result.get("fit") == fit.id), None)
