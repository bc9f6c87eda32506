"""Which causal graphs the data could come from: edges with how stable they are, as hypotheses and never as effects."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import Assumption, Check, EffectStatus, Explanations, Part
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.causal_graphs import discovery_words as words
from liftos_agents.tools.causal_graphs.knowledge import knowledge_of
from liftos_agents.tools.causal_graphs.lagged import embedded
from liftos_agents.tools.causal_graphs.pictures import picture_of_edges
from liftos_agents.tools.causal_graphs.search import EdgeKind, Found, Method, Search, Test
from liftos_agents.tools.causal_graphs.stability import resampled, stability
from liftos_agents.tools.causal_graphs.variables import Measure, Variables, take_variables
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.registry import tool

MOST_VARIABLES: dict[Method, int] = {"pc": 60, "ges": 30, "lingam": 30, "lagged": 30}

Pair = Annotated[tuple[str, str], Field(description="[cause, effect]")]


class DiscoverCausesArguments(BaseModel):
    """What to search, how, and what is known before.

    Attributes:
        variables: Columns to search; all usable ones when empty.
        method: `pc`: independence tests; `ges`: the best-scoring class of graphs; `lingam`: a full order, from noise that is not
            normal; `lagged`: causes with a delay in a time series (PCMCI).
        test: Independence test of `pc`; `auto` takes χ² when every column has few values, Fisher's z otherwise.
        alpha: An edge is dropped when some test has p above it; for `lingam`, the bar of a coefficient.
        forbidden: [cause, effect] pairs that cannot be.
        required: [cause, effect] pairs that are known.
        tiers: Variables in order of time; a later tier cannot cause an earlier one. Not every variable need stand in one.
        time: Column that orders the rows; needed by `lagged`.
        lags: Longest delay in rows, for `lagged`.
        largest_condition: Largest set of variables held fixed in a test of `pc`; no limit when absent.
        resamples: Random parts of the rows (63 %) on which the search is repeated; 0 for none.
        level: Level of the interval of each stability.
        seed: Of the resamples.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variables: tuple[str, ...] = Field(
        default=(), description="Columns to search; all usable ones when empty"
    )
    method: Method = "pc"
    test: Literal["auto", "fisher_z", "chi_square", "g_square"] = "auto"
    alpha: float = Field(
        default=0.05, gt=0.0, le=0.5, description="An edge is dropped when some test has p above it"
    )
    forbidden: tuple[Pair, ...] = Field(default=(), description="[cause, effect] pairs that cannot be")
    required: tuple[Pair, ...] = Field(default=(), description="[cause, effect] pairs that are known")
    tiers: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Variables in order of time; a later tier cannot cause an earlier one"
    )
    time: str | None = Field(default=None, description="Column that orders the rows; needed by `lagged`")
    lags: int = Field(default=3, ge=1, le=26, description="Longest delay in rows, for `lagged`")
    largest_condition: int | None = Field(default=None, ge=0, le=20)
    resamples: int = Field(default=30, ge=0, le=500)
    level: float = Field(default=0.9, gt=0.0, lt=1.0)
    seed: int = Field(default=0, ge=0)


class DiscoveredEdge(Part):
    """An edge of the graph found.

    Attributes:
        source, target: Cause and effect; for an undirected edge in alphabetical order, and the direction is not identified.
        lag: Rows by which the cause comes first, for a lagged edge.
        stability: Share of the resamples that have the edge, in either direction.
        stability_low, stability_high: Its interval, for the number of resamples alone.
        orientation_confidence: Of the resamples with the edge, the share that point it the same way; None without direction.
        p_value: The largest p of the tests it survived (`pc`), or its own (`lingam`, `lagged`); None for `ges` and required edges.
        required: It is there because it was required.
    """

    source: str
    target: str
    kind: EdgeKind
    lag: int | None = None
    stability: float | None = None
    stability_low: float | None = None
    stability_high: float | None = None
    orientation_confidence: float | None = None
    p_value: float | None = None
    required: bool = False


