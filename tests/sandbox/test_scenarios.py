"""Scenario files: what is refused and how it is said; and each world is what its purpose says."""

from __future__ import annotations

import copy
import importlib.resources
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from liftos_agents.errors import ArgumentError, DataError, NotFoundError
from liftos_agents.sandbox import scenario_reference, scenarios, simulate, simulate_many
from liftos_agents.sandbox.mechanisms import FatigueSpec
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.spec import DemandSpec, PeakSpec
from liftos_agents.sandbox.tape import record

SEEDS = range(12)
NEW = [n for n in scenarios.names() if n not in ("confounded", "saturated", "shop", "textbook")]
PLAIN = {
    "format": 1,
    "version": 1,
    "family": "textbook",
    "purpose": "To see.",
    "truth": "Nothing in particular.",
    "market": {
        "weeks": 20,
        "channels": [
            {"name": "search", "mean_spend": 10, "effect": 30, "half_saturation": 10},
            {"name": "tv", "mean_spend": 10, "effect": 30, "half_saturation": 10},
        ],
    },
}


def written(folder: Path, *, market: dict | None = None, without: str | None = None, **changes) -> Path:
    """A scenario file with some of its fields changed."""
    content = {**PLAIN, "market": {**PLAIN["market"], **(market or {})}, **changes}
    content.pop(without, None)
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_a_users_own_file_is_read_and_named_after_itself(tmp_path):
    path = written(tmp_path, horizon=13, sources=[{"what": "all", "source": "assumed"}])
    found = scenarios.load_file(path)
    assert found.name == "mine"
    assert (found.horizon, found.answerable, found.sources[0].source) == (13, True, "assumed")
    assert scenarios.find(str(path)) == found
    assert scenarios.find("shop") == scenarios.scenario("shop")


@pytest.mark.parametrize(
    ("changes", "field", "what", "fix"),
    [
        ({"market": {"budget": {"cap": -5}}}, "market.budget.cap", "-5", "greater than 0"),
        ({"market": {"weather": {}}}, "market.weather", "no such field", "There are channels, weeks"),
        ({"market": {"promotion": {}}}, "market.promotion", "no such field", "'promotions'"),
        ({"market": {"weeks": 0}}, "market.weeks", "0", "greater than or equal to 4"),
        ({"without": "family"}, "family", "missing", "textbook, confounded"),
        ({"without": "format"}, "format", "not stated", "format: 1"),
        ({"format": 7}, "format", "7 is not known", "reads format 1"),
        ({"family": "sturated"}, "family", "'sturated' is not known", "'saturated'"),
        ({"industry": "farming"}, "industry", "'farming'", "ecommerce"),
        ({"name": "other"}, "name", "called as its file", "Remove"),
        ({"market": {"geos": {"count": 10**9}}}, "market.geos.count", "1000000000", "1000"),
        ({"worlds": 10**9}, "", "1,000,000,000 worlds", ""),
        ({"answerable": False}, "", "contradict", ""),
        ({"family": "unanswerable", "answerable": False}, "", "why", ""),
        ({"why": "no reason"}, "", "why", ""),
        ({"market": {"base_revenue": float("inf")}}, "market.base_revenue", "inf", "finite"),
        ({"market": {"margin": "much"}}, "market.margin", "'much'", "number"),
        ({"market": {"channels": []}}, "market.channels", "[]", "1 item"),
        (
            {
                "market": {
                    "interactions": [
                        {"upper": "tv", "lower": "search", "strength": 0.1},
                        {"upper": "search", "lower": "tv", "strength": 0.1},
                    ]
                }
            },
            "market",
            "tv → search → tv",
            "",
        ),
        ({"market": {"budget": {"minimum": {"radio": 1}}}}, "market", "'radio'", ""),
    ],
)
def test_a_fault_is_said_with_its_file_its_field_and_what_to_do(tmp_path, changes, field, what, fix):
    path = written(tmp_path, **changes)
    with pytest.raises(DataError) as caught:
        scenarios.load_file(path)
    error = caught.value
    assert error.where == (f"{path}: {field}" if field else str(path))
    assert what in error.what
    assert error.fix
    assert fix in error.fix


