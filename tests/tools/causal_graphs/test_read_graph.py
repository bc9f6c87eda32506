"""Graphs out of text: every form says the same, and each mistake is told."""

from __future__ import annotations

import json

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.tools import ToolRetry
from liftos_agents.tools.causal_graphs import CausalGraph, read_graph
from liftos_agents.tools.causal_graphs.layout import layered
from liftos_agents.tools.causal_graphs.named_columns import match_columns

EDGES = (("ads", "sales"), ("ads", "traffic"), ("price", "sales"), ("season", "price"))
GML = (
    "graph [ directed 1 "
    + " ".join(
        f'node [ id {k} label "{n}" ]' for k, n in enumerate(("ads", "sales", "traffic", "price", "season"))
    )
    + " edge [ source 0 target 1 ] edge [ source 0 target 2 ] edge [ source 3 target 1 ] edge [ source 4 target 3 ] ]"
)
NODE_LINK = json.dumps(
    {
        "directed": True,
        "nodes": [{"id": n} for n in ("ads", "sales", "traffic", "price", "season")],
        "edges": [{"source": a, "target": b} for a, b in EDGES],
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "price -> sales; season causes price; ads affect sales and traffic",
        "price → sales\nseason --> price\nads -> sales, traffic",
        "Sales depends on price and ads. Price is driven by the season. Ads increase traffic.",
        "sales <- price <- season; ads leads to sales; ads has an effect on traffic  # known",
        "digraph G { node [shape=box]; season -> price -> sales; ads -> {sales traffic} [color=red] }",
        'strict digraph { /* c */ sales -> ads [dir="back"]; "ads" -> "traffic"; season->price; price->sales; }',
        'dag { season [exposure,pos="0,1"] season -> price price -> sales ads -> sales ads -> traffic }',
        GML,
        NODE_LINK,
        json.dumps([list(edge) for edge in EDGES]),
    ],
)
def test_every_form_gives_the_same_arrows(text: str) -> None:
    edges = read_graph(text).edges
    assert tuple(sorted((a.casefold(), b.casefold()) for a, b in edges)) == EDGES


@pytest.mark.parametrize(
    "text",
    [
        "price <-> sales; price -> sales",
        "price and sales share a hidden cause; price -> sales",
        "price and sales are confounded; price causes sales",
        "digraph { price -> sales; price -> sales [dir=both] }",
        "dag { price <-> sales price -> sales }",
        '{"edges": [{"source": "price", "target": "sales"}, {"source": "sales", "target": "price", "dir": "both"}]}',
    ],
)
def test_a_double_arrow_is_a_hidden_common_cause(text: str) -> None:
    graph = read_graph(text)
    assert graph.latent == {"U(price, sales)"}
    assert graph.edges == (("U(price, sales)", "price"), ("U(price, sales)", "sales"), ("price", "sales"))


@pytest.mark.parametrize(
    "text",
    [
        "u is unobserved; u -> a; a -> b",
        "digraph { u [unobserved=true]; u -> a -> b }",
        "digraph { u [observed=no]; u -> a -> b }",
        "dag { u [latent] u -> a a -> b }",
        'graph [ directed 1 node [ id 0 label "u" latent 1 ] node [ id 1 label "a" ] node [ id 2 label "b" ] '
        "edge [ source 0 target 1 ] edge [ source 1 target 2 ] ]",
        '{"nodes": [{"id": "u", "latent": true}], "links": [{"source": "u", "target": "a"}, {"source": "a", "target": "b"}]}',
    ],
)
def test_a_node_can_be_marked_unobserved(text: str) -> None:
    graph = read_graph(text)
    assert (graph.latent, graph.observed) == ({"u"}, {"a", "b"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a -> b -> c -> a", r"circle: a -> b -> c -> a.*Leave out one"),
        ("a -> a", "arrow to itself"),
        ("   ", "empty text"),
        ("a; b", "no arrows"),
        ("a - b", "no direction"),
        ("graph { a -- b }", "without direction"),
        ("digraph { a -> b [dir=none] }", "without direction"),
        (
            'graph [ node [ id 0 label "a" ] node [ id 1 label "b" ] edge [ source 0 target 1 ] ]',
            "undirected",
        ),
        ('{"directed": false, "nodes": [], "edges": [["a", "b"]]}', "undirected"),
        ('{"nodes": []}', "no list of edges"),
        ('{"edges": [{"from": "a"}]}', "no source and target"),
        ("{broken", "JSON cannot be read"),
        ("graph [ directed 1 node [ id 0 ", "GML cannot be read"),
        ("digraph { a -> b", "ends too early"),
        ("digraph { a -> }", "where a name should be"),
        ("digraph { a -> b; § }", "cannot be read at"),
        ("graphs/shop.dot", "file's name.*content"),
        ("prices went up a lot last year", "not understood"),
        ("a -> b, c -> d and e, f", "more than one way.*semicolon"),
        ("a -> b; a does not affect b", "causes b, and that it does not"),
        ("; ".join(f"a -> b{k}" for k in range(301)), "302 nodes"),
    ],
)
def test_a_mistake_is_told_with_its_cure(text: str, message: str) -> None:
    with pytest.raises(ToolRetry, match=message) as raised:
        read_graph(text)
    assert raised.value.fix


