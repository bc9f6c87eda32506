"""An effect by a user's own causal graph: checked against the data, identified from it, and estimated, or told to be out of reach."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import AssumptionVerdict, EffectResult, Part, effect_units
from liftos_agents.tools.causal_graphs import graph_words as words
from liftos_agents.tools.causal_graphs.front_door_effect import front_door_effect
from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.identify import Identification, Strategy, identify
from liftos_agents.tools.causal_graphs.implied_independences import (
    TestedIndependence,
    implied_independences,
    tested,
)
from liftos_agents.tools.causal_graphs.named_columns import Matched, find_column, match_columns
from liftos_agents.tools.causal_graphs.nested_effect import Estimated, back_door_effect, instruments_effect
from liftos_agents.tools.causal_graphs.pictures import picture_of_graph
from liftos_agents.tools.causal_graphs.read_graph import read_graph
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import build, refuse_same, refused
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.registry import tool


class UseGraphArguments(BaseModel):
    """A causal graph and the effect asked about.

    Attributes:
        graph: The graph's text: DOT, DAGitty, GML, networkx' node-link JSON, or edges in words, such as `price -> sales; season causes
            price; ads affect sales and traffic; demand is unobserved`.
        estimate: Whether to estimate the effect as well; otherwise the result says how it could be.
        alpha: An implied independence fails when its p after Holm's correction is below it.
        method: How to identify the effect; `auto` takes what assumes least among what the graph allows.
        controls: The adjustment set to use instead of the smallest; it must be one that the graph allows.
        estimator: Further arguments of the tool that estimates: `estimate_effect` or `instrumental_variables`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    graph: str = Field(
        min_length=1,
        max_length=200_000,
        description='The graph as text: DOT, GML, networkx JSON, or words such as "price -> sales; season causes price"',
    )
    outcome: str
    treatment: str
    estimate: bool = True
    alpha: float = Field(default=0.01, gt=0.0, le=0.2)
    level: float = Field(default=0.9, gt=0.5, lt=1.0)
    method: Literal["auto", "back_door", "front_door", "instruments"] = "auto"
    controls: tuple[str, ...] | None = Field(
        default=None, description="The adjustment set to use instead of the smallest one"
    )
    estimator: dict[str, Any] = Field(default_factory=dict)


class ImpliedIndependence(Part):
    """One independence that the graph implies, and what the data say.

    Attributes:
        p_value, adjusted_p_value: Before and after Holm's correction; None where it could not be tested.
        strength: Largest partial correlation left between the two, in [0, 1].
    """

    statement: str
    p_value: float | None
    adjusted_p_value: float | None
    strength: float | None
    n: int
    verdict: AssumptionVerdict


class UseGraphResult(EffectResult):
    """An effect by a graph, or why the graph does not allow one.

    Attributes:
        strategy: What identifies the effect; None when nothing does.
        strategies: All that would.
        adjustment_sets: Minimal back-door sets, small ones first, at most 20; an empty set means nothing need be adjusted for.
        controls: Columns held equal in the estimate.
        instruments, mediators: Those that were used.
        never_adjust: Columns that the treatment affects: holding one equal would bias the effect.
        open_paths: Back-door paths that no column can block; unobserved nodes in brackets.
        evidence: Id of the nested call that estimated, if one did.
        unobserved: Nodes of the graph without column.
    """

    strategy: Strategy | None = None
    strategies: tuple[Strategy, ...] = ()
    adjustment_sets: tuple[tuple[str, ...], ...] = ()
    controls: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()
    never_adjust: tuple[str, ...] = ()
    implied_independences: tuple[ImpliedIndependence, ...] = ()
    open_paths: tuple[str, ...] = ()
    evidence: str | None = None
    unobserved: tuple[str, ...] = ()


_UNITS = {
    "implied_independences.*.p_value": "probability",
    "implied_independences.*.adjusted_p_value": "probability",
    "implied_independences.*.strength": "ratio",
    "implied_independences.*.n": "count",
    **dict.fromkeys(
        ("strategy", "strategies", "adjustment_sets", "open_paths", "evidence", "instruments", "mediators"),
        "text",
    ),
}