def test_an_unknown_mechanism_of_a_channel_is_found_by_the_channels_name(tmp_path):
    channels = [
        PLAIN["market"]["channels"][0],
        {**PLAIN["market"]["channels"][1], "fatique": {"strength": 1}},
    ]
    with pytest.raises(DataError) as caught:
        scenarios.load_file(written(tmp_path, market={"channels": channels}))
    assert caught.value.where is not None
    assert caught.value.where.endswith("market.channels[1] (tv).fatique")
    assert "'fatigue'" in (caught.value.fix or "")


def test_all_faults_are_said_at_once(tmp_path):
    path = written(tmp_path, without="purpose", market={"margin": 0, "weeks": 0})
    with pytest.raises(DataError, match="3 faults") as caught:
        scenarios.load_file(path)
    for field in ("purpose", "market.margin", "market.weeks"):
        assert f"  {field}: " in caught.value.what


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("format: 1\nfamily: [textbook\npurpose: x\n", "line 3", "cannot be read"),
        ("format: 1\n\tfamily: x\n", "line 2", "cannot be read"),
        ("format: 1\nfamily: textbook\nformat: 1\n", "line 3", "'format' stands twice"),
        ("a: &a [1, 1]\nb: [*a, *a]\n", "line 2", "alias *a"),
        ("a: !!python/object/apply:os.system [ls]\n", "line 1", "cannot be read"),
    ],
)
def test_yaml_that_cannot_be_read_is_said_with_its_line(tmp_path, text, line, what):
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(DataError, match=what.replace("*", r"\*")) as caught:
        scenarios.load_file(path)
    assert line in (caught.value.where or "")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "[" * 3000])
def test_a_file_that_is_no_scenario_at_all_is_refused(tmp_path, text):
    path = tmp_path / "no.yaml"
    path.write_text(text)
    with pytest.raises(DataError):
        scenarios.load_file(path)


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=8)
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = [
    ("format",),
    ("worlds",),
    ("sources",),
    ("market",),
    ("market", "weeks"),
    ("market", "start"),
    ("market", "budget"),
    ("market", "breaks"),
    ("market", "geos"),
    ("market", "rival"),
    ("market", "interactions"),
    ("market", "channels"),
    ("market", "channels", 1),
    ("market", "channels", 1, "delay"),
    ("market", "channels", 1, "search"),
]


@given(st.sampled_from(PLACES), ANY)
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_field_is_taken_or_refused_with_a_reason(tmp_path_factory, place, value):
    content = copy.deepcopy(PLAIN)
    at = content
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    try:
        outcome = scenarios.load_file(path)
    except DataError as error:
        outcome = error
    if isinstance(outcome, DataError):
        assert str(path) in (outcome.where or "")
        assert outcome.what
    else:
        assert outcome.name == "any"


def test_bytes_and_sizes_that_no_scenario_has_are_refused(tmp_path):
    path = tmp_path / "no.yaml"
    path.write_bytes(b"format: 1\npurpose: \xff\n")
    with pytest.raises(DataError, match="UTF-8"):
        scenarios.load_file(path)
    path.write_text("#" * 300_000)
    with pytest.raises(DataError, match="300,000"):
        scenarios.load_file(path)
    with pytest.raises(NotFoundError, match="no such scenario file"):
        scenarios.load_file(tmp_path / "absent.yaml")


def test_too_many_worlds_are_refused_before_anything_is_played():
    market = scenarios.load("ecommerce")
    scenarios.check_size(market, 1_000, 52)
    with pytest.raises(ArgumentError, match="1,000,000,000 worlds"):
        scenarios.check_size(market, 10**9, 52)
    with pytest.raises(ArgumentError, match="at least 1"):
        scenarios.check_size(market, 0, 52)


def test_every_field_is_explained():
    parts = [part for part, _ in scenario_reference.parts()]
    assert len(parts) >= 15
    for part in parts:
        assert issubclass(part, BaseModel)
        assert set(scenario_reference.explained(part)) == set(part.model_fields), part.__name__


def test_the_documents_table_of_fields_is_the_models():
    page = (Path(__file__).parents[2] / "docs" / "SANDBOX.md").read_text(encoding="utf-8")
    begin, end = "<!-- liftos simulate schema -->\n", "<!-- end -->"
    assert page.partition(begin)[2].partition(end)[0].strip() == scenario_reference.markdown()


