"""Effects by a user's graph: identified, tested against the data, estimated, refused, downgraded."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.tools import ToolFailed, ToolRetry
from liftos_agents.tools.causal_graphs.residual_dependence import residual_dependence
from liftos_agents.tools.use_graph import UseGraphResult

SHOP = "price -> clicks -> sales; season -> price, sales; price <-> sales; rain -> price"
OLS = {"method": "ols"}


def shop(seed: int = 0, rows: int = 600, effect: float = 1.5) -> pd.DataFrame:
    """What `SHOP` draws, with the hidden cause as a column `demand`; price moves sales by .8 × `effect`."""
    rng = np.random.default_rng(seed)
    season, demand, rain = rng.standard_normal((3, rows))
    price = season + demand + rain + rng.standard_normal(rows)
    clicks = 0.8 * price + rng.standard_normal(rows)
    sales = effect * clicks + demand + season + rng.standard_normal(rows)
    return pd.DataFrame(
        {"price": price, "season": season, "sales": sales, "clicks": clicks, "rain": rain, "demand": demand}
    )


def use(frame: pd.DataFrame, graph: str = SHOP, **arguments: Any) -> UseGraphResult:
    asked = {"outcome": "sales", "treatment": "price"} | arguments
    found = tools.result(tools.run("use_graph", frame, store=TransientStore(), graph=graph, **asked))
    assert isinstance(found, UseGraphResult)
    return found


def test_front_door_agrees_with_what_only_the_hidden_cause_could_tell() -> None:
    frame = shop()
    hidden = use(frame)
    assert (hidden.strategy, hidden.mediators, hidden.controls) == ("front_door", ("clicks",), ())
    assert hidden.strategies == ("front_door", "instruments")
    assert hidden.status == "estimated"
    assert hidden.estimate == pytest.approx(1.2, abs=3 * (hidden.standard_error or 0.0))
    shown = use(frame, SHOP.replace("price <-> sales", "demand -> price, sales"), estimator=OLS)
    assert (shown.strategy, shown.controls) == ("back_door", ("demand", "season"))
    assert shown.estimate == pytest.approx(1.2, abs=3 * (shown.standard_error or 0.0))


def test_a_front_door_of_two_values_is_pearl_s_formula() -> None:
    rng = np.random.default_rng(1)
    hidden = rng.random(900) < 0.5
    x = (rng.random(900) < np.where(hidden, 0.7, 0.3)).astype(float)
    m = (rng.random(900) < 0.2 + 0.5 * x).astype(float)
    y = 2.0 * m + hidden * (1.0 + m) + rng.standard_normal(900)
    frame = pd.DataFrame({"x": x, "m": m, "y": y})
    formula = 0.0
    for value in (0.0, 1.0):
        inner = sum(
            frame.y[(frame.m == value) & (frame.x == v)].mean() * (frame.x == v).mean() for v in (0.0, 1.0)
        )
        formula += inner * ((frame.m[frame.x == 1] == value).mean() - (frame.m[frame.x == 0] == value).mean())
    found = use(frame, "x -> m -> y; x <-> y", outcome="y", treatment="x")
    assert found.estimate == pytest.approx(formula, abs=1e-10)


def test_back_door_is_the_nested_tool_s_own_answer() -> None:
    frame = shop()
    store = TransientStore()
    graph = SHOP.replace("price <-> sales", "demand -> price, sales")
    evidence = tools.run(
        "use_graph", frame, store=store, graph=graph, outcome="sales", treatment="price", estimator=OLS
    )
    nested = store.get(evidence.result["evidence"])
    assert nested is not None
    assert (nested.tool, nested.arguments["controls"]) == ("estimate_effect", ["demand", "season"])
    for name in ("estimate", "standard_error", "interval", "p_value", "n"):
        assert evidence.result[name] == nested.result[name]
    said = {a["name"] for a in evidence.result["assumptions"]}
    assert {a["name"] for a in nested.result["assumptions"]} < said


def test_instruments_are_used_where_they_are_asked_for() -> None:
    found = use(shop(), method="instruments")
    assert (found.strategy, found.instruments, found.controls) == ("instruments", ("rain",), ())
    assert found.estimate == pytest.approx(1.2, abs=0.35)
    assert any("exclusion" in a.name for a in found.assumptions)


def test_several_instruments_go_together_with_their_controls() -> None:
    rng = np.random.default_rng(5)
    hidden, region, first, second = rng.standard_normal((4, 800))
    frame = pd.DataFrame({"region": region, "first": first + region, "second": second + region})
    frame["x"] = frame["first"] + frame["second"] + hidden + rng.standard_normal(800)
    frame["y"] = 0.5 * frame["x"] + hidden + region + rng.standard_normal(800)
    found = use(
        frame, "first, second -> x; x -> y; x <-> y; region -> first, second, y", outcome="y", treatment="x"
    )
    assert (found.instruments, found.controls) == (("first", "second"), ("region",))
    assert found.estimate == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (
            "price -> sales; price <-> sales",
            r"not identifiable from this graph.*price <- \(U\(price, sales\)\) -> sales",
        ),
        ("price -> sales; mood -> price, sales", r"price <- \(mood\) -> sales"),
        ("season -> price; season -> sales", "the effect is nil"),
        ("sales -> price", "sales causes price"),
    ],
)
def test_what_the_graph_does_not_allow_is_refused(graph: str, reason: str) -> None:
    found = use(shop(), graph)
    assert (found.status, found.estimate, found.interval, found.strategy) == ("refused", None, None, None)
    assert re.search(reason, found.reasons[0])
    assert found.advice
    assert found.explanations.marketer.startswith("Not identified")


def test_a_missing_arrow_downgrades() -> None:
    found = use(shop(), "season -> price; rain -> price; price -> sales; demand -> sales", estimator=OLS)
    assert found.status == "downgraded"
    assert "contradict the graph" in found.reasons[0]
    failed = {i.statement for i in found.implied_independences if i.verdict == "does not hold"}
    assert "demand is independent of price given rain, season" in failed
    assert next(c for c in found.checks if c.name == "graph_fits_data").passed is False
    assert any(e.mark == "doubtful" and not e.directed for e in found.figures[0].edges)
    assert found.assumptions[0].verdict == "does not hold"


def test_a_worse_graph_fails_more_clearly() -> None:
    strengths = []
    for arrow in (0.0, 0.2, 1.0):
        frame = shop().assign(sales=lambda f, arrow=arrow: f["sales"] + arrow * f["rain"])
        found = use(frame, SHOP.replace("price <-> sales", "demand -> price, sales"), estimate=False)
        strengths.append(
            {i.statement: i.strength for i in found.implied_independences}[
                "rain is independent of sales given clicks, demand, season"
            ]
        )
    assert strengths[0] < strengths[1] < strengths[2]


def test_a_graph_that_implies_nothing_says_that_it_was_not_tested() -> None:
    found = use(shop(), "price -> clicks -> sales; price <-> sales")
    assert found.implied_independences == ()
    assert found.assumptions[0].verdict == "not checked"
    assert any("could not be tested" in w for w in found.warnings)


def test_a_bent_outcome_downgrades_the_front_door() -> None:
    frame = shop().assign(sales=lambda f: f["demand"] + 0.3 * f["clicks"] ** 3)
    found = use(frame, "price -> clicks -> sales; price <-> sales")
    assert found.status == "downgraded"
    assert next(c for c in found.checks if c.name == "form_of_outcome_model").passed is False


def test_a_refusal_of_the_estimator_is_this_tool_s_too() -> None:
    frame = shop().assign(price=lambda f: f["season"] + f["demand"])
    found = use(frame, "season -> price, sales; demand -> price, sales; price -> sales", estimator=OLS)
    assert (found.status, found.estimate, found.strategy) == ("refused", None, "back_door")
    assert any("explain the treatment" in r for r in found.reasons)


def test_identification_alone() -> None:
    found = use(shop(), SHOP.replace("price <-> sales", "demand -> price, sales"), estimate=False)
    assert (found.status, found.estimate, found.evidence) == ("estimated", None, None)
    assert found.adjustment_sets == (("demand", "season"),)
    assert found.never_adjust == ("clicks",)
    assert "{demand, season}" in found.explanations.statistician


def test_an_adjustment_set_may_be_chosen_among_those_that_work() -> None:
    graph = "season -> price, sales; rain -> price; price -> clicks -> sales; demand -> sales"
    frame = shop().assign(price=lambda f: f["price"] - f["demand"])
    wide = use(frame, graph, controls=["season", "demand"], estimator=OLS)
    assert wide.controls == ("demand", "season")
    with pytest.raises(ToolRetry, match="price affects clicks"):
        use(frame, graph, controls=["season", "clicks"])
    with pytest.raises(ToolRetry, match=r"leave a back-door path open.*\{season\}"):
        use(frame, graph, controls=["rain"])


def test_names_match_in_any_case_and_unknown_ones_are_unobserved() -> None:
    frame = shop().rename(columns={"price": "Price_EUR"})
    found = use(frame, SHOP.replace("price", "price eur") + "; mood -> sales", treatment="price eur")
    assert found.treatment == "Price_EUR"
    assert "mood" in found.unobserved
    assert any("mood" in w for w in found.warnings)
    assert found.diagnostics["matched"] == "price eur is Price_EUR"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"treatment": "prize"}, "'prize' is no column"),
        ({"treatment": "demand"}, "no observed node of the graph"),
        ({"outcome": "price"}, "as treatment and as outcome"),
        ({"method": "back_door"}, "does not allow 'back_door'"),
        ({"estimator": {"method": "ols"}}, "no further arguments"),
        ({"method": "instruments", "estimator": {"instruments": ["rain"]}}, "is what the graph decides"),
        ({"graph": "price -> sales -> price"}, "in a circle"),
        ({"graph": "nothing"}, "no arrows"),
    ],
)
def test_a_wrong_call_is_told_with_its_cure(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolRetry, match=message) as raised:
        use(shop(), **arguments)
    assert raised.value.fix


def test_a_column_without_variation_or_with_too_few_rows() -> None:
    with pytest.raises(ToolRetry, match="one value only"):
        use(shop().assign(clicks=1.0), "price -> clicks -> sales; price <-> sales")
    with pytest.raises(ToolFailed, match="at least 40 are needed"):
        use(shop(rows=30), "price -> clicks -> sales; price <-> sales")


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 500), st.floats(0.01, 1000.0), st.floats(0.01, 1000.0))
def test_rows_columns_and_units_change_nothing_but_the_scale(seed: int, price: float, sales: float) -> None:
    frame = shop(seed, 200)
    first = use(frame)
    shuffled = use(frame.sample(frac=1.0, random_state=seed)[sorted(frame.columns)])
    assert canonical_json(shuffled.model_dump(mode="json")) == canonical_json(first.model_dump(mode="json"))
    scaled = use(frame.assign(price=frame["price"] * price, sales=frame["sales"] * sales))
    assert scaled.estimate == pytest.approx((first.estimate or 0.0) * sales / price, rel=1e-6)
    assert scaled.standard_error == pytest.approx((first.standard_error or 0.0) * sales / price, rel=1e-6)
    assert [i.p_value for i in scaled.implied_independences] == pytest.approx(
        [i.p_value for i in first.implied_independences]
    )


def test_a_larger_planted_effect_gives_a_larger_estimate() -> None:
    found = [use(shop(effect=e)).estimate or 0.0 for e in (0.0, 1.0, 2.0)]
    assert found[0] < found[1] < found[2]
    assert found[2] - found[1] == pytest.approx(found[1] - found[0], rel=1e-6)


def test_independence_of_words_and_numbers() -> None:
    rng = np.random.default_rng(0)
    town = rng.integers(0, 4, 800)
    frame = pd.DataFrame({"town": np.array(list("abcd"))[town], "x": town + rng.standard_normal(800)})
    frame["y"] = np.exp(frame["x"]) * rng.gamma(2.0, 1.0, 800)
    linked, parted = (
        residual_dependence(frame, "town", "y", []),
        residual_dependence(frame, "town", "y", ["x"]),
    )
    assert linked is not None
    assert parted is not None
    assert linked.p_value < 1e-6
    assert parted.p_value > 0.01
    assert residual_dependence(frame.assign(z=frame["x"]), "z", "y", ["x"]) is None


def test_a_true_independence_fails_as_seldom_as_it_should() -> None:
    failures = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        z = rng.standard_normal(120)
        frame = pd.DataFrame(
            {
                "a": z**2 + rng.standard_normal(120) * (1 + np.abs(z)),
                "b": np.tanh(z) + rng.standard_normal(120),
                "z": z,
            }
        )
        found = residual_dependence(frame, "a", "b", ["z"])
        assert found is not None
        failures += found.p_value < 0.05
    assert 3 <= failures <= 27