@tool(
    "use_graph",
    version="2",
    summary="An effect by a causal graph you give (DOT, GML, JSON, words): the graph tested against the data, the effect identified by "
    "back-door, front-door or instruments, and estimated; or why this graph does not allow it.",
    data="rows",
    timeout_seconds=660.0,
)
def use_graph(context: ToolContext, arguments: UseGraphArguments) -> UseGraphResult:
    """The effect that the graph allows to be told, with the graph's own test.

    Raises:
        ToolRetry: The graph cannot be read, has a cycle, does not name outcome and treatment, or another strategy is asked for than it
            allows.
    """
    source = context.dataset.frame
    if source is None:
        raise ToolFailed(
            f"use_graph needs a table and {context.dataset.name!r} is a text", fix="Give a table"
        )
    columns = [str(c) for c in source.columns]
    written = read_graph(arguments.graph)
    matched = match_columns(written, columns)
    graph = matched.graph
    treatment, outcome = (_role(graph, columns, r, getattr(arguments, r)) for r in ("treatment", "outcome"))
    refuse_same("use_graph", treatment=treatment, outcome=outcome)
    found = identify(graph, treatment, outcome)
    context.progress("testing what the graph implies", 0.02)
    independences = tested(
        source,
        implied_independences(graph),
        arguments.alpha,
        lambda share: context.progress("testing what the graph implies", 0.02 + 0.3 * share),
    )
    call = _Call(arguments, matched, found, independences, len(source))
    why = words.not_identified(found)
    if why:
        return call.refuse(why, words.advice_without(found))
    strategy = call.strategy()
    if not arguments.estimate:
        return call.identified(strategy)
    context.progress(f"estimating by {strategy.replace('_', '-')}", 0.35)
    return call.finish(strategy, _estimated(context, call, strategy))


