"""Whether an effect differs by segment: a test, and words that name a difference only when the test does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.reference import unit_of
from liftos_agents.tools.adjustment.contract import EstimateEffectResult
from liftos_agents.tools.adjustment.inference import Estimated
from liftos_agents.tools.adjustment.segment_differences import holm, segment_differences
from liftos_agents.tools.adjustment.segments import Segment, segments_of
from liftos_agents.tools.errors import ToolRetry

REGIONS = ("east", "north", "south")


def made(n: int = 600, seed: int = 0, north: float = 0.0, by_age: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, age = rng.standard_normal((2, n))
    region = rng.choice(REGIONS, n)
    d = (rng.random(n) < 1.0 / (1.0 + np.exp(-0.5 * x))).astype(float)
    effect = 1.0 + north * (region == "north") + by_age * age
    y = x + effect * d + rng.standard_normal(n)
    return pd.DataFrame(
        {
            "x": x,
            "age": age,
            "d": d,
            "y": y,
            "region": region,
            "shop": np.arange(n) % 60,
            "tier": rng.integers(1, 4, n),
        }
    )


def effect(frame: pd.DataFrame, *segments: str, **arguments: Any) -> EstimateEffectResult:
    given: dict[str, Any] = {"outcome": "y", "treatment": "d", "controls": ["x"], "method": "ols"}
    given |= {"segments": segments, **arguments}
    found = tools.result(tools.run("estimate_effect", frame, store=TransientStore(), **given))
    assert isinstance(found, EstimateEffectResult)
    return found


@pytest.mark.parametrize("method", ["ols", "ipw", "matching", "aipw", "dml"])
def test_a_planted_difference_between_texts_is_found_and_named(method: str) -> None:
    found = effect(made(north=2.0), "region", method=method, splits=1, learners="linear")
    (region,) = found.segment_differences
    assert region.differs
    assert region.segments == 3
    assert region.adjusted_p_value is not None
    assert region.adjusted_p_value < 0.001
    assert {region.pairs[0].first, region.pairs[0].second} & {"segment_region_north"}
    assert {p.p_value < 0.05 for p in region.pairs if "segment_region_north" in (p.first, p.second)} == {True}
    (equal,) = [p for p in region.pairs if "segment_region_north" not in (p.first, p.second)]
    assert equal.p_value > 0.05
    for text in found.explanations.model_dump().values():
        assert "The effect differs by region (p < 0.001)" in text
        assert "where region is north" in text
    assert "segment_region_north less segment_region_south" in found.explanations.statistician


def test_equal_segments_are_not_said_to_differ() -> None:
    found = effect(made(), "region")
    (region,) = found.segment_differences
    assert not region.differs
    assert "cannot be said to differ by region" in found.explanations.marketer
    assert "where region is" not in found.explanations.statistician


def test_thirds_of_a_number_and_its_few_levels_are_tested_too() -> None:
    found = effect(made(900, by_age=1.0), "age", "tier")
    age, tier = found.segment_differences
    assert [age.column, tier.column] == ["age", "tier"]
    assert age.differs
    assert not tier.differs
    assert [age.segments, tier.segments] == [3, 3]
    assert age.pairs[0].difference == pytest.approx(
        found.terms[age.pairs[0].first].estimate - found.terms[age.pairs[0].second].estimate  # pyright: ignore
    )
    assert "The effect differs by age" in found.explanations.marketer
    assert "cannot be said to differ by tier" in found.explanations.marketer


def test_the_joint_statistic_is_that_of_the_terms() -> None:
    found = effect(made(5000), "region")
    (region,) = found.segment_differences
    terms = [found.terms[f"segment_region_{name}"] for name in REGIONS]
    estimates = np.array([t.estimate for t in terms], dtype=float)
    weights = 1.0 / np.array([t.standard_error for t in terms], dtype=float) ** 2
    middle = weights @ estimates / weights.sum()
    assert region.statistic == pytest.approx(weights @ (estimates - middle) ** 2, rel=0.01)
    assert region.p_value == region.adjusted_p_value


def test_equal_effects_are_called_different_in_about_one_of_twenty() -> None:
    rng = np.random.default_rng(11)
    segments = [Segment(f"s{i}", "region", f"region is {i}", np.arange(9) % 3 == i) for i in range(3)]
    called = 0
    for _ in range(1000):
        found = {
            s.key: Estimated(float(error * rng.standard_normal()), error, 1.6449, 0.5)
            for s, error in zip(segments, (0.5, 1.0, 2.0), strict=True)
        }
        called += segment_differences(segments, found, None, 0.9)[0].differs
    assert 30 <= called <= 72


def test_clusters_that_reach_over_segments_widen_the_difference() -> None:
    frame = made(north=1.5)
    apart = frame.assign(shop=frame["shop"].astype(str) + frame["region"])
    (over,) = effect(frame, "region", cluster="shop").segment_differences
    (within,) = effect(apart, "region", cluster="shop").segment_differences
    assert over.statistic is None
    assert within.statistic is not None
    assert over.p_value == min(p.p_value for p in over.pairs)
    widths = [max(p.standard_error for p in found.pairs) for found in (over, within)]
    assert widths[0] > 1.2 * widths[1]


def test_columns_are_corrected_for_each_other() -> None:
    frame = made(seed=4, north=0.6)
    (alone,) = effect(frame, "region").segment_differences
    both = effect(frame, "region", "tier").segment_differences
    assert both[0].p_value == alone.p_value
    ps = [one.p_value for one in both]
    assert [one.adjusted_p_value for one in both] == pytest.approx(holm(ps))  # pyright: ignore
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_segment_too_small_is_left_out_of_the_test() -> None:
    frame = made()
    frame.loc[:8, "region"] = "isle"
    (region,) = effect(frame, "region").segment_differences
    assert region.segments == 3
    frame["region"] = np.where(np.arange(len(frame)) < 9, "isle", "main")
    found = effect(frame, "region")
    (lone,) = found.segment_differences
    assert lone.p_value is None
    assert not lone.differs
    assert "cannot be tested: 1 of 2 segments" in found.explanations.marketer


def test_without_segments_nothing_is_said() -> None:
    found = effect(made())
    assert found.segment_differences == ()
    assert "differ by" not in found.explanations.statistician


def test_row_order_does_not_matter_and_units_are_stated() -> None:
    frame = made(north=1.0)
    one, other = (effect(f, "region", "age") for f in (frame, frame.sample(frac=1.0, random_state=5)))
    assert one.segment_differences == other.segment_differences
    result = one.model_dump(mode="json")
    assert unit_of(result, "segment_differences.0.adjusted_p_value") == "probability"
    assert unit_of(result, "segment_differences.0.pairs.1.difference") == "outcome"
    assert unit_of(result, "segment_differences.0.words") == "text"


@pytest.mark.parametrize("column", ["y", "d"])
def test_outcome_and_treatment_are_no_segments(column: str) -> None:
    with pytest.raises(ToolRetry, match="and as segments"):
        effect(made(100), column)


def test_levels_that_read_alike_keep_terms_of_their_own() -> None:
    frame = pd.DataFrame({"plan": ["a b", "a-b", "a_b", "a b"], "n": [1.0, 2.0, 1.0, 2.0]})
    segments = segments_of(frame, ("plan", "n", "plan"))
    assert len({s.key for s in segments}) == len(segments) == 5
    assert sum(int(s.rows.sum()) for s in segments if s.column == "plan") == 4
