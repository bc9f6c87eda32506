"""Each planted fault is found under its own name, and a fix mends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.data import FIXES, Dataset, check, clean, load
from liftos_agents.data.quality import Quality
from liftos_agents.errors import DataError, NotFoundError, UserError


def quality_of(dataset: Dataset) -> Quality:
    try:
        return check(dataset, dataset.roles)
    except UserError as problem:
        return check(dataset, None, problem)


def found(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return {(f.name, f.severity) for f in quality_of(load(frame)).findings}


def test_clean_data_has_no_finding(weeks: pd.DataFrame, reference: Path) -> None:
    assert found(weeks) == set()
    assert quality_of(load(reference / "mmm/robyn_weekly.csv")).findings == ()


Change = Callable[[pd.DataFrame], pd.DataFrame]
PLANTED: dict[str, tuple[Change, tuple[str, str]]] = {
    "missing outcome": (
        lambda f: f.assign(revenue=f["revenue"].mask(f.index == 40)),
        ("completeness", "error"),
    ),
    "missing spend": (
        lambda f: f.assign(tv_spend=f["tv_spend"].mask(f.index % 9 == 4)),
        ("completeness", "warning"),
    ),
    "same rows": (lambda f: pd.concat([f, f.head(3)]), ("duplicates", "error")),
    "same week": (lambda f: pd.concat([f, f.head(1).assign(tv_spend=1.0)]), ("duplicates", "warning")),
    "lost week": (lambda f: f.drop(index=30), ("gaps", "error")),
    "refund": (
        lambda f: f.assign(tv_spend=f["tv_spend"].mask(f.index == 8, -9.0)),
        ("impossible_values", "error"),
    ),
    "more clicks than views": (
        lambda f: f.assign(tv_clicks=9.0 + f.index, tv_impressions=5.0 + f.index),
        ("impossible_values", "warning"),
    ),
    "spike": (lambda f: f.assign(revenue=f["revenue"].mask(f.index == 8, 1e6)), ("outliers", "warning")),
    "never varies": (lambda f: f.assign(tv_spend=100.0), ("spend_variation", "warning")),
    "hardly varies": (
        lambda f: f.assign(tv_spend=100.0 + 5.0 * np.sin(f.index.to_numpy() * 1.7)),
        ("spend_variation", "warning"),
    ),
    "twins": (lambda f: f.assign(radio_spend=2.0 * f["tv_spend"] + 1.0), ("collinearity", "error")),
    "siblings": (
        lambda f: f.assign(
            radio_spend=f["tv_spend"] + 0.5 * np.random.default_rng(1).permutation(f["tv_spend"])
        ),
        ("collinearity", "warning"),
    ),
    "share of sales": (lambda f: f.assign(tv_spend=0.1 * f["revenue"]), ("spend_follows_sales", "error")),
    "share of last week": (
        lambda f: f.assign(tv_spend=0.1 * f["revenue"].shift(1).fillna(20_000.0)),
        ("spend_follows_sales", "error"),
    ),
    "season": (
        lambda f: f.assign(tv_spend=500.0 * (1.2 + np.sin(2 * np.pi * f.index.to_numpy() / 52.1775))),
        ("spend_follows_sales", "warning"),
    ),
    "demand": (
        lambda f: f.assign(google_trends=np.log1p(f["tv_spend"]) * 10.0 + 1.0),
        ("spend_follows_sales", "warning"),
    ),
    "short": (lambda f: f.head(20), ("length", "error")),
    "under a year": (lambda f: f.head(45), ("length", "warning")),
    "mute column": (lambda f: f.assign(country="DE"), ("constant_columns", "info")),
    "two currencies": (
        lambda f: f.assign(fee=["$5", "€6"] * 52),
        ("currency", "error"),
    ),
}


@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_planted_faults(weeks: pd.DataFrame, fault: str) -> None:
    change, expected = PLANTED[fault]
    assert expected in found(change(weeks))


@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_named_fixes_mend_what_they_are_named_for(weeks: pd.DataFrame, fault: str) -> None:
    change, expected = PLANTED[fault]
    dataset = load(change(weeks))
    fixes = [
        f.fix_name for f in quality_of(dataset).findings if (f.name, f.severity) == expected and f.fix_name
    ]
    for fix in fixes:
        mended = clean(dataset, [fix])
        left = {(f.name, f.severity) for f in quality_of(mended).findings}
        assert expected not in left
        assert mended.notes[-1].startswith(f"{fix}: ")
        assert mended.id != dataset.id


def test_rows_are_named(weeks: pd.DataFrame) -> None:
    spoilt = weeks.assign(tv_spend=weeks["tv_spend"].mask(weeks.index.isin([8, 10]), -9.0))
    finding = next(f for f in quality_of(load(spoilt)).findings if f.name == "impossible_values")
    assert (finding.rows, finding.count, finding.columns) == ((9, 11), 2, ("tv_spend",))


def test_unclear_roles_are_a_finding(weeks: pd.DataFrame) -> None:
    quality = quality_of(load(weeks.rename(columns={"tv_spend": "a", "search_spend": "b"})))
    assert [f.name for f in quality.findings] == ["roles"]
    assert "collinearity" in quality.not_run


def test_every_fix_leaves_clean_data_as_it_is(weeks: pd.DataFrame) -> None:
    dataset = load(weeks)
    for name in FIXES:
        cleaned = clean(dataset, [name])
        assert cleaned.id == dataset.id
        assert cleaned.notes == (f"{name}: nothing to change.",)


def test_fixes_go_in_order_and_by_name(weeks: pd.DataFrame) -> None:
    frame = pd.concat([weeks.drop(index=30), weeks.tail(2)])
    cleaned = clean(load(frame), ["drop_duplicates", "start_after_gaps"])
    assert cleaned.frame is not None
    assert len(cleaned.frame) == 73
    with pytest.raises(NotFoundError, match="drop_duplicates"):
        clean(load(frame), ["drop_duplicate"])
    with pytest.raises(DataError):
        clean(Dataset.of_text("hello", "a"), [])


def test_texts_have_no_quality() -> None:
    with pytest.raises(DataError):
        check(Dataset.of_text("hello", "a"), None)


def test_correlation_needs_variation() -> None:
    from liftos_agents.data.media_quality import correlation

    one: Any = np.ones(5)
    assert correlation(one, np.arange(5.0)) is None
    assert correlation(np.arange(5.0), -np.arange(5.0)) == pytest.approx(-1.0)
