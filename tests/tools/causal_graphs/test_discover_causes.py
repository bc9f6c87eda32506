"""Searches for causal graphs: reference data, a peer as the judge, what is known honoured, and nothing that depends on order."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.tools import ToolFailed, ToolRetry
from liftos_agents.tools.discover_causes import DiscoverCausesResult


def discover(frame: pd.DataFrame, **arguments: Any) -> DiscoverCausesResult:
    evidence = tools.run("discover_causes", frame, store=TransientStore(), **({"resamples": 0} | arguments))
    found = tools.result(evidence)
    assert isinstance(found, DiscoverCausesResult)
    return found


def joined(found: DiscoverCausesResult) -> set[frozenset[str]]:
    return {frozenset((e.source, e.target)) for e in found.edges}


def arrows(found: DiscoverCausesResult) -> set[tuple[str, str]]:
    return {(e.source, e.target) for e in found.edges if e.kind == "directed"}


def linear(
    seed: int, size: int = 6, rows: int = 800, density: float = 0.4, noise: str = "normal"
) -> pd.DataFrame:
    """Data of a random linear graph whose columns `v0`, `v1`, … stand in an order of their own."""
    rng = np.random.default_rng(seed)
    weights = np.tril(rng.random((size, size)) < density, -1) * rng.uniform(0.5, 1.0, (size, size))
    weights = weights * rng.choice([-1.0, 1.0], (size, size))
    shocks = rng.standard_normal((rows, size)) if noise == "normal" else rng.uniform(-1.0, 1.0, (rows, size))
    values = shocks @ np.linalg.inv(np.eye(size) - weights).T
    return pd.DataFrame(values, columns=[f"v{k}" for k in rng.permutation(size)])


@pytest.fixture(scope="module")
def asia() -> pd.DataFrame:
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    return pd.read_csv(folder / "causal" / "asia.txt", sep=" ")


def test_asia_has_six_edges_of_its_skeleton(asia: pd.DataFrame) -> None:
    found = discover(asia)
    assert (found.method, found.test, found.n) == ("pc", "chi_square", 10_000)
    assert len(found.edges) == 6
    assert joined(found) == {
        frozenset(p)
        for p in (("X1", "X7"), ("X2", "X6"), ("X3", "X4"), ("X3", "X5"), ("X4", "X6"), ("X5", "X8"))
    }
    assert arrows(found) == {("X2", "X6"), ("X4", "X6")}
    assert all("direction not identified" in line for line in found.summary().splitlines() if " -- " in line)


def test_asia_s_chance_edge_is_unstable(asia: pd.DataFrame) -> None:
    found = discover(asia, resamples=12)
    shares = {(e.source, e.target): e.stability for e in found.edges}
    assert shares["X2", "X6"] == 1.0
    assert shares["X1", "X7"] is not None
    assert shares["X1", "X7"] < 0.7
    marks = {(e.source, e.target): e.mark for e in found.figures[0].edges}
    assert (marks["X1", "X7"], marks["X2", "X6"]) == ("doubtful", "firm")


def test_g_square_agrees_with_the_peer(asia: pd.DataFrame) -> None:
    part = asia.iloc[:2000]
    assert joined(discover(part, test="g_square")) == peer_skeleton(part, "gsq")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_skeleton_is_the_peer_s(seed: int) -> None:
    frame = linear(seed, 8)
    assert joined(discover(frame)) == peer_skeleton(frame, "fisherz")


def peer_skeleton(frame: pd.DataFrame, test: str) -> set[frozenset[str]]:
    search = pytest.importorskip("causallearn.search.ConstraintBased.PC")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        marks = search.pc(frame.to_numpy(), 0.05, test, show_progress=False).G.graph
    names = list(frame.columns)
    return {frozenset((names[a], names[b])) for a, b in np.argwhere(marks != 0)}


@pytest.mark.parametrize("seed", [3, 4])
def test_the_class_of_graphs_is_the_peer_s(seed: int) -> None:
    search = pytest.importorskip("causallearn.search.ScoreBased.GES")
    frame = linear(seed, 6, density=0.35)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        marks = search.ges(frame.to_numpy(), "local_score_BIC", parameters={"lambda_value": 0.5})["G"].graph
    names = list(frame.columns)
    found = discover(frame, method="ges")
    assert joined(found) == {frozenset((names[a], names[b])) for a, b in np.argwhere(marks != 0)}
    assert arrows(found) == {(names[a], names[b]) for a, b in np.argwhere((marks == -1) & (marks.T == 1))}
    assert all(e.p_value is None for e in found.edges)


def test_noise_that_is_not_normal_orders_causes() -> None:
    rng = np.random.default_rng(0)
    a = rng.uniform(-1, 1, 1500)
    b = 0.8 * a + rng.uniform(-1, 1, 1500)
    c = 0.8 * b - 0.5 * a + rng.uniform(-1, 1, 1500)
    found = discover(pd.DataFrame({"z": a, "y": b, "x": c}), method="lingam", alpha=0.001)
    assert arrows(found) == {("z", "y"), ("y", "x"), ("z", "x")}
    assert found.status == "estimated"


def test_normal_noise_downgrades_an_order() -> None:
    found = discover(linear(5, 4, density=0.8), method="lingam")
    assert found.status == "downgraded"
    assert "looks normal" in found.reasons[0]
    assert next(c for c in found.checks if c.name == "normal_noise").passed is False


def test_causes_with_a_delay() -> None:
    rng = np.random.default_rng(3)
    values = np.zeros((500, 3))
    for t in range(2, 500):
        values[t] = 0.6 * values[t - 1] + rng.standard_normal(3)
        values[t, 1] += 0.5 * values[t - 1, 0]
        values[t, 2] += 0.5 * values[t - 2, 1]
    frame = pd.DataFrame(values, columns=["ads", "visits", "sales"])
    frame["day"] = pd.date_range("2023-01-01", periods=500)
    found = discover(frame, method="lagged", time="day", alpha=0.001, resamples=8)
    lags = {(e.source, e.target): e.lag for e in found.edges if e.source != e.target}
    assert lags == {("ads", "visits"): 1, ("visits", "sales"): 2}
    assert {e.source for e in found.edges if e.source == e.target} == {"ads", "visits", "sales"}
    assert all(e.kind == "lagged" and e.orientation_confidence is None for e in found.edges)
    shuffled = frame.sample(frac=1.0, random_state=1)
    assert discover(shuffled, method="lagged", time="day", alpha=0.001, resamples=8).edges == found.edges


def test_lagged_arrows_keep_to_what_is_known() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.standard_normal((200, 3)), columns=["a", "b", "c"])
    frame["b"] += frame["a"].shift(1).fillna(0.0)
    frame["day"] = range(200)
    asked = {"method": "lagged", "time": "day", "alpha": 0.001}
    assert ("a", "b") in {(e.source, e.target) for e in discover(frame, **asked).edges}
    bound = discover(frame, forbidden=[["a", "b"]], required=[["c", "a"]], **asked)
    found = {(e.source, e.target): e.required for e in bound.edges}
    assert ("a", "b") not in found
    assert found["c", "a"] is True


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["pc", "ges", "lingam"]), st.data())
def test_what_is_known_is_honoured(seed: int, method: str, data: st.DataObject) -> None:
    frame = linear(seed, 5, rows=150, noise="normal" if method != "lingam" else "flat")
    order = data.draw(st.permutations(sorted(frame.columns)))
    pairs = [(a, b) for k, a in enumerate(order) for b in order[k + 1 :]]
    required = data.draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True))
    backwards = [(b, a) for a, b in pairs] + [p for p in pairs if p not in required]
    forbidden = data.draw(st.lists(st.sampled_from(backwards), max_size=4, unique=True))
    cut = data.draw(st.integers(0, 5))
    tiers = [order[:cut], order[cut:]] if 0 < cut < 5 else []
    found = discover(frame, method=method, forbidden=forbidden, required=required, tiers=tiers)
    directed = arrows(found)
    lines = {(e.source, e.target) for e in found.edges if e.kind == "undirected"}
    assert set(required) <= directed
    assert not set(forbidden) & (directed | lines | {(b, a) for a, b in lines})
    if tiers:
        assert not {(a, b) for a in tiers[1] for b in tiers[0]} & (
            directed | lines | {(b, a) for a, b in lines}
        )


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(["pc", "ges", "lingam"]))
def test_order_of_rows_and_columns_and_units_change_nothing(seed: int, method: str) -> None:
    frame = linear(seed, 5, rows=300, noise="normal" if method != "lingam" else "flat")
    first = discover(frame, method=method, resamples=3)
    shuffled = frame.sample(frac=1.0, random_state=seed)[list(reversed(frame.columns))]
    again = discover(shuffled, method=method, resamples=3)
    assert canonical_json(again.model_dump(mode="json")) == canonical_json(first.model_dump(mode="json"))
    scaled = discover(frame * [1000.0, 0.01, 1.0, 7.0, 1e6] + 3.0, method=method, resamples=0)
    assert [(e.source, e.target, e.kind) for e in scaled.edges] == [
        (e.source, e.target, e.kind) for e in first.edges
    ]


def test_other_names_give_the_same_graph() -> None:
    frame = linear(8, 6)
    names = dict(zip(frame.columns, "qwerty", strict=True))
    found, renamed = discover(frame), discover(frame.rename(columns=names))
    assert arrows(renamed) == {(names[a], names[b]) for a, b in arrows(found)}
    assert joined(renamed) == {frozenset(names[n] for n in pair) for pair in joined(found)}


def test_words_are_categories_and_their_names_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    a = rng.integers(0, 3, 900)
    b = np.where(rng.random(900) < 0.7, a, rng.integers(0, 3, 900))
    c = rng.integers(0, 2, 900)
    first = discover(
        pd.DataFrame({"a": np.array(["x", "y", "z"])[a], "b": np.array(["k", "l", "m"])[b], "c": c})
    )
    other = discover(pd.DataFrame({"a": np.array(["9", "1", "5"])[a], "b": b + 10.0, "c": 1 - c}))
    assert (first.test, joined(first)) == ("chi_square", {frozenset("ab")})
    assert [e.p_value for e in other.edges] == pytest.approx([e.p_value for e in first.edges])


def test_a_stronger_link_is_found_more_often() -> None:
    rng = np.random.default_rng(1)
    a, noise = rng.standard_normal((2, 300))
    shares = []
    for strength in (0.0, 0.12, 0.6):
        edges = discover(pd.DataFrame({"a": a, "b": strength * a + noise}), alpha=0.01, resamples=40).edges
        shares.append(max((e.stability or 0.0 for e in edges), default=0.0))
    assert shares[0] <= shares[1] < shares[2] == 1.0


def test_the_result_never_claims_an_effect() -> None:
    found = discover(linear(8, 5), resamples=5)
    assert "hypothesis" in found.warnings[0]
    assert all(
        "hypothesis" in text
        for text in (found.explanations.marketer, found.explanations.analyst, found.explanations.statistician)
    )
    verdicts = {a.name.partition(":")[0]: a.verdict for a in found.assumptions}
    assert verdicts["Faithfulness"] == "not checked"
    assert list(found.tidy()["source"]) == [e.source for e in found.edges]
    assert found.plot().kind == "graph"
    from_dot = nx.DiGraph(
        [
            tuple(line.strip(' ;"').split('" -> "'))
            for line in found.dot.splitlines()
            if "->" in line and "dir" not in line
        ]
    )
    assert set(from_dot.edges) == arrows(found)


def test_contradictory_arrows_are_told() -> None:
    rng = np.random.default_rng(0)
    a, b, hidden = rng.standard_normal((3, 4000))
    x = a + hidden + 0.5 * rng.standard_normal(4000)
    y = b + hidden + 0.5 * rng.standard_normal(4000)
    found = discover(pd.DataFrame({"a": a, "b": b, "x": x, "y": y}), alpha=0.01)
    assert ("x", "y", "undirected") in {(e.source, e.target, e.kind) for e in found.edges}
    assert next(c for c in found.checks if c.name == "contradictory_directions").passed is False
    assert next(a for a in found.assumptions if a.name.startswith("No hidden")).verdict == "doubtful"


def test_unstable_edges_downgrade() -> None:
    rng = np.random.default_rng(12)
    noise = pd.DataFrame(rng.standard_normal((60, 8)), columns=list("abcdefgh"))
    found = discover(noise, alpha=0.2, resamples=20)
    assert found.edges
    assert found.status == "downgraded"
    assert "come back" in found.reasons[0]


def test_columns_that_cannot_be_used_are_left_out_or_refused() -> None:
    frame = linear(1, 3).assign(
        id=range(800),
        same=4.0,
        town=[f"t{k}" for k in range(800)],
        total=lambda f: f["v0"] + f["v1"],
        day=pd.Timestamp("2020-01-01"),
    )
    frame["day"] += pd.to_timedelta(np.arange(800), unit="D")
    found = discover(frame)
    assert len(found.variables) == 3
    told = " ".join(found.warnings)
    for said in (
        "id is left out: it numbers",
        "same is left out: it has one value",
        "town is left out: it holds words",
        "day is left out",
        "follows exactly from",
    ):
        assert said in told
    for name, message in (
        ("same", "one value"),
        ("town", "holds words"),
        ("id", "numbers the rows"),
        ("day", "dates"),
    ):
        with pytest.raises(ToolRetry, match=message):
            discover(frame, variables=["v0", "v1", name])
    with pytest.raises(ToolRetry, match="follows exactly from"):
        discover(frame, variables=["v0", "v1", "total"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"variables": ["v0", "v9"]}, "no column 'v9'.*Did you mean"),
        ({"variables": ["v0"]}, "1 usable column"),
        ({"method": "lagged"}, "needs to know how rows follow"),
        ({"method": "lagged", "time": "when"}, "no column 'when'"),
        ({"method": "ges", "test": "fisher_z"}, "belongs to the method 'pc'"),
        ({"test": "chi_square", "variables": ["v0", "v1"]}, "has 800 values"),
        ({"forbidden": [["v0", "x"]]}, "'x' is not among the variables"),
        ({"required": [["v0", "v0"]]}, "its own cause"),
        ({"required": [["v0", "v1"]], "forbidden": [["v0", "v1"]]}, "required, and forbidden"),
        ({"required": [["v0", "v1"], ["v1", "v0"]]}, "required, and forbidden"),
        ({"required": [["v0", "v1"], ["v1", "v2"], ["v2", "v0"]]}, "in a circle"),
        ({"required": [["v0", "v1"]], "tiers": [["v1"], ["v0"]]}, "required, and forbidden"),
        ({"tiers": [["v1"], ["v1", "v0"]]}, "two tiers"),
        ({"time": "v0", "variables": ["v0", "v1"]}, "as time and among the variables"),
    ],
)
def test_a_wrong_call_is_told_with_its_cure(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolRetry, match=message) as raised:
        discover(linear(1, 3), **arguments)
    assert raised.value.fix


def test_data_that_are_too_few_or_too_wide() -> None:
    with pytest.raises(ToolFailed, match="at least 50 are needed"):
        discover(linear(1, 3, rows=30))
    wide = pd.DataFrame(
        np.random.default_rng(0).standard_normal((200, 31)), columns=[f"c{k}" for k in range(31)]
    )
    with pytest.raises(ToolRetry, match=r"31 usable column.*most that this method can carry are 30"):
        discover(wide, method="ges")
    twice = linear(1, 3).assign(day=1)
    with pytest.raises(ToolRetry, match="more than once"):
        discover(twice, method="lagged", time="day")
    short = linear(1, 3, rows=60).assign(day=range(60))
    with pytest.raises(ToolFailed, match="too few for 3 variables"):
        discover(short, method="lagged", time="day", lags=20)


def test_rows_with_gaps_are_left_out_and_said() -> None:
    frame = linear(1, 3)
    frame.iloc[:40, 0] = np.nan
    found = discover(frame)
    assert found.n == 760
    assert "40 of 800 rows lack a value" in " ".join(found.warnings)


def test_a_series_in_time_is_told_to_take_lags() -> None:
    frame = linear(1, 3).assign(day=range(800))
    assert "method 'lagged' is made for them" in " ".join(discover(frame, time="day").warnings)