def test_statements_may_be_separated_by_commas_when_that_is_clear() -> None:
    assert read_graph("a -> b, b -> c").edges == (("a", "b"), ("b", "c"))
    assert read_graph("a causes b and b causes c").edges == (("a", "b"), ("b", "c"))


def test_quoted_names_keep_their_commas_and_words() -> None:
    graph = read_graph("\"food, drink and more\" -> sales; 'ad spend' affects sales")
    assert graph.edges == (("ad spend", "sales"), ("food, drink and more", "sales"))


def test_a_denial_adds_no_arrow() -> None:
    graph = read_graph("price -> sales; weather does not affect sales; weather has no effect on price")
    assert (graph.edges, graph.nodes) == ((("price", "sales"),), ("price", "sales", "weather"))


names = st.text(
    st.characters(codec="ascii", exclude_categories=["C"], exclude_characters='"\\'), min_size=1
).filter(lambda text: text.strip() == text)


@settings(max_examples=40, deadline=None)
@given(st.lists(names, min_size=2, max_size=6, unique_by=str.casefold), st.randoms(use_true_random=False))
def test_what_is_written_as_dot_or_json_is_read_back(nodes: list[str], chance: object) -> None:
    edges = [(a, b) for k, a in enumerate(nodes) for b in nodes[k + 1 :] if chance.random() < 0.6]  # type: ignore[attr-defined]
    edges = edges or [(nodes[0], nodes[1])]
    dot = "digraph {" + ";".join(f'"{a}" -> "{b}"' for a, b in edges) + "}"
    used = {n for edge in edges for n in edge}
    assert read_graph(dot).edges == tuple(sorted(edges))
    graph = nx.DiGraph(edges)
    assert read_graph(json.dumps(nx.node_link_data(graph, edges="edges"))).edges == tuple(sorted(edges))
    places = layered(sorted(used), edges)
    assert all(places[a][0] < places[b][0] for a, b in edges)
    assert all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in places.values())


def test_nodes_are_columns_whatever_their_case_and_signs() -> None:
    matched = match_columns(read_graph("TV Spend -> sales; mood -> sales"), ["tv_spend", "Sales", "date"])
    assert matched.graph.edges == (("mood", "Sales"), ("tv_spend", "Sales"))
    assert matched.graph.latent == {"mood"}
    assert "mood" in matched.notes[0]
    labelled = read_graph('digraph { n1 [label="tv spend"]; n2 [label=sales]; n1 -> n2 }')
    assert match_columns(labelled, ["tv_spend", "sales"]).graph.edges == (("tv_spend", "sales"),)


def test_a_node_that_could_be_two_columns_is_asked_about() -> None:
    with pytest.raises(ToolRetry, match="could be the column 'tv_spend' or 'TV spend'"):
        match_columns(read_graph("tvspend -> sales"), ["tv_spend", "TV spend", "sales"])
    assert match_columns(read_graph("tv_spend -> sales"), ["tv_spend", "TV spend", "sales"]).renamed == {}
    with pytest.raises(ToolRetry, match="are both the column 'sales'"):
        match_columns(CausalGraph.of_edges([("a", "sales"), ("Sales", "b")]), ["a", "b", "sales"])