def test_all_families_and_industries_are_there():
    found = [scenarios.scenario(name) for name in scenarios.names()]
    assert {s.family for s in found} == set(scenarios.FAMILIES)
    assert {s.industry for s in found} - {None} == set(scenarios.INDUSTRIES)
    assert sum(s.market.geos.count == 20 for s in found) >= 5
    assert all(s.sources for s in found if s.industry)
    files = importlib.resources.files("liftos_agents.sandbox") / "worlds"
    assert len(found) == len([f for f in files.iterdir() if f.name.endswith(".yaml")])


@pytest.mark.parametrize("name", NEW)
def test_the_money_makes_sense(name):
    scenario = scenarios.scenario(name)
    market = scenario.market
    batch = simulate_many(market, SEEDS)
    share = batch.spend.sum() / batch.revenue.sum()
    assert 0.05 < share < 0.4
    assert market.budget.cap is not None
    assert market.budget.pacing is not None
    play = MarketPlay(market, list(SEEDS), horizon=1)
    assert (play.incumbent.sum(axis=1) <= market.budget.cap).all(), "holding would break the cap"
    truth = simulate(market, 3).truth.channels.values()
    gains = [market.margin * channel.marginal_roas for channel in truth]
    assert min(gains) < 0.8, "some channel loses at the margin"
    assert max(gains) > 1.2, "some channel gains at the margin"


@pytest.mark.parametrize("name", scenarios.names())
def test_the_same_seed_is_the_same_world(name):
    market = scenarios.load(name)
    np.testing.assert_array_equal(simulate(market, 5).revenue, simulate(market, 5).revenue)
    assert not np.array_equal(simulate(market, 5).revenue, simulate(market, 6).revenue)


