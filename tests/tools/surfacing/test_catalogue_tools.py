"""The tools over several products: catalogue audit, keywords, comparison."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from liftos_agents.data.store import TransientStore
from liftos_agents.domain.reference import show, unit_of
from liftos_agents.errors import CancelledError
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.registry import run

SAMPLES = Path(os.environ.get("LIFTOS_REFERENCE_DATA", "../shared/data")) / "surfacing"
reference = pytest.mark.skipif(not SAMPLES.exists(), reason="reference data is not at LIFTOS_REFERENCE_DATA")
GOOD = "A kettle of stainless steel for the kitchen, 1.7 litre, 2200 watts. In stock. 2 year warranty. Rated 4.5 out of 5 in 80 reviews."
POTS = pd.DataFrame(
    {
        "title": ["Acme steel kettle 1.7 litre", "Kettle", "Tea pot", "Tea pot two"],
        "description": [GOOD, "Boils.", "A pot of black glass for tea, a gift for tea lovers and for the office, easily held.", "A pot of black glass for tea, a gift for tea lovers and for the office, easily held."],
        "price": [49.0, 20.0, 15.0, 16.0],
        "sku": ["a", "b", "c", "d"],
    }
)  # fmt: skip


def result_of(tool: str, data: object = POTS, **arguments: object) -> dict:
    return run(tool, data, store=TransientStore(), **arguments).result


def test_rows_come_by_score_with_their_audit_scores():
    result = result_of("audit_catalogue")
    scores = [row["score"] for row in result["rows"]]
    assert scores == sorted(scores)
    assert result["rows"][-1]["title"] == POTS["title"][0]
    for row in result["rows"]:
        assert row["score"] == result_of("audit_product", item=row["id"])["score"]
    assert result["mean_score"] == pytest.approx(sum(scores) / 4, abs=0.01)
    assert sum(band["rows"] for band in result["bands"]) == 4
    assert result["repeated_texts"] == 1
    top = result_of("audit_catalogue", order="highest", most=1)["rows"]
    assert [row["title"] for row in top] == [POTS["title"][0]]


def test_fixes_come_by_their_gain_over_the_catalogue():
    fixes = result_of("audit_catalogue")["fixes"]
    gains = [fix["catalogue_gain"] for fix in fixes]
    assert gains == sorted(gains, reverse=True)
    for fix in fixes:
        assert fix["catalogue_gain"] == pytest.approx(fix["mean_gain"] * fix["share"], abs=0.02)
    rating = next(fix for fix in fixes if fix["fix"] == "rating")
    assert rating["rows"] == 3


def test_the_catalogue_audit_reports_progress_and_can_be_stopped():
    seen: list[float] = []
    frame = pd.concat([POTS] * 20, ignore_index=True)
    run("audit_catalogue", frame, store=TransientStore(), progress=lambda _, share: seen.append(share or 0.0))
    assert len(seen) > 4
    assert seen == sorted(seen)

    def stop(_: str, share: float | None) -> None:
        if share:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        run("audit_catalogue", frame, store=TransientStore(), progress=stop)


def test_every_figure_of_the_tools_has_a_unit_and_can_be_shown():
    results = {
        "audit_catalogue": result_of("audit_catalogue"),
        "find_keywords": result_of("find_keywords", item="c", queries=("glass tea pot", "blue tea pot")),
        "compare_competitors": result_of("compare_competitors", item="Acme"),
    }
    for name, result in results.items():
        for path in figures(result):
            assert unit_of(result, path), f"{name}: {path}"
            assert show(result, path)


def figures(value: object, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [p for k, v in value.items() if k != "units" for p in figures(v, f"{path}.{k}".strip("."))]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in figures(v, f"{path}.{i}")]
    return [path] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_a_table_that_is_no_catalogue_is_refused():
    media = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=3), "tv_spend": [1.0, 2.0, 3.0]})
    for tool in ("audit_catalogue", "audit_product", "find_keywords", "compare_competitors"):
        with pytest.raises(ToolFailed, match="catalogue"):
            result_of(tool, media)


def test_keywords_of_a_product_are_placed_and_what_it_lacks_is_named():
    result = result_of("find_keywords", item="c", queries=("glass tea pot", "blue tea pot", "car radio"))
    places = {k["term"]: k["place"] for k in result["keywords"]}
    assert places["glass"] == "lead"
    assert places["tea"] == "title"
    assert result["relevant_queries"] == 2
    assert result["answered_queries"] == 1
    assert "blue" in [k["term"] for k in result["missing"]]
    assert "radio" not in [k["term"] for k in result["missing"]]
    assert result["unanswered"][0]["missing"] == ["blue"]


def test_without_queries_no_query_is_invented():
    result = result_of("find_keywords", text=GOOD, data=None)
    assert result["queries"] == 0
    assert result["answered_share"] is None
    assert all(k["queries"] == 0 and k["kind"] != "query" for k in result["keywords"])
    assert any("No search volume" in caveat for caveat in result["caveats"])


@reference
def test_a_table_of_queries_serves_as_queries():
    result = result_of(
        "find_keywords", SAMPLES / "wands_query.csv", text="Turquoise velvet throw pillow\nSoft."
    )
    assert result["queries"] == 480
    assert 5 < result["relevant_queries"] < 40
    assert result["answered_queries"] + len(result["unanswered"]) <= result["relevant_queries"]


def test_a_text_is_compared_with_the_texts_given():
    rivals = ("Glass kettle, black, for the office", "White kettle for camping, 1 litre, steel")
    result = result_of("compare_competitors", None, text="Steel kettle", competitors=rivals)
    assert result["texts"] == 3
    assert {c["name"] for c in result["competitors"]} == set(rivals)
    assert {"black", "office"} <= set(result["missed_words"])
    assert "colour" in [gap["kind"] for gap in result["gaps"]]
    ranks = [q["rank"] for q in result["queries"]]
    assert all(1 <= r <= 3 for r in ranks)
    assert result["mean_rank"] == pytest.approx(sum(ranks) / len(ranks), abs=0.001)


def test_saying_what_competitors_say_improves_the_rank():
    rivals = ("Glass kettle, black, for the office", "White kettle for camping, 1 litre, steel")
    asked = ("black kettle", "kettle for camping", "steel kettle")
    before, after = (
        result_of("compare_competitors", None, text=text, competitors=rivals, queries=asked)["mean_rank"]
        for text in ("Kettle", "Kettle of black steel for camping")
    )
    assert after < before


def test_rows_are_compared_as_a_sentence_names_them():
    said = "Compare the Acme kettle with the tea pot two"
    result = result_of("compare_competitors", item=said)
    assert result["product"] == "Acme steel kettle 1.7 litre"
    assert [c["name"] for c in result["competitors"]] == ["Tea pot two"]
    alone = result_of("compare_competitors", item="Acme")
    assert alone["texts"] == 4
    assert "No competitor was named" in alone["caveats"][0]


def test_without_a_competitor_one_is_asked_for():
    with pytest.raises(ToolRetry, match="no competitor"):
        result_of("compare_competitors", None, text="Steel kettle")


def test_equal_texts_share_their_rank():
    result = result_of("compare_competitors", None, text="Steel kettle", competitors=("Steel kettle",))
    assert result["mean_rank"] == 1.5
    assert result["competitors"][0]["ahead_queries"] == 0
