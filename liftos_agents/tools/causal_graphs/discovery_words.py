"""A graph found in data, in words: what it assumes, how far it can be trusted, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from liftos_agents.domain.amount import format_share
from liftos_agents.domain.effect import Assumption, Check, Explanations
from liftos_agents.tools.causal_graphs.search import EdgeKind, Method, Test
from liftos_agents.tools.causal_graphs.variables import Variables

STABLE = 0.7
HYPOTHESIS = (
    "This graph is a hypothesis made of associations, not a finding of any effect: do not act on an arrow before an experiment or a "
    "design of its own has measured it."
)
_METHODS: dict[Method, str] = {
    "pc": "the PC algorithm (order-independent)",
    "ges": "greedy equivalence search with BIC",
    "lingam": "DirectLiNGAM",
    "lagged": "PCMCI with partial correlations",
}
_TESTS: dict[Test, str] = {
    "fisher_z": "Fisher's z test of partial correlations",
    "chi_square": "Pearson's χ² test",
    "g_square": "the likelihood-ratio test G²",
}


class Edge(Protocol):
    """What the words need of an edge."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def kind(self) -> EdgeKind: ...
    @property
    def lag(self) -> int | None: ...
    @property
    def stability(self) -> float | None: ...
    @property
    def orientation_confidence(self) -> float | None: ...
    @property
    def required(self) -> bool: ...


def edge_in_words(edge: Edge) -> str:
    """One edge with its stability, such as `price -> sales (in 97 % of resamples; this way in 90 % of these)`."""
    if edge.kind == "undirected":
        text = f"{edge.source} -- {edge.target}, direction not identified"
    else:
        text = f"{edge.source} -> {edge.target}" + (f" after {edge.lag} period(s)" if edge.lag else "")
    said = [] if edge.stability is None else [f"in {_share(edge.stability)} of resamples"]
    if edge.orientation_confidence is not None:
        said.append(f"this way in {_share(edge.orientation_confidence)} of these")
    if edge.required:
        said.append("required")
    return text + (f" ({'; '.join(said)})" if said else "")


def assumptions(
    method: Method, test: Test, conflicts: Sequence[tuple[str, str]], noisy: Sequence[str], complete: bool
) -> tuple[Assumption, ...]:
    """Every assumption of the method, the untestable ones named as not checked."""
    hidden = Assumption(
        name="No hidden common causes",
        how_checked="Nothing in these columns can show a cause that was not measured."
        if not conflicts
        else f"Arrows are called for both ways on {_pairs(conflicts)}, which a hidden common cause would produce.",
        verdict="doubtful" if conflicts else "not checked",
    )
    faithful = Assumption(
        name="Faithfulness: no effects that cancel each other exactly",
        how_checked="Effects that cancel look like no effect; data from one setting cannot tell the two apart.",
        verdict="not checked",
    )
    selection = Assumption(
        name="Rows were not selected by a common effect of the variables",
        how_checked="It depends on how the rows came into the table.",
        verdict="not checked",
    )
    shared = (hidden, selection) if method == "lingam" else (hidden, faithful, selection)
    return (*shared, *_own(method, test, noisy, complete))


def _own(method: Method, test: Test, noisy: Sequence[str], complete: bool) -> tuple[Assumption, ...]:
    form = Assumption(
        name="Relations are linear"
        if test == "fisher_z"
        else "Tables of counts are filled well enough for the χ² approximation",
        how_checked=f"Independence was judged by {_TESTS[test]}; other forms of dependence were not looked for."
        if test == "fisher_z"
        else f"Independence was judged by {_TESTS[test]}, with degrees of freedom counted from the values seen.",
        verdict="not checked",
    )
    if method == "lingam":
        normal = Assumption(
            name="At most one variable has normal noise",
            how_checked=f"Jarque–Bera at .01: residuals of {', '.join(noisy)} look normal."
            if noisy
            else "Jarque–Bera at .01: no residual looks normal.",
            verdict="does not hold" if len(noisy) > 1 else "nothing speaks against it",
        )
        linear = Assumption(name="Relations are linear", how_checked="Not looked at.", verdict="not checked")
        return normal, linear, _acyclic()
    if method == "lagged":
        return (
            form,
            Assumption(
                name="No effects within one period",
                how_checked="Only delays of at least one row are looked for; faster effects can show as a common cause or not at all.",
                verdict="not checked",
            ),
            Assumption(
                name="The same relations hold over the whole time",
                how_checked="Not looked at, beyond the stability over parts of the series.",
                verdict="not checked",
            ),
        )
    if method == "ges":
        form = Assumption(
            name="Relations are linear and noise is normal",
            how_checked="BIC takes both for granted.",
            verdict="not checked",
        )
    limited = Assumption(
        name="Every needed set of variables was tried",
        how_checked="All sets of neighbours were tried."
        if complete
        else "The search was cut short: there were too many sets.",
        verdict="nothing speaks against it" if complete else "does not hold",
    )
    return (form, _acyclic(), limited) if method == "pc" else (form, _acyclic())


def _acyclic() -> Assumption:
    return Assumption(
        name="No feedback between variables",
        how_checked="A table without time cannot show it.",
        verdict="not checked",
    )