def naive_returns(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Of the first channel, by world: what a regression on its own spend says, and what is true."""
    batch = simulate_many(scenarios.load(name), SEEDS)
    said, true = [], []
    for world in map(batch.market, range(len(batch))):
        said.append(np.polyfit(world.spend[:, 0], world.revenue, 1)[0])
        true.append(world.truth.channels[world.spec.names[0]].marginal_roas)
    return np.array(said), np.array(true)


@pytest.mark.parametrize("name", ["confounded_regions", "education"])
def test_confounded_a_naive_regression_over_credits_search(name):
    said, true = naive_returns(name)
    assert (said > 2.0 * true).mean() > 0.9


def test_confounded_regions_claims_favour_the_wrong_channel():
    truth = simulate(scenarios.load("confounded_regions"), 3).truth.channels
    assert truth["search"].claimed == max(c.claimed for c in truth.values())
    assert truth["tv"].claimed < 0.25 * truth["tv"].contribution
    assert truth["tv"].marginal_roas > 3 * truth["search"].marginal_roas


def test_textbook_regions_is_plain():
    market = scenarios.load("textbook_regions")
    batch = simulate_many(market, SEEDS)
    pairs = zip(batch.demand, batch.spend[:, :, 0], strict=True)
    assert abs(np.mean([np.corrcoef(d, s)[0, 1] for d, s in pairs])) < 0.1
    truth = simulate(market, 3).truth
    assert sum(c.claimed for c in truth.channels.values()) == pytest.approx(truth.media, rel=1e-9)


def test_saturated_b2b_search_is_used_up_and_linkedin_starved():
    truth = simulate(scenarios.load("b2b_saas"), 3).truth.channels
    margin = scenarios.load("b2b_saas").margin
    assert margin * truth["search"].marginal_roas < 0.6
    assert margin * truth["linkedin"].marginal_roas > 1.5


def test_cold_start_a_channel_with_hardly_any_history_is_worth_most():
    market = scenarios.load("cold_start")
    batch = simulate_many(market, SEEDS)
    new = market.names.index("connected_tv")
    shown = batch.spend[:, market.weeks_before :, new]
    assert (shown[:, :98] == 0).all()
    assert (shown[:, 98:] > 0).all()
    for seed in SEEDS:
        world = simulate(market, seed)
        truth = world.truth.channels
        others = [c.marginal_roas for name, c in truth.items() if name != "connected_tv"]
        assert truth["connected_tv"].marginal_roas > 2 * max(others)
        best = world.optimal_allocation(800_000, 13)
        assert best["connected_tv"] == max(best.values())


def test_promo_heavy_ecommerce_has_many_cuts_and_a_black_friday():
    market = scenarios.load("ecommerce")
    batch = simulate_many(market, SEEDS)
    price = batch.price[:, market.weeks_before :]
    cut = price < 1
    assert 0.15 < cut.mean() < 0.25
    baseline = batch.baseline[:, market.weeks_before :]
    assert baseline[cut].mean() > 1.15 * baseline[~cut].mean()
    frame = batch.market(0).frame()
    friday = frame["events"] == "black_friday"
    assert frame.loc[friday, "revenue"].mean() > 1.3 * frame.loc[~friday, "revenue"].mean()
    truth = batch.market(0).truth
    assert sum(c.claimed for c in truth.channels.values()) > truth.media
    assert truth.channels["pmax"].claimed > 2 * truth.channels["pmax"].contribution


def test_structural_break_social_loses_most_of_its_effect_after_a_hidden_date():
    market = scenarios.load("structural_break")
    span = np.arange(market.weeks + scenarios.scenario("structural_break").horizon)
    tape = record(market, np.arange(60), len(span), first=0)
    assert tape.effect is not None
    social = tape.effect[:, :, market.names.index("social")]
    assert (social[:, :112] == 1).all()
    assert (social[:, 150:] == 0.33).all()
    dates = (social < 1).argmax(axis=1)
    assert len(set(dates)) > 15
    assert 0.2 < (dates < market.weeks).mean() < 0.8, "in some worlds within the history, in others after it"


@pytest.mark.parametrize(("name", "left"), [("tracking_loss", 0.65), ("healthcare", 0.1)])
def test_tracking_loss_claims_fall_while_sales_do_not(name, left):
    market = scenarios.load(name)
    batch = simulate_many(market, range(40))
    first, last = market.breaks[0].week, market.breaks[0].week + market.breaks[0].spread
    before = slice(market.weeks_before + first - 52 + (last - first), market.weeks_before + first)
    after = slice(market.weeks_before + last, None)
    weeks = min(before.stop - before.start, batch.revenue.shape[1] - after.start)
    before = slice(before.stop - weeks, before.stop)
    after = slice(after.start, after.start + weeks)
    claims, caused = batch.claimed.sum(axis=2), batch.incremental.sum(axis=2)

    def ratio(of: slice) -> float:
        return float(claims[:, of].sum() / caused[:, of].sum())

    assert ratio(after) < left * ratio(before)
    assert batch.revenue[:, after].mean() > 0.85 * batch.revenue[:, before].mean()


def test_rival_answers_a_rise_of_spend_and_leaves_a_shift_alone():
    market = scenarios.load("rival")
    alone = market.model_copy(update={"rival": None})
    held = simulate(market, 3).hold(98_000 * 13)
    risen = {name: 1.4 * value for name, value in held.items()}
    shifted = {**held, "search": held["search"] - 100_000, "video": held["video"] + 100_000}

    def gain(spec, plan):
        world = simulate(spec, 3)
        return world.outcome(plan, 13).media_revenue - world.outcome(held, 13).media_revenue

    assert gain(alone, risen) > 0
    assert gain(market, risen) < 0.5 * gain(alone, risen), "the rise is answered"
    assert gain(market, shifted) > 0.8 * gain(alone, shifted), "the shift is not"


def test_creative_fatigue_effects_wear_off_without_a_refresh_that_pays():
    market = scenarios.load("creative_fatigue")
    fresh_channels = tuple(c.model_copy(update={"fatigue": FatigueSpec()}) for c in market.channels)
    lively = market.model_copy(update={"channels": fresh_channels})
    tired, never = (simulate(spec, 3).incremental for spec in (market, lively))
    left = tired[-13:].sum(axis=0) / never[-13:].sum(axis=0)
    names = market.names
    assert left[names.index("social")] < 0.5
    assert left[names.index("video")] < 0.65
    assert left[names.index("search")] == pytest.approx(1.0)
    assert (tired[0] / never[0] > 0.95).all()
    # A new creative at the end of the history, budgets as they were: it brings more than it costs.
    world, weeks = record(market, np.array([3]), market.weeks + 26, first=0), market.weeks
    spend = world.planned[:, :, None, :]
    refresh = np.zeros((1, weeks + 26, len(names)), dtype=bool)
    plain = Response(market).respond(world, spend, refresh=refresh)[0].incremental.sum()
    social = names.index("social")
    refresh[0, weeks, social] = True
    renewed = Response(market).respond(world, spend, refresh=refresh)[0].incremental.sum()
    assert market.margin * (renewed - plain) > 2 * market.channels[social].fatigue.refresh_cost


def test_unanswerable_flat_budgets_never_vary():
    assert np.ptp(simulate(scenarios.load("flat_budgets"), 3).spend, axis=0).max() == 0


def test_unanswerable_lockstep_channels_are_one_series():
    spend = simulate(scenarios.load("lockstep"), 3).spend
    assert np.std(spend[:, 0]) > 0.2 * spend[:, 0].mean()
    assert np.linalg.matrix_rank(spend / spend.mean(axis=0), tol=1e-6) == 1


def test_unanswerable_forecast_budgets_are_demand_and_nothing_else():
    world = simulate(scenarios.load("forecast_budgets"), 3)
    np.testing.assert_allclose(
        world.spend / world.demand[:, None], np.tile([36_000.0, 20_000.0, 14_000.0], (130, 1)), rtol=1e-9
    )
    assert np.std(np.log(world.demand)) > 0.1


def test_unanswerable_first_month_has_fewer_weeks_than_effects():
    market = scenarios.load("first_month")
    effects = 1 + 2 * len(market.channels)
    assert market.weeks < effects


def test_unanswerable_worlds_have_no_regions_to_experiment_in():
    found = [s for s in map(scenarios.scenario, scenarios.names()) if s.family == "unanswerable"]
    assert len(found) >= 4
    for scenario in found:
        assert not scenario.answerable
        assert scenario.why
        assert scenario.market.geos.count == 1


@pytest.mark.parametrize("name", ["education", "healthcare"])
def test_thirty_to_ninety_days_pass_until_the_outcome(name):
    for channel in scenarios.load(name).channels:
        mean_days = 7 * sum(lag * share for lag, share in enumerate(channel.delay))
        assert channel.name == "email" or 30 <= mean_days <= 90


def test_intakes_open_enrolment_and_flu_raise_demand():
    for name, months in (("education", {1, 5, 8, 9}), ("healthcare", {12, 1})):
        market = scenarios.load(name)
        batch = simulate_many(market, range(40))
        frame = batch.market(0).frame()
        demand = batch.demand[:, market.weeks_before :].mean(axis=0)
        inside = frame["date"].dt.month.isin(months).to_numpy()
        assert demand[inside].mean() > 1.1 * demand[~inside].mean()


def test_a_peak_is_at_its_height_on_its_day_and_the_year_is_a_circle(small):
    peaked = small(weeks=156).model_copy(
        update={
            "demand": DemandSpec(volatility=0.0, season=0.0, peaks=(PeakSpec(day=2, lift=0.5, width=10),))
        }
    )
    world = simulate(peaked, 0)
    days = world.frame()["date"].dt.day_of_year.to_numpy()
    away = np.minimum(np.abs(days - 2), 365.2425 - np.abs(days - 2))
    np.testing.assert_allclose(world.demand, np.exp(0.5 * np.exp(-0.5 * (away / 10) ** 2)), rtol=1e-12)
    assert world.demand[51] > 1.4


def test_a_channel_that_starts_late_spends_nothing_before_and_the_same_after(small):
    market = small()
    late = market.model_copy(
        update={"channels": (*market.channels[:2], market.channels[2].model_copy(update={"first_week": 30}))}
    )
    before, after = simulate(market, 2).spend, simulate(late, 2).spend
    assert (after[:30, 2] == 0).all()
    np.testing.assert_array_equal(after[30:], before[30:])
    np.testing.assert_array_equal(after[:, :2], before[:, :2])