class _Call:
    """One call's graph, identification and tests, and the result made of them."""

    def __init__(
        self,
        arguments: UseGraphArguments,
        matched: Matched,
        found: Identification,
        independences: tuple[TestedIndependence, ...],
        rows: int,
    ) -> None:
        self.arguments = arguments
        self.graph = matched.graph
        self.renamed = matched.renamed
        self.found = found
        self.independences = independences
        self.warnings = (*matched.graph.notes, *matched.notes, *words.warnings(independences))
        self.rows = rows

    def strategy(self) -> Strategy:
        """The strategy asked for, or the first that works."""
        wanted = self.arguments.method
        if wanted == "auto":
            return "back_door" if self.arguments.controls is not None else self.found.strategies[0]
        if wanted not in self.found.strategies:
            ways = ", ".join(self.found.strategies)
            raise ToolRetry(
                f"the graph does not allow {wanted!r}",
                where="use_graph argument method",
                fix=f"It allows {ways}; leave `method` out, or change the graph",
            )
        return wanted

    def controls(self) -> tuple[str, ...]:
        """The back-door set asked for, or the smallest."""
        wanted = self.arguments.controls
        if wanted is None:
            return self.found.adjustment_sets[0]
        names = tuple(sorted(_role(self.graph, sorted(self.graph.observed), "controls", n) for n in wanted))
        treatment, outcome = self.found.treatment, self.found.outcome
        harmful = sorted(set(names) & set(self.found.never_adjust))
        back = self.graph.without_arrows_from(treatment)
        if harmful or {treatment, outcome} & set(names) or not back.separated(treatment, outcome, names):
            why = (
                f"{treatment} affects {', '.join(harmful)}" if harmful else "they leave a back-door path open"
            )
            sets = "; ".join("{" + ", ".join(s) + "}" for s in self.found.adjustment_sets[:3])
            raise ToolRetry(
                f"the graph does not allow adjusting for {', '.join(names) or 'nothing'}: {why}",
                where="use_graph argument controls",
                fix=f"Minimal sets are {sets}" if sets else "No set of columns blocks every back-door path",
            )
        return names

    def refuse(self, reasons: list[str], advice: list[str]) -> UseGraphResult:
        """The result where the effect is not identified."""
        return refused(
            UseGraphResult,
            reasons=reasons,
            advice=advice,
            assumptions=words.graph_assumptions(self.graph, self.independences),
            checks=words.checks(self.independences),
            design=words.design(self.found, None),
            method="none",
            n=self.rows,
            warnings=self.warnings,
            diagnostics=self._diagnostics(),
            **self._shared(None, ()),
        )

    def identified(self, strategy: Strategy) -> UseGraphResult:
        """The result that says how the effect is identified, without estimating it."""
        failures = words.failures(self.independences)
        design = words.design(self.found, strategy)
        return build(
            UseGraphResult,
            status="downgraded" if failures else "estimated",
            reasons=tuple(failures),
            assumptions=words.graph_assumptions(self.graph, self.independences),
            checks=words.checks(self.independences),
            design=design,
            method=strategy,
            n=self.rows,
            warnings=self.warnings,
            advice=("Leave `estimate` out to have the effect estimated.",),
            explanations=words.identified_explanations(self.found, design, self.independences),
            diagnostics=self._diagnostics(),
            **self._shared(strategy, ()),
        )

    def finish(self, strategy: Strategy, made: Estimated) -> UseGraphResult:
        """The result with the estimate, downgraded where the data contradict the graph."""
        reasons = [*words.failures(self.independences), *made.fields.pop("reasons", ())]
        status = made.fields.pop("status", "estimated")
        if status == "estimated" and reasons:
            status = "downgraded"
        own = words.graph_assumptions(self.graph, self.independences)
        shared = self._shared(strategy, made.controls)
        units = {**shared.pop("units"), **made.units}
        figures = (*shared.pop("figures"), *made.fields.pop("figures", ()))
        return build(
            UseGraphResult,
            status=status,
            design=words.design(self.found, strategy, made),
            reasons=tuple(reasons),
            assumptions=(*own, *made.fields.pop("assumptions", ())),
            checks=(*words.checks(self.independences), *made.fields.pop("checks", ())),
            warnings=(*self.warnings, *made.fields.pop("warnings", ())),
            diagnostics={**self._diagnostics(), **made.fields.pop("diagnostics", {})},
            controls=made.controls,
            instruments=made.instruments,
            mediators=made.mediators,
            evidence=made.evidence,
            units=units,
            figures=figures,
            **shared,
            **made.fields,
        )

    def _diagnostics(self) -> dict[str, str]:
        """Which node of the text is which column, where their names differ."""
        pairs = [f"{node} is {column}" for node, column in sorted(self.renamed.items())]
        return {"matched": "; ".join(pairs)} if pairs else {}

    def _shared(self, strategy: Strategy | None, controls: tuple[str, ...]) -> dict[str, Any]:
        found = self.found
        return {
            "estimand": f"The average effect of one unit of {found.treatment} on {found.outcome} over these rows, if the graph is right.",
            "outcome": found.outcome,
            "treatment": found.treatment,
            "strategy": strategy,
            "strategies": found.strategies,
            "adjustment_sets": found.adjustment_sets,
            "never_adjust": found.never_adjust,
            "open_paths": found.open_paths,
            "unobserved": tuple(sorted(self.graph.latent)),
            "implied_independences": tuple(
                ImpliedIndependence(
                    statement=t.independence.statement,
                    p_value=t.p_value,
                    adjusted_p_value=t.adjusted_p_value,
                    strength=t.strength,
                    n=t.n,
                    verdict=t.verdict,
                )
                for t in self.independences
            ),
            "figures": (
                picture_of_graph(
                    self.graph,
                    found.treatment,
                    found.outcome,
                    adjusted=controls,
                    failed=[
                        (
                            t.independence.first,
                            t.independence.second,
                            f"partial correlation {t.strength or 0.0:.2f}",
                        )
                        for t in self.independences
                        if t.verdict == "does not hold"
                    ],
                ),
            ),
            "units": effect_units() | _UNITS,
            "settings": self.arguments.model_dump(mode="json"),
        }


def _estimated(context: ToolContext, call: _Call, strategy: Strategy) -> Estimated:
    found, arguments = call.found, call.arguments
    if strategy == "front_door":
        if arguments.estimator:
            raise ToolRetry(
                "the front-door estimate takes no further arguments",
                where="use_graph argument estimator",
                fix="Leave `estimator` out",
            )
        door = found.front_doors[0]
        return front_door_effect(context, found.treatment, found.outcome, door, arguments.level)
    if strategy == "instruments":
        return instruments_effect(context, call.graph, found, arguments.level, arguments.estimator)
    return back_door_effect(context, found, call.controls(), arguments.level, arguments.estimator)


def _role(graph: CausalGraph, columns: list[str], role: str, name: str) -> str:
    """The column that a role names, which must be a node of the graph."""
    column = find_column(name, columns)
    if column is not None and column in graph.observed:
        return column
    what = "is a column, but no observed node of the graph" if column else "is no column of the data"
    there = ", ".join(sorted(graph.observed)) or "none"
    raise ToolRetry(
        f"{name!r} {what}",
        where=f"use_graph argument {role}",
        fix=f"Nodes of the graph with a column are {there}",
    )