def checks(
    edges: Sequence[Edge],
    conflicts: Sequence[tuple[str, str]],
    noisy: Sequence[str],
    complete: bool,
    method: Method,
) -> tuple[Check, ...]:
    """The diagnostics with a bar."""
    found: list[Check] = []
    shares = [e.stability for e in edges if e.stability is not None]
    if shares:
        stable = float(np.mean([s >= STABLE for s in shares]))
        found.append(
            Check(
                name="stable_edges",
                value=stable,
                threshold=0.5,
                passed=stable >= 0.5,
                meaning=f"{_share(stable)} of the edges come back in at least {_share(STABLE)} of the resamples.",
            )
        )
    if method in ("pc", "ges"):
        found.append(
            Check(
                name="contradictory_directions",
                value=float(len(conflicts)),
                threshold=0.0,
                passed=not conflicts,
                meaning=f"Arrows are called for both ways, or against what is known, on {_pairs(conflicts)}."
                if conflicts
                else "No edge is pointed both ways.",
            )
        )
    if method == "pc":
        found.append(
            Check(
                name="search_complete",
                value=float(complete),
                threshold=1.0,
                passed=complete,
                meaning="All sets of neighbours were tried."
                if complete
                else "There were too many sets of neighbours to try them all.",
            )
        )
    if method == "lingam":
        found.append(
            Check(
                name="normal_noise",
                value=float(len(noisy)),
                threshold=1.0,
                passed=len(noisy) <= 1,
                meaning=f"The noise of {', '.join(noisy)} looks normal: their order is a guess."
                if noisy
                else "No variable's noise looks normal.",
            )
        )
    return tuple(found)


def reasons(edges: Sequence[Edge], noisy: Sequence[str], complete: bool, method: Method) -> tuple[str, ...]:
    """Why the graph stands on weak ground even as a hypothesis."""
    found: list[str] = []
    shares = [e.stability for e in edges if e.stability is not None]
    if shares and float(np.mean([s >= STABLE for s in shares])) < 0.5:
        found.append("Fewer than half of the edges come back in most parts of the rows.")
    if method == "lingam" and len(noisy) > 1:
        found.append(
            f"The noise of {', '.join(noisy)} looks normal, and the order rests on noise that is not."
        )
    if not complete:
        found.append(
            "The search was cut short: with so many neighbours there are too many sets of variables to try."
        )
    return tuple(found)


def warnings(
    method: Method, conflicts: Sequence[tuple[str, str]], variables: Variables, in_time: bool
) -> tuple[str, ...]:
    """What must be said with the graph."""
    found = [HYPOTHESIS]
    if method in ("pc", "ges"):
        found.append(
            "Data tell a graph only up to its equivalence class: edges without arrow fit them equally well in both directions."
        )
    if conflicts:
        found.append(f"A hidden common cause is likely behind {_pairs(conflicts)}.")
    if in_time and method != "lagged":
        found.append(
            "Rows that follow each other in time are not independent, which these tests assume: method 'lagged' is made for them."
        )
    return tuple(found)


def advice(edges: Sequence[Edge], method: Method) -> tuple[str, ...]:
    """What would make the graph better."""
    found: list[str] = []
    if any(e.kind == "undirected" for e in edges):
        found.append(
            "Say what is known of the order in time (`tiers`) or of single arrows (`forbidden`, `required`) to settle directions."
        )
    found.append(
        "Correct the graph by what is known of the subject, and give it to use_graph, which tests it and estimates an effect."
    )
    return tuple(found)


def explanations(
    names: Sequence[str],
    edges: Sequence[Edge],
    why: Sequence[str],
    cautions: Sequence[str],
    method: Method,
    test: Test,
    rows: int,
) -> Explanations:
    """The graph in words for a marketer, an analyst and a statistician."""
    ranked = sorted(edges, key=lambda e: (-(e.stability or 0.0), e.source, e.target))
    firm = "; ".join(edge_in_words(e) for e in ranked[:5])
    opening = (
        f"Among {len(names)} columns, {len(edges)} direct links fit the data: {firm}{'; …' if len(ranked) > 5 else ''}."
        if edges
        else f"No link among {len(names)} columns stands out from chance."
    )
    marketer = " ".join([opening, *why, HYPOTHESIS])
    analyst = " ".join(
        [
            opening,
            f"Found by {_METHODS[method]} on {rows} rows of {', '.join(names)}.",
            *why,
            *cautions,
            "Hidden common causes and faithfulness are assumed and cannot be checked.",
        ]
    )
    tested = f" Independence test: {_TESTS[test]}." if method in ("pc", "lagged") else ""
    everything = f" All edges: {'; '.join(edge_in_words(e) for e in edges)}." if edges else ""
    return Explanations(marketer=marketer, analyst=analyst, statistician=analyst + tested + everything)


def dot(names: Sequence[str], edges: Sequence[Edge]) -> str:
    """The graph as DOT text; lines without direction carry `dir=none`."""
    lines = [f"  {_quoted(name)};" for name in names]
    for edge in edges:
        how = {"undirected": " [dir=none]", "lagged": f' [label="lag {edge.lag}"]', "directed": ""}[edge.kind]
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)}{how};")
    return "\n".join(["digraph {", *lines, "}"])


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _share(value: float) -> str:
    return format_share(value).replace(".0 %", " %")


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{a} and {b}" for a, b in pairs)
