import pytest

from liftos_agents.data.store import TransientStore
from liftos_agents.domain.reference import show
from liftos_agents.sandbox import scenarios, simulate
from liftos_agents.tools import registry
from liftos_agents.tools.errors import ToolRetry

FIT = {"draws": 100, "chains": 2}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    simulate(scenarios.load("textbook"), 3).frame().iloc[:104].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def store():
    return TransientStore()


@pytest.fixture(scope="module")
def optimised(shop, store):
    return registry.run("optimise_budget", shop, store=store, total=800_000, fit=FIT)


@pytest.fixture(scope="module")
def rehearsed(shop, store, optimised):
    return registry.run("simulate_plan", shop, store=store, optimisation=optimised.id).result


def test_the_plan_of_an_optimisation_is_played_in_the_same_fit(rehearsed, optimised):
    assert rehearsed["status"] == "rehearsed"
    assert rehearsed["fit"] == optimised.result["fit"]
    assert rehearsed["horizon_periods"] == optimised.result["horizon_periods"] == 13
    assert rehearsed["total"] == pytest.approx(800_000)
    for name, part in optimised.result["allocation"].items():
        assert rehearsed["allocation"][name]["plan"] == pytest.approx(part["proposed"])
        assert rehearsed["allocation"][name]["hold"] == pytest.approx(part["current"])


def test_the_difference_agrees_with_the_optimiser_along_the_path(rehearsed, optimised):
    along = optimised.result["gain_along_path"]
    assert rehearsed["difference"]["mean"] == pytest.approx(along["mean"], rel=1e-6)
    assert rehearsed["difference"]["p05"] == pytest.approx(along["p05"], rel=1e-6)


def test_every_number_can_be_shown_in_its_unit(rehearsed):
    assert show(rehearsed, "probability_beats_hold").endswith("%")
    assert "interval" in show(rehearsed, "difference", "money")
    assert show(rehearsed, "worlds", "count") == "200"
    assert show(rehearsed, "sweeps.weaker_effects.probability_beats_hold").endswith("%")
    assert "model" in show(rehearsed, "label")


def test_an_allocation_of_ones_own_is_compared_with_the_mix_at_its_total(shop, store):
    own = registry.run(
        "simulate_plan",
        shop,
        store=store,
        allocation={"search": 500_000, "tv": 100_000},
        horizon_periods=26,
        fit=FIT,
    ).result
    assert own["horizon_periods"] == 26
    assert own["allocation"]["social"]["plan"] == 0.0
    assert sum(part["hold"] for part in own["allocation"].values()) == pytest.approx(600_000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "one plan"),
        ({"optimisation": "ev_0123", "allocation": {"tv": 1.0}}, "one plan"),
        ({"optimisation": "ev_0123"}, "ev_0123"),
        ({"allocation": {"radio": 5.0}}, "radio"),
        ({"allocation": {"tv": -5.0}}, "at least 0"),
        ({"allocation": {}}, "some money"),
    ],
)
def test_what_is_no_plan_is_asked_for_again(shop, store, arguments, message):
    given = {**arguments, "fit": FIT} if "allocation" in arguments else arguments
    with pytest.raises(ToolRetry, match=message):
        registry.run("simulate_plan", shop, store=store, **given)


def test_the_evidence_of_another_tool_or_of_other_data_is_refused(shop, store, optimised, tmp_path):
    with pytest.raises(ToolRetry, match="optimise_budget"):
        registry.run("simulate_plan", shop, store=store, optimisation=optimised.result["fit"])
    other = tmp_path / "other.csv"
    simulate(scenarios.load("textbook"), 4).frame().iloc[:104].to_csv(other, index=False)
    with pytest.raises(ToolRetry, match="other data"):
        registry.run("simulate_plan", other, store=store, optimisation=optimised.id)
