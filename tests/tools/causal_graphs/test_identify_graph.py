"""Effects told from graphs alone: textbook graphs, and networkx as the judge of d-separation."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.tools import ToolRetry
from liftos_agents.tools.causal_graphs import CausalGraph, FrontDoor, Instrument, identify, read_graph
from liftos_agents.tools.causal_graphs.implied_independences import implied_independences
from liftos_agents.tools.causal_graphs.separators import minimal_separators


def random_graph(seed: int, size: int = 7, density: float = 0.35, hidden: int = 0) -> CausalGraph:
    rng = np.random.default_rng(seed)
    names = [f"n{k}" for k in rng.permutation(size)]
    edges = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :] if rng.random() < density]
    return CausalGraph.of_edges(edges or [(names[0], names[1])], nodes=names, latent=names[:hidden])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_separation_is_that_of_networkx(seed: int) -> None:
    graph = random_graph(seed)
    rng = np.random.default_rng(seed)
    for a, b in combinations(graph.nodes, 2):
        given = {n for n in graph.nodes if n not in (a, b) and rng.random() < 0.4}
        assert graph.separated(a, b, given) == nx.is_d_separator(graph.directed, {a}, {b}, given)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 3))
def test_minimal_separators_are_all_that_there_are(seed: int, hidden: int) -> None:
    graph = random_graph(seed, 6, hidden=hidden)
    a, b = sorted(graph.directed)[:2]
    allowed = sorted(graph.observed - {a, b})
    every = [
        set(s)
        for size in range(len(allowed) + 1)
        for s in combinations(allowed, size)
        if nx.is_d_separator(graph.directed, {a}, {b}, set(s))
    ]
    minimal = {frozenset(s) for s in every if not any(other < s for other in every)}
    assert {frozenset(s) for s in minimal_separators(graph, a, b, allowed)} == minimal


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 3))
def test_each_implied_independence_holds_in_the_graph(seed: int, hidden: int) -> None:
    graph = random_graph(seed, hidden=hidden)
    for independence in implied_independences(graph):
        assert graph.separated(independence.first, independence.second, independence.given)
    if not hidden:
        size = len(graph.nodes)
        assert len(implied_independences(graph)) == size * (size - 1) // 2 - len(graph.edges)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 3))
def test_what_is_to_be_adjusted_for_never_comes_after_the_treatment(seed: int, hidden: int) -> None:
    graph = random_graph(seed, hidden=hidden)
    treatment, outcome = sorted(graph.observed)[:2]
    found = identify(graph, treatment, outcome)
    after = graph.descendants(treatment)
    controls = [
        *found.adjustment_sets,
        *(d.controls for d in found.front_doors),
        *(i.controls for i in found.instruments),
    ]
    for names in controls:
        assert not after & set(names)
        assert set(names) <= graph.observed
    back = graph.without_arrows_from(treatment)
    assert all(back.separated(treatment, outcome, s) for s in found.adjustment_sets)
    assert bool(found.adjustment_sets) or bool(found.open_paths) or found.reversed


def test_the_back_door_of_pearl_s_figure() -> None:
    graph = read_graph(
        "x1 -> x3; x1 -> x4; x2 -> x4; x2 -> x5; x3 -> xi; x4 -> xi; x4 -> xj; x5 -> xj; xi -> x6; x6 -> xj"
    )
    found = identify(graph, "xi", "xj")
    assert found.adjustment_sets == (("x1", "x4"), ("x2", "x4"), ("x3", "x4"), ("x4", "x5"))
    assert (found.mediated, found.never_adjust) == (("x6",), ("x6",))
    assert found.strategies == ("back_door", "front_door", "instruments")


def test_a_collider_is_left_alone() -> None:
    found = identify(read_graph("a -> x; a -> m; b -> m; b -> y; x -> y"), "x", "y")
    assert found.adjustment_sets == ((),)


def test_smoking_and_tar() -> None:
    found = identify(read_graph("smoking -> tar -> cancer; smoking <-> cancer"), "smoking", "cancer")
    assert found.strategies == ("front_door",)
    assert found.front_doors == (FrontDoor(("tar",), ()),)
    assert found.open_paths == ("smoking <- (U(cancer, smoking)) -> cancer",)


def test_two_mediators_and_a_control() -> None:
    graph = read_graph("x -> m, n; m -> y; n -> y; x <-> y; w -> x, m, y")
    assert identify(graph, "x", "y").front_doors == (FrontDoor(("m", "n"), ("w",)),)
    assert identify(read_graph("x -> m -> y; x <-> y; m <-> y"), "x", "y").front_doors == ()
    assert identify(read_graph("x -> m -> y; x -> y; x <-> y"), "x", "y").front_doors == ()


def test_instruments_are_conditional_where_they_must_be() -> None:
    found = identify(read_graph("z -> x -> y; x <-> y; w -> z, y"), "x", "y")
    assert (found.strategies, found.instruments) == (("instruments",), (Instrument("z", ("w",)),))
    assert identify(read_graph("z -> x -> y; x <-> y; z -> y"), "x", "y").instruments == ()
    assert identify(read_graph("z -> x -> y; x <-> y; z <-> y"), "x", "y").strategies == ()


def test_a_bow_is_not_identified() -> None:
    found = identify(read_graph("price -> sales; price <-> sales"), "price", "sales")
    assert found.strategies == ()
    assert found.open_paths == ("price <- (U(price, sales)) -> sales",)


def test_a_graph_without_effect_or_the_other_way_says_so() -> None:
    none = identify(read_graph("z -> x; z -> y"), "x", "y")
    assert (none.has_effect, none.reversed) == (False, False)
    back = identify(read_graph("y -> x"), "x", "y")
    assert (back.has_effect, back.reversed, back.strategies) == (False, True, ())


@pytest.mark.parametrize(
    ("treatment", "message"), [("q", "no node"), ("u", "unobserved"), ("y", "as treatment and as outcome")]
)
def test_roles_must_be_observed_nodes(treatment: str, message: str) -> None:
    with pytest.raises(ToolRetry, match=message):
        identify(read_graph("x -> y; u -> y; u is unobserved"), treatment, "y")
