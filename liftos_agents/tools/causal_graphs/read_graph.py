"""A causal graph out of text: DOT, GML, node-link JSON, or edges in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx

from liftos_agents.tools.causal_graphs.dot import read_dot
from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.words import read_words
from liftos_agents.tools.errors import ToolRetry

_DOT = re.compile(
    r"\s*(?:(?://[^\n]*|#[^\n]*|/\*.*?\*/)\s*)*(?:strict\s+)?(?:di)?(?:graph|dag)\b[^\[{]*\{", re.S | re.I
)
_GML = re.compile(r"\s*(?:(?:#[^\n]*|Creator[^\n]*|Version[^\n]*)\s*)*graph\s*\[", re.S | re.I)
_PATH = re.compile(r"[^\s;,]+\.(?:dot|gv|gml|json|txt)", re.I)
_YES = frozenset({"1", "true", "yes", "y"})
_UNSEEN = ("latent", "unobserved", "hidden", "unmeasured")


def read_graph(text: str) -> CausalGraph:
    """The causal graph that a text describes.

    Understood are DOT (`digraph { price -> sales }`, also DAGitty's `dag {…}`; `<->` or `dir=both` is a hidden common cause; a
    node attribute `latent` or `unobserved` marks a node without column), GML, networkx' node-link JSON (or a JSON list of pairs),
    and words (`price -> sales; season causes price; ads affect sales and traffic`).

    Raises:
        ToolRetry: The text is none of these, or its graph is empty, undirected or has a cycle.
    """
    stripped = text.strip().lstrip("\ufeff")
    if not stripped:
        raise ToolRetry(
            "the graph is an empty text", where="graph", fix='Give edges, such as "price -> sales"'
        )
    if stripped[0] in "{[":
        return _json(stripped)
    if _DOT.match(stripped):
        return read_dot(stripped)
    if _GML.match(stripped):
        return _gml(stripped)
    if _PATH.fullmatch(stripped):
        raise ToolRetry(
            f"{stripped!r} looks like a file's name, and the graph itself is needed",
            where="graph",
            fix="Give the file's content; on the command line, @ before the name does so",
        )
    return read_words(stripped)


def _gml(text: str) -> CausalGraph:
    try:
        graph = nx.parse_gml(text, label="label" if re.search(r"\blabel\b", text) else "id")
    except (nx.NetworkXError, ValueError, KeyError) as error:
        raise ToolRetry(
            f"the GML cannot be read: {error}",
            where="graph",
            fix="Give each node an id, and each edge a source and target",
        ) from error
    if not graph.is_directed():
        raise _undirected("GML", "Write `directed 1` in it")
    nodes = {str(node): attributes for node, attributes in graph.nodes(data=True)}
    edges = [(str(source), str(target), attributes) for source, target, attributes in graph.edges(data=True)]
    return _built(nodes, edges)


def _json(text: str) -> CausalGraph:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise ToolRetry(
            f"the JSON cannot be read: {error}", where="graph", fix="Put its syntax right"
        ) from error
    if isinstance(given, list):
        given = {"edges": given}
    edges = given.get("edges", given.get("links"))
    nodes = given.get("nodes", [])
    if not isinstance(edges, list) or not isinstance(nodes, list):
        raise ToolRetry(
            f"the JSON holds no list of edges (its keys are {', '.join(map(repr, given)) or 'none'})",
            where="graph",
            fix='Give networkx\' node-link form: {"directed": true, "nodes": [{"id": "price"}], "edges": [{"source": …, "target": …}]}',
        )
    if given.get("directed") is False:
        raise _undirected("JSON", 'Give "directed": true')
    known = dict(_json_node(node) for node in nodes)
    return _built(known, [_json_edge(edge) for edge in edges])


def _json_node(node: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(node, Mapping):
        for key in ("id", "name", "label"):
            if key in node:
                return str(node[key]), node
        raise ToolRetry(f"a node of the JSON has no id: {dict(node)!r}", where="graph", fix='Give it an "id"')
    return str(node), {}


def _json_edge(edge: Any) -> tuple[str, str, Mapping[str, Any]]:
    if isinstance(edge, Mapping) and "source" in edge and "target" in edge:
        return str(edge["source"]), str(edge["target"]), edge
    if isinstance(edge, list) and len(edge) == 2:
        return str(edge[0]), str(edge[1]), {}
    raise ToolRetry(
        f"an edge of the JSON names no source and target: {edge!r}",
        where="graph",
        fix='Write it as {"source": "price", "target": "sales"} or ["price", "sales"]',
    )


def _built(
    nodes: Mapping[str, Mapping[str, Any]], edges: Iterable[tuple[str, str, Mapping[str, Any]]]
) -> CausalGraph:
    arrows: list[tuple[str, str]] = []
    hidden: list[tuple[str, str]] = []
    for source, target, attributes in edges:
        both = str(attributes.get("dir", "")).casefold() == "both" or _says(attributes, ("bidirected",))
        (hidden if both else arrows).append((source, target))
    return CausalGraph.of_edges(
        arrows,
        nodes=nodes,
        hidden=hidden,
        latent=[n for n, attributes in nodes.items() if is_unseen(attributes)],
        labels={n: str(a["label"]) for n, a in nodes.items() if a.get("label") not in (None, "", n)},
    )


def is_unseen(attributes: Mapping[str, Any]) -> bool:
    """Whether a node's attributes say that nobody observed it."""
    if "observed" in attributes and str(attributes["observed"]).casefold() not in _YES:
        return True
    return _says(attributes, _UNSEEN)


def _says(attributes: Mapping[str, Any], keys: Iterable[str]) -> bool:
    return any(str(attributes.get(key, "")).casefold() in _YES for key in keys)


def _undirected(form: str, fix: str) -> ToolRetry:
    return ToolRetry(
        f"the {form} graph is undirected, and a causal graph says which of two is the cause",
        where="graph",
        fix=fix,
    )