class DiscoverCausesResult(BaseModel):
    """A causal graph as a hypothesis.

    Attributes:
        status: `downgraded` when `reasons` say why even as a hypothesis it stands on weak ground.
        test: Independence test used; None for `ges` and `lingam`.
        variables: Columns searched, sorted.
        n: Rows that were used.
        dot: The graph as DOT text, undirected edges as `dir=none`.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: EffectStatus
    method: Method
    test: Test | None
    variables: tuple[str, ...]
    n: int
    edges: tuple[DiscoveredEdge, ...]
    dot: str
    assumptions: tuple[Assumption, ...]
    checks: tuple[Check, ...] = ()
    diagnostics: dict[str, float | int | str | bool | None] = Field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...]
    advice: tuple[str, ...] = ()
    explanations: Explanations
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]

    def summary(self) -> str:
        """The result as lines of text."""
        lines = [
            f"{len(self.edges)} edges among {len(self.variables)} variables, n = {self.n} ({self.method})"
        ]
        lines += [words.edge_in_words(edge) for edge in self.edges]
        lines += [f"Assumption ({a.verdict}): {a.name}. {a.how_checked}" for a in self.assumptions]
        lines += [f"Check failed, {c.name}: {c.meaning}" for c in self.checks if c.passed is False]
        return "\n".join([*lines, *(f"Warning: {text}" for text in self.warnings)])

    def tidy(self) -> pd.DataFrame:
        """One row an edge."""
        return pd.DataFrame(
            [edge.model_dump() for edge in self.edges], columns=list(DiscoveredEdge.model_fields)
        )

    def plot(self) -> Figure:
        """The graph as a picture."""
        return self.figures[0]


@tool(
    "discover_causes",
    version="1",
    summary="Causal graphs that the data could come from (PC, GES, LiNGAM, lagged), with stability; hypotheses, never effects.",
    data="rows",
    timeout_seconds=300.0,
)
def discover_causes(context: ToolContext, arguments: DiscoverCausesArguments) -> DiscoverCausesResult:
    """The edges that a search finds, and how often they come back on parts of the rows.

    Raises:
        ToolRetry: A column cannot be used, or what is known contradicts itself.
        ToolFailed: Too few complete rows.
    """
    if arguments.method == "lagged" and arguments.time is None:
        raise ToolRetry(
            "the method 'lagged' needs to know how rows follow each other",
            where="discover_causes argument time",
            fix="Name the column of dates or periods as `time`",
        )
    found_variables = take_variables(
        context,
        arguments.variables,
        wanted=_measure(arguments),
        time=arguments.time,
        most=MOST_VARIABLES[arguments.method],
        continuous=arguments.method == "lingam",
    )
    names = found_variables.names
    test: Test = (
        arguments.test
        if arguments.test != "auto"
        else ("chi_square" if found_variables.measure == "categories" else "fisher_z")
    )
    knowledge = knowledge_of(names, arguments.forbidden, arguments.required, arguments.tiers)
    search = Search(
        arguments.method, test, arguments.alpha, knowledge, arguments.largest_condition, arguments.lags
    )
    rows = _rows(context, found_variables, arguments)
    context.progress("searching all rows", 0.05)
    found = search(rows)
    block = max(2, round(len(rows) ** (1.0 / 3.0))) if arguments.time else 1
    parts = resampled(
        search, rows, arguments.resamples, arguments.seed, block,
        lambda share: context.progress("searching parts of the rows", 0.1 + 0.9 * share),
    )  # fmt: skip
    edges = _edges(names, found, parts, arguments.level, knowledge.required)
    return _result(found_variables, arguments, test, found, edges, len(rows))


def _measure(arguments: DiscoverCausesArguments) -> Measure | None:
    if arguments.method != "pc":
        if arguments.test != "auto":
            raise ToolRetry(
                f"test {arguments.test!r} belongs to the method 'pc', and the method is {arguments.method!r}",
                where="discover_causes argument test",
                fix="Leave `test` out, or take the method 'pc'",
            )
        return "numbers"
    if arguments.test == "auto":
        return None
    return "numbers" if arguments.test == "fisher_z" else "categories"


def _rows(context: ToolContext, variables: Variables, arguments: DiscoverCausesArguments) -> np.ndarray:
    """The rows searched; for `lagged`, with their past beside them."""
    if arguments.method != "lagged":
        return variables.values
    size, rows = len(variables.names), len(variables)
    needed = 2 * arguments.lags + max(30, 2 * size * arguments.lags)
    if rows < needed:
        raise ToolFailed(
            f"{rows} periods are too few for {size} variables and {arguments.lags} lags; {needed} are needed",
            where=context.dataset.name,
            fix="Take fewer lags or variables, or give a longer series",
        )
    return embedded(variables.values, arguments.lags)


def _edges(
    names: tuple[str, ...], found: Found, parts: list[Found], level: float, required: np.ndarray
) -> tuple[DiscoveredEdge, ...]:
    edges: list[DiscoveredEdge] = []
    for edge in found.edges:
        stable = stability(edge, parts, level)
        edges.append(
            DiscoveredEdge(
                source=names[edge.source],
                target=names[edge.target],
                kind=edge.kind,
                lag=edge.lag if edge.kind == "lagged" else None,
                stability=stable.share if stable else None,
                stability_low=stable.low if stable else None,
                stability_high=stable.high if stable else None,
                orientation_confidence=stable.orientation if stable else None,
                p_value=edge.p_value,
                required=bool(required[edge.source, edge.target]),
            )
        )
    return tuple(sorted(edges, key=lambda e: (e.source, e.target, e.lag or 0)))


def _result(
    variables: Variables,
    arguments: DiscoverCausesArguments,
    test: Test,
    found: Found,
    edges: tuple[DiscoveredEdge, ...],
    rows: int,
) -> DiscoverCausesResult:
    names = variables.names
    conflicts = [(names[a], names[b]) for a, b in found.conflicts]
    noisy = [names[k] for k in found.normal]
    checks = words.checks(edges, conflicts, noisy, found.complete, arguments.method)
    reasons = words.reasons(edges, noisy, found.complete, arguments.method)
    cautions = words.warnings(arguments.method, conflicts, variables, bool(arguments.time))
    status: EffectStatus = "downgraded" if reasons else "estimated"
    return DiscoverCausesResult(
        status=status,
        method=arguments.method,
        test=test if arguments.method in ("pc", "lagged") else None,
        variables=names,
        n=rows,
        edges=edges,
        dot=words.dot(names, edges),
        assumptions=words.assumptions(arguments.method, test, conflicts, noisy, found.complete),
        checks=checks,
        diagnostics={
            "tests": found.tests,
            "resamples": arguments.resamples,
            "columns_left_out": len([n for n in variables.notes if " is left out: " in n]),
        },
        reasons=reasons,
        warnings=(*cautions, *variables.notes),
        advice=words.advice(edges, arguments.method),
        explanations=words.explanations(names, edges, reasons, cautions, arguments.method, test, rows),
        figures=(picture_of_edges(names, edges),),
        units={
            "n": "count",
            "edges.*.stability": "share",
            "edges.*.stability_low": "share",
            "edges.*.stability_high": "share",
            "edges.*.orientation_confidence": "share",
            "edges.*.p_value": "probability",
            "edges.*.lag": "periods",
            "checks": "number",
            "diagnostics": "number",
            **dict.fromkeys(("method", "dot", "reasons", "warnings", "advice", "explanations"), "text"),
        },
        settings=arguments.model_dump(mode="json"),
    )
