"""Attribution on paths, through the public tool: values worked out by hand, laws that must hold, and what it refuses."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.cli.entry import run as command
from liftos_agents.data import TransientStore
from liftos_agents.reports import charts, svg
from liftos_agents.tools.journeys.credit import METHODS
from liftos_agents.tools.journeys.result import AttributePathsResult

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def of_paths(rows: list[tuple[str, float, float]], **arguments: Any) -> AttributePathsResult:
    frame = pd.DataFrame(rows, columns=["path", "won", "lost"])
    return of(frame, path="path", conversions="won", non_conversions="lost", **arguments)


def of(frame: pd.DataFrame, **arguments: Any) -> AttributePathsResult:
    found = tools.run("attribute_paths", frame, store=TransientStore(), **{"resamples": 0, **arguments})
    result = tools.result(found)
    assert isinstance(result, AttributePathsResult)
    return result


def credit(result: AttributePathsResult, method: str) -> dict[str, float]:
    return {c.channel: c.credits[method] for c in result.channels.values()}


CLASSIC = [("c1 > c2 > c3", 1, 0), ("c1", 0, 1), ("c2 > c3", 0, 1)]


def test_the_chain_worked_out_by_hand() -> None:
    """P(convert) = 1/3; without c1 1/6, without c2 or c3 0: removal effects 1/2, 1, 1."""
    result = of_paths(CLASSIC)
    effects = {c.channel: c.removal_effect for c in result.channels.values()}
    assert effects == pytest.approx({"c1": 0.5, "c2": 1.0, "c3": 1.0})
    assert credit(result, "markov") == pytest.approx({"c1": 0.2, "c2": 0.4, "c3": 0.4})
    assert result.terms["markov_c1"].estimate == pytest.approx(0.2)


def test_a_chain_that_remembers_two_touches_worked_out_by_hand() -> None:
    """a > b converts 3 of 4, b > a 1 of 4; each history has its own chance.

    P = 1/2 · 3/4 + 1/2 · 1/4 = 1/2. Every path meets both channels, so each removal leaves nothing and credit is even; one
    path more of a alone, 2 of 2, is lost without a only.
    """
    rows = [("a > b", 3, 1), ("b > a", 1, 3), ("a", 2, 0)]
    effects = {c.channel: c.removal_effect for c in of_paths(rows, order=2).channels.values()}
    # Start: a 6/10, b 4/10; after a: b 4/6, convert 2/6. Whole: 6/10 (4/6 · 3/4 + 2/6) + 4/10 · 1/4 = 0.6.
    # Without b: 6/10 · 2/6 = 0.2; without a nothing converts.
    assert effects == pytest.approx({"a": 1.0, "b": 2.0 / 3.0})


def test_rules_worked_out_by_hand() -> None:
    result = of_paths([("a > b > c > d", 10, 0), ("a > b", 10, 0), ("b", 5, 5)], half_life=1.0)
    assert credit(result, "first_touch") == pytest.approx({"a": 20, "b": 5, "c": 0, "d": 0})
    assert credit(result, "last_touch") == pytest.approx({"a": 0, "b": 15, "c": 0, "d": 10})
    assert credit(result, "linear") == pytest.approx({"a": 7.5, "b": 12.5, "c": 2.5, "d": 2.5})
    assert credit(result, "position") == pytest.approx({"a": 9, "b": 11, "c": 1, "d": 4})
    assert credit(result, "time_decay") == pytest.approx(
        {"a": 10 / 15 + 10 / 3, "b": 20 / 15 + 20 / 3 + 5, "c": 40 / 15, "d": 80 / 15}
    )
    assert credit(result, "shapley") == pytest.approx({"a": 7.5, "b": 12.5, "c": 2.5, "d": 2.5})


def test_shapley_by_rate_worked_out_by_hand() -> None:
    """Rates: a 1/4, b 1/2, both together 5/12 (5 of 12): a gets (1/4 + 5/12 − 1/2) / 2, b the rest."""
    result = of_paths([("a", 1, 3), ("b", 2, 2), ("a > b", 2, 2)], shapley_worth="rate")
    whole = 5 / 12
    a = (1 / 4 + whole - 1 / 2) / 2
    assert credit(result, "shapley") == pytest.approx({"a": 5 * a / whole, "b": 5 * (whole - a) / whole})


def test_drawn_orders_come_near_the_exact_values() -> None:
    from liftos_agents.tools.journeys import shapley
    from liftos_agents.tools.journeys.journeys import gathered

    rng = np.random.default_rng(4)
    rows = []
    for _ in range(60):
        names = tuple(f"c{i}" for i in rng.choice(6, rng.integers(1, 4), replace=False))
        rows.append(
            (names, tuple(0.0 for _ in names), float(rng.integers(0, 5)), 0.0, float(rng.integers(1, 9)))
        )
    journeys = gathered(rows)
    exact = shapley.by_rate(journeys, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapley, "MOST_EXACT", 0)
        drawn = shapley.by_rate(journeys, 0)
        assert (drawn == shapley.by_rate(journeys, 0)).all()
    assert drawn == pytest.approx(exact, abs=0.08)


def touches() -> pd.DataFrame:
    start = datetime(2024, 1, 1)
    rows = [
        ("u1", start, "tv", 0, None, 2.0),
        ("u1", start + timedelta(days=7), "search", 1, 50.0, 1.0),
        ("u1", start + timedelta(days=9), "email", 0, None, 0.5),
        ("u2", start, "tv", 0, None, 2.0),
        ("u2", start + timedelta(days=1), None, 1, 30.0, None),
        ("u3", start, "email", 0, None, 0.5),
        ("u4", start, None, 1, 10.0, None),
    ]
    return pd.DataFrame(rows, columns=["person", "day", "met", "bought", "worth", "spent"])


ROLES = {"user": "person", "time": "day", "channel": "met", "conversion": "bought"}


def test_rows_of_touches_become_journeys() -> None:
    result = of(touches(), **ROLES, value="worth", cost="spent")
    assert result.journeys.conversions == 2
    assert result.journeys.without_conversion == 2
    assert credit(result, "last_touch") == pytest.approx({"email": 0, "search": 1, "tv": 1})
    assert credit(result, "time_decay")["tv"] == pytest.approx(1 / 3 + 1)
    tv, search = result.channels["tv"], result.channels["search"]
    assert tv.cost == 4.0
    assert search.values["last_touch"] == 50.0
    assert tv.return_on_cost["first_touch"] == pytest.approx(80.0 / 4.0)
    assert any("1 conversions had no touch" in w for w in result.warnings)


def test_touches_long_before_are_left_out() -> None:
    result = of(touches(), **ROLES, lookback=3.0)
    assert credit(result, "first_touch") == pytest.approx({"search": 1, "tv": 1, "email": 0})


def test_it_is_never_called_an_effect() -> None:
    result = of_paths(CLASSIC)
    assert result.status == "downgraded"
    assert result.estimate is None
    assert "83, 58 and 24" in result.warnings[0]
    assert result.assumptions[0].verdict == "not checked"
    assert "not what" in result.estimand
    assert "experiment" in result.reasons[0]


def test_last_touch_over_claim_and_why_they_differ_are_told() -> None:
    rows = [("tv > email > search", 80, 20), ("tv", 10, 90), ("email", 10, 90)]
    result = of_paths(rows)
    assert result.channels["search"].last_over_markov > 1.5  # type: ignore[operator]
    assert any(w.startswith("Last touch claims more") and "search" in w for w in result.warnings)
    assert any(text.startswith("search: last touch gives it 80") for text in result.why_they_differ)


def test_methods_that_differ_more_than_fivefold_conflict() -> None:
    rows = [("a > b > c > d > e > f > g > h", 100, 0), ("a", 0, 50), ("b > h", 0, 50)]
    result = of_paths(rows, half_life=0.3)
    (check,) = [c for c in result.checks if c.name == "methods_agree"]
    assert check.passed is False
    assert any("Do not move money" in w for w in result.warnings)


def test_a_longer_memory_of_the_journeys_is_noticed() -> None:
    rows = [("a > b > c", 90, 10), ("x > b > c", 0, 100), ("x > b", 40, 10), ("a", 5, 95)]
    (doubted,) = [c for c in of_paths(rows).checks if c.name == "memory_of_the_chain"]
    assert doubted.value is not None
    assert doubted.value > 0.0
    assert (
        (of_paths(rows, order=2).channels["x"].credits["markov"])
        != of_paths(rows).channels["x"].credits["markov"]
    )


def test_without_lost_journeys_it_says_what_cannot_be_told() -> None:
    result = of_paths([("a > b", 5, 0), ("b", 5, 0)])
    assert [c.passed for c in result.checks if c.name == "journeys_without_conversion"] == [False]
    assert result.assumptions[-1].verdict == "does not hold"


def test_an_interval_holds_the_chain_and_narrows_with_the_data() -> None:
    def width(times: int) -> float:
        rows = [
            ("tv > search", 8 * times, 12 * times),
            ("search", 5 * times, 30 * times),
            ("tv", times, 30 * times),
        ]
        term = of_paths(rows, resamples=200).terms["markov_tv"]
        assert term.low is not None
        assert term.high is not None
        assert term.estimate is not None
        assert term.low <= term.estimate <= term.high
        return (term.high - term.low) / term.estimate

    assert width(20) < 0.5 * width(1)


journeys = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["tv", "search", "email", "social"]), min_size=1, max_size=5).map(
            " > ".join
        ),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    min_size=2,
    max_size=9,
).filter(
    lambda rows: (
        sum(w for _, w, _ in rows) > 0
        and len({c for p, w, lost in rows if w + lost for c in p.split(" > ")}) > 1
    )
)


@quick
@given(rows=journeys, order=st.sampled_from([1, 2, 3]), worth=st.sampled_from(["conversions", "rate"]))
def test_every_method_shares_out_all_conversions(
    rows: list[tuple[str, int, int]], order: int, worth: str
) -> None:
    result = of_paths(rows, order=order, shapley_worth=worth)
    total = sum(won for _, won, _ in rows)
    for method in METHODS:
        assert sum(credit(result, method).values()) == pytest.approx(total)
    assert result.checks[0].passed


@quick
@given(rows=journeys, order=st.sampled_from([1, 2]))
def test_a_channel_only_in_lost_journeys_gets_nothing(rows: list[tuple[str, int, int]], order: int) -> None:
    result = of_paths([*rows, ("radio", 0, 7)], order=order)
    assert all(amount == 0.0 for amount in result.channels["radio"].credits.values())


@quick
@given(rows=journeys)
def test_channels_that_play_the_same_part_get_the_same(rows: list[tuple[str, int, int]]) -> None:
    swap = {"tv": "search", "search": "tv"}
    mirrored = [
        (" > ".join(swap.get(c, c) for c in path.split(" > ")), won, lost) for path, won, lost in rows
    ]
    result = of_paths([*rows, *mirrored], shapley_worth="rate")
    if {"tv", "search"} <= {c.channel for c in result.channels.values()}:
        for method in METHODS:
            found = credit(result, method)
            assert found["tv"] == pytest.approx(found["search"], abs=1e-9)


@quick
@given(rows=journeys, seed=st.integers(0, 99))
def test_neither_order_nor_names_of_rows_matter(rows: list[tuple[str, int, int]], seed: int) -> None:
    base = of_paths(rows)
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    assert of_paths(shuffled).channels == base.channels
    other = {"tv": "z 1.5", "search": "Ä", "email": "email", "social": "b"}
    renamed = of_paths([(" > ".join(other[c] for c in p.split(" > ")), w, lost) for p, w, lost in rows])
    for method in METHODS:
        expected = {other[c]: amount for c, amount in credit(base, method).items()}
        assert credit(renamed, method) == pytest.approx(expected)


def test_rows_of_touches_in_any_order_give_the_same_bytes() -> None:
    frame = touches()
    mixed = frame.iloc[[6, 3, 0, 5, 2, 4, 1]].reset_index(drop=True)
    first, second = (of(f, **ROLES, value="worth", resamples=50, cost="spent") for f in (frame, mixed))
    plain = {"settings", "terms"}
    assert first.model_dump(exclude=plain) == second.model_dump(exclude=plain)
    again = of(frame, **ROLES, value="worth", resamples=50, cost="spent")
    assert first.model_dump_json() == again.model_dump_json()


def test_keys_hold_no_dots_and_stay_apart() -> None:
    result = of_paths([("a.b > a b", 3, 1), ("a b", 1, 1)])
    assert set(result.channels) == {"a_b", "a_b_2"}
    assert {c.channel for c in result.channels.values()} == {"a.b", "a b"}


def test_every_figure_has_a_unit() -> None:
    from liftos_agents.domain.reference import unit_of

    result = of(touches(), **ROLES, value="worth", cost="spent", resamples=20).model_dump(mode="json")

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            assert unit_of(result, path), path

    walk({k: v for k, v in result.items() if k not in ("settings", "units", "figures")}, "")


@pytest.mark.parametrize(
    ("arguments", "said", "fix"),
    [
        ({}, "no columns", "user, time, channel, conversion"),
        ({"path": "path", "user": "won"}, "both layouts", "one row a path"),
        ({"path": "path"}, "conversions is not named", "path, conversions"),
        ({"path": "pth", "conversions": "won"}, "'pth'", "'path'"),
        ({"path": "path", "conversions": "path"}, "'path' is given as", "another column"),
        ({"path": "path", "conversions": "won", "cost": "lost"}, "rows of touches", "Leave cost out"),
        ({"path": "path", "conversions": "minus"}, "negative", "0 or more"),
        ({"path": "path", "conversions": "none"}, "no journey ends", "conversion"),
        ({"path": "path", "conversions": "won", "separator": "|"}, "", ""),
        ({"path": "one", "conversions": "won"}, "one channel, 'tv'", "two channels"),
        ({"path": "path", "conversions": "won", "first_share": 0.8}, "sum to 1.2", "at most 1"),
        ({"path": "path", "conversions": "won", "order": 4}, "order", ""),
        (
            {"user": "path", "time": "path2", "channel": "one", "conversion": "won"},
            "not times",
            "dates or numbers",
        ),
    ],
)
def test_a_bad_specification_says_what_to_do(arguments: dict[str, Any], said: str, fix: str) -> None:
    frame = pd.DataFrame(
        {
            "path": ["tv > search", "tv", "search"],
            "path2": ["noon", "night", "dawn"],
            "won": [3, 1, 2],
            "lost": [1, 2, 3],
            "minus": [1, -2, 1],
            "none": [0, 0, 0],
            "one": ["tv", "tv", "tv > tv"],
        }
    )
    if not said:
        assert {c.channel for c in of(frame, **arguments).channels.values()} == {
            "tv > search",
            "tv",
            "search",
        }
        return
    with pytest.raises(tools.ToolRetry) as caught:
        of(frame, **arguments)
    told = f"{caught.value} {caught.value.where}"
    assert said in told
    assert fix in (caught.value.fix or "")


def test_it_is_seen_in_pictures_and_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "paths.csv"
    pd.DataFrame(CLASSIC, columns=["path", "won", "lost"]).to_csv(file, index=False)
    arguments = json.dumps({"path": "path", "conversions": "won", "non_conversions": "lost"})
    asked = [
        "tools",
        "run",
        "attribute_paths",
        "-d",
        str(file),
        "-a",
        arguments,
        "--home",
        str(tmp_path / "h"),
    ]
    assert command([*asked, "--plot", str(tmp_path / "p"), "--xlsx", str(tmp_path / "r.xlsx")]) == 0
    said = capsys.readouterr().out
    assert "markov_c1" in said
    assert "Credit for won by channel" in said
    assert len(list((tmp_path / "p").iterdir())) == 2
    found = tools.run("attribute_paths", pd.read_csv(file), store=TransientStore(), **json.loads(arguments))
    bars, forest = charts([found])
    assert "last touch" in svg(bars)
    assert "Markov removal effect" in svg(forest)
