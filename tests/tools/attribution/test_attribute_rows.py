"""Credits on rows of users: planted effects, sums, claims, conflicts, refusals, and what a specification must be."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.data.store import Store
from liftos_agents.domain.reference import unit_of
from liftos_agents.errors import DataError
from liftos_agents.tools.adjustment.advertising import WARNING
from liftos_agents.tools.attribution.result import AttributeResult
from liftos_agents.tools.errors import ToolFailed, ToolRetry

EFFECT = {"social": 2.0, "search": 0.5}
ROWS: dict[str, Any] = {
    "outcome": "orders",
    "exposures": ["social", "search"],
    "controls": ["age", "income"],
    "splits": 1,
}
LINEAR: dict[str, Any] = ROWS | {"methods": ["linear"]}


def users(n: int = 900, seed: int = 1, bend: float = 3.0, scale: float = 1.0) -> pd.DataFrame:
    """Users of middling age see less of social and order less: a line through age sees nothing of it."""
    rng = np.random.default_rng(seed)
    age, income = rng.standard_normal((2, n))
    bent = np.abs(age)
    social = (rng.random(n) < 1.0 / (1.0 + np.exp(-0.8 * (bent - 0.8)))).astype(float)
    search = rng.poisson(np.exp(0.3 * income)).astype(float)
    orders = 10.0 + bend * bent + income + EFFECT["social"] * social + EFFECT["search"] * search
    return pd.DataFrame(
        {
            "age": age,
            "income": income,
            "social": social,
            "search": search,
            "orders": scale * (orders + rng.standard_normal(n)),
            "social_cost": 0.5 * social,
            "search_cost": 0.1 * search,
            "social_claims": 5.0 * social,
            "household": np.arange(n) // 2,
        }
    )


def attributed(frame: pd.DataFrame, store: Store | None = None, **rows: Any) -> AttributeResult:
    found = tools.result(tools.run("attribute", frame, store=store or TransientStore(), rows=rows))
    assert isinstance(found, AttributeResult)
    return found


def amount(found: AttributeResult, channel: str, method: str) -> float:
    return getattr(found.channels[channel], method).contribution.mean


@pytest.fixture(scope="module")
def store() -> Store:
    return TransientStore()


@pytest.fixture(scope="module")
def whole(store: Store) -> AttributeResult:
    pytest.importorskip("econml")
    return attributed(
        users(),
        store,
        **ROWS,
        spend={"social": "social_cost", "search": "search_cost"},
        claimed={"social": "social_claims"},
    )


def test_learners_come_nearer_than_a_line_in_a_bent_world(whole: AttributeResult) -> None:
    truth = EFFECT["social"] * users()["social"].sum()
    far = abs(amount(whole, "social", "linear") - truth)
    assert amount(whole, "social", "naive") > 1.2 * truth
    assert amount(whole, "social", "linear") > 1.2 * truth
    for method in ("dml", "causal_forest"):
        assert abs(amount(whole, "social", method) - truth) < 0.5 * far
        credit = getattr(whole.channels["social"], method)
        assert credit.contribution.p05 < credit.contribution.mean < credit.contribution.p95
    dose = EFFECT["search"] * users()["search"].sum()
    for method in ("linear", "dml", "causal_forest"):
        assert amount(whole, "search", method) == pytest.approx(dose, rel=0.35)


def test_credits_add_up(whole: AttributeResult) -> None:
    frame = users()
    assert whole.outcome_total == pytest.approx(frame["orders"].sum())
    assert whole.rows == len(frame)
    assert whole.channels["social"].exposed == frame["social"].sum()
    assert whole.channels["search"].exposed == frame["search"].sum()
    assert [whole.channels[c].kind for c in ("social", "search")] == ["reached", "dose"]
    for method in ("linear", "dml", "causal_forest"):
        credits = [getattr(whole.channels[c], method) for c in ("social", "search")]
        summary = whole.methods[method]
        assert summary.total.mean == pytest.approx(sum(c.contribution.mean for c in credits))
        assert summary.total_share == pytest.approx(sum(c.share for c in credits))
        for name, credit in zip(("social", "search"), credits, strict=True):
            channel = whole.channels[name]
            assert credit.contribution.mean == pytest.approx(credit.effect.mean * channel.exposed)
            assert credit.roas.mean == pytest.approx(credit.contribution.mean / frame[f"{name}_cost"].sum())
        best_first = sorted(credits, key=lambda c: -c.roas.mean)
        assert [c.rank for c in best_first] == [1, 2]
    assert whole.ranked_by == "return"


def test_each_credit_leads_to_its_estimate(whole: AttributeResult, store: Store) -> None:
    for method, estimator, target in (("linear", "ols", "att"), ("dml", "dml", "ate")):
        credit = getattr(whole.channels["social"], method)
        evidence = store.get(credit.evidence)
        assert evidence is not None
        assert evidence.tool == "estimate_effect"
        assert evidence.arguments["method"] == estimator
        assert evidence.arguments["target"] == target
        assert evidence.arguments["controls"] == ["search", "age", "income"]
        assert evidence.result["estimate"] == pytest.approx(credit.effect.mean)
        difference = evidence.result["terms"]["method_difference"]["estimate"]
        if method == "linear":
            assert whole.channels["social"].naive.effect.mean == pytest.approx(difference)


def test_claims_are_set_against_the_first_method(whole: AttributeResult) -> None:
    social = whole.channels["social"]
    assert whole.base_method == "causal_forest"
    claimed = users()["social_claims"].sum()
    assert social.claimed == claimed
    assert social.over_claim.mean == pytest.approx(claimed / amount(whole, "social", "causal_forest"))
    assert social.over_claim.p05 == pytest.approx(social.over_claim_at_least)
    assert whole.over_claim_total == social.over_claim
    assert whole.channels["search"].over_claim is None
    assert whole.methods["platform_claimed"].total == claimed


def test_the_warning_is_always_there(whole: AttributeResult) -> None:
    for found in (whole, attributed(users(300), **LINEAR)):
        assert found.warnings[0] == WARNING
        assert "29/18/5 %" in found.warnings[0]
        assert "83/58/24 %" in found.warnings[0]
        assert all(WARNING in text for text in found.explanations.model_dump().values())
    refused = attributed(users(300).assign(age=lambda f: 6.0 * f["social"] + f["age"]), **LINEAR)
    assert refused.warnings[0] == WARNING


def test_words_units_and_picture(whole: AttributeResult) -> None:
    said = whole.explanations
    assert said.marketer.startswith("By the causal forest: social added")
    assert len(said.marketer) < len(said.analyst) < len(said.statistician)
    assert "linear regression" in said.analyst
    assert whole.channels["search"].dml.evidence in said.statistician
    (figure,) = whole.figures
    assert [s.name for s in figure.series][-1] == "the causal forest"
    result = whole.model_dump(mode="json")
    assert unit_of(result, "channels.social.dml.contribution.mean") == "outcome"
    assert unit_of(result, "channels.social.dml.roas.mean") == "outcome_per_spend"
    money = attributed(users(200).rename(columns={"orders": "revenue"}), **LINEAR | {"outcome": "revenue"})
    assert unit_of(money.model_dump(mode="json"), "channels.social.linear.contribution.mean") == "money"


def test_linear_misses_conflict_with_claims_of_the_other_sign() -> None:
    frame = users(600, bend=0.0)
    frame["orders"] -= 6.0 * frame["social"]
    found = attributed(frame, **LINEAR, claimed={"social": "social_claims"})
    assert found.conflict
    assert found.conflict_reasons == ("social: linear regression and the platforms' claims differ in sign.",)
    assert any("no money should be moved" in text for text in found.warnings)
    assert "no money should be moved" in found.explanations.marketer
    assert found.channels["social"].over_claim is None
    assert found.channels["social"].over_claim_at_least is None


def test_claims_beyond_fivefold_conflict() -> None:
    frame = users(400, bend=0.0)
    quiet = attributed(frame, **LINEAR, claimed={"social": "social_claims"})
    assert not quiet.conflict
    loud = attributed(
        frame.assign(social_claims=100.0 * frame["social"]), **LINEAR, claimed={"social": "social_claims"}
    )
    assert loud.conflict
    assert "more than fivefold" in loud.conflict_reasons[0]


def test_a_method_that_refuses_credits_nothing_and_says_why() -> None:
    frame = users(400)
    frame["age"] += 6.0 * frame["social"]
    found = attributed(frame, **LINEAR)
    credit = found.channels["social"].linear
    assert credit.status == "refused"
    assert credit.contribution is None
    assert credit.evidence
    assert "too different to compare" in credit.reasons[0]
    assert found.channels["search"].linear.status == "estimated"
    assert "It refuses social." in found.methods["linear"].stands_on
    assert any("credited with nothing by linear regression" in text for text in found.warnings)


def test_when_nothing_can_be_credited_the_whole_is_refused() -> None:
    frame = users(400)
    frame["age"] += 6.0 * frame["social"]
    found = attributed(frame, **LINEAR | {"exposures": ["social"]})
    assert found.status == "refused"
    assert found.base_method is None
    assert found.figures == ()
    assert "too different to compare" in found.reasons[0]
    assert found.explanations.marketer.startswith("Not identified")


def test_without_econml_the_forest_is_unavailable_and_the_others_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.startswith("econml"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    found = attributed(users(600), **ROWS | {"methods": ["causal_forest", "linear"]})
    assert found.status == "solved"
    assert found.base_method == "linear"
    assert not found.methods["causal_forest"].available
    assert "pip install liftos-agents[forest]" in found.methods["causal_forest"].stands_on
    assert found.channels["social"].causal_forest.status == "unavailable"
    assert found.channels["social"].causal_forest.evidence is None
    assert found.channels["social"].linear.contribution is not None


def test_after_an_installation_the_same_question_gets_the_forest(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("econml")
    store, frame = TransientStore(), users(600)
    rows = ROWS | {"methods": ["causal_forest", "linear"]}
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "econml.grf", None)
        first = tools.run("attribute", frame, store=store, rows=rows)
    assert first.result["channels"]["social"]["causal_forest"]["status"] == "unavailable"
    assert first.arguments["lacking"] == ["econml.grf"]
    after = tools.run("attribute", frame, store=store, rows=rows)
    assert after.result["channels"]["social"]["causal_forest"]["status"] == "estimated"


def test_missing_values_leave_the_same_rows_out_everywhere() -> None:
    frame = users(400)
    frame.loc[:9, "income"] = np.nan
    frame.loc[20:29, "social_cost"] = np.nan
    found = attributed(frame, **LINEAR, spend={"social": "social_cost"})
    assert found.rows == 390
    assert found.channels["social"].exposed == frame["social"][10:].sum()
    assert found.channels["social"].spend == pytest.approx(frame["social_cost"][10:].sum())
    assert "10 rows were left out because a value was missing." in found.warnings
    assert "Missing values of social_cost count as nothing." in found.warnings


def test_a_dose_that_is_nowhere_zero_reaches_beyond_the_data() -> None:
    found = attributed(users(300).assign(search=lambda f: f["search"] + 1.0), **LINEAR)
    assert any("beyond the data" in text for text in found.warnings)
    assert not any("beyond the data" in text for text in attributed(users(300), **LINEAR).warnings)


def test_without_spend_the_contribution_ranks() -> None:
    found = attributed(users(400, bend=0.0), **LINEAR)
    assert found.ranked_by == "contribution"
    assert found.channels["social"].linear.rank == 1
    assert found.channels["social"].linear.roas is None


def test_words_count_as_reached_and_odd_names_as_keys() -> None:
    frame = users(300)
    plain = attributed(frame, **LINEAR)
    frame["Paid social"] = np.where(frame["social"] == 1.0, "yes", "no")
    found = attributed(frame, **LINEAR | {"exposures": ["Paid social", "search"]})
    channel = found.channels["Paid_social"]
    assert channel.column == "Paid social"
    assert channel.kind == "reached"
    assert amount(found, "Paid_social", "linear") == pytest.approx(amount(plain, "social", "linear"))


@pytest.mark.parametrize(
    ("frame_change", "rows_change", "words"),
    [
        ({}, {"outcome": "sales"}, "no column 'sales'"),
        ({}, {"exposures": ["socail", "search"]}, "Did you mean 'social'"),
        ({}, {"exposures": ["orders"]}, "as outcome and as exposures"),
        ({}, {"exposures": ["social", "age"]}, "as exposures and as controls"),
        ({}, {"exposures": ["social", "social"]}, "'social' is named twice"),
        ({}, {"exposures": []}, "at least 1 item"),
        ({}, {"methods": ["linear", "linear"]}, "'linear' is named twice"),
        ({}, {"methods": ["last_touch"]}, "last_touch"),
        ({}, {"cluster": "social"}, "as exposures and as cluster"),
        ({}, {"spend": {"tv": "social_cost"}}, "'tv' is not among the exposures"),
        ({}, {"claimed": {"social": "nothing"}}, "no column 'nothing'"),
        ({"social_cost": -1.0}, {"spend": {"social": "social_cost"}}, "below zero"),
        ({"social": 1.0}, {}, "one value only"),
        ({"orders": 1.0}, {}, "one value only"),
        ({"household": 1.0}, {"cluster": "household"}, "one cluster"),
        ({}, {"exposures": ["income"], "controls": ["age"]}, "an exposure cannot be less than none"),
        ({}, {"exposures": ["search"], "controls": [], "methods": ["dml"]}, "methods=\\['linear'\\]"),
        ({}, {"controlls": ["age"]}, "Extra inputs"),
    ],
)
def test_bad_specifications_name_the_fix(
    frame_change: dict[str, float], rows_change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ToolRetry, match=words):
        attributed(users(120).assign(**frame_change), **LINEAR | rows_change)


def test_two_levels_without_a_zero_have_no_unexposed_rows() -> None:
    with pytest.raises(ToolRetry, match="Code it 0 for unexposed"):
        attributed(users(120).assign(social=lambda f: f["social"] + 1.0), **LINEAR)


def test_settings_of_a_fit_do_not_go_with_rows() -> None:
    for name, value in (("margin", 0.4), ("fit", {"seed": 1})):
        with pytest.raises(ToolRetry, match=f"Leave {name} out"):
            tools.run("attribute", users(100), store=TransientStore(), rows=LINEAR, **{name: value})


def test_too_few_rows() -> None:
    with pytest.raises(ToolFailed, match="at least 20"):
        attributed(users(15), **LINEAR)


def test_a_table_of_users_without_rows_fails_as_a_panel_does() -> None:
    frame = users(100)
    raised: list[BaseException] = []
    for name in ("attribute", "fit_mmm"):
        with pytest.raises(DataError) as caught:
            tools.run(name, frame, store=TransientStore())
        raised.append(caught.value)
    assert str(raised[0]) == str(raised[1])
    assert type(raised[0]) is type(raised[1])
