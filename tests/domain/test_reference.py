"""References: the value at a path, its unit, and how a reader sees it."""

from __future__ import annotations

from typing import Any

import pytest

from liftos_agents.domain.reference import ReferenceFault, references, render, resolve, show, unit_of

RESULT: dict[str, Any] = {
    "channels": {
        "tv": {"roas": {"mean": 1.5, "p05": 1.0, "p50": 1.4, "p95": 2.0}, "spend": 2_000_000.0, "note": "new"}
    },
    "rows": [{"name": "a"}, {"name": "b"}],
    "probability": 0.825,
    "currency": "EUR",
    "units": {
        "channels.*": "number",
        "channels.*.roas.*": "ratio",
        "channels.*.spend": "money",
        "channels.tv.spend": "money",
        "probability": "probability",
    },
}


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("channels.tv.roas", "ratio"),
        ("channels.tv.roas.mean", "ratio"),
        ("channels.tv.spend", "money"),
        ("channels.tv.other", "number"),
        ("probability", "probability"),
        ("rows.0.name", None),
        ("channels", "number"),
    ],
)
def test_the_most_specific_pattern_gives_the_unit(path: str, unit: str | None) -> None:
    assert unit_of(RESULT, path) == unit


def test_units_belong_to_their_result() -> None:
    other = {**RESULT, "units": {**RESULT["units"], "channels.*.roas.*": "score"}}
    assert unit_of(RESULT, "channels.tv.roas") == "ratio"
    assert unit_of(other, "channels.tv.roas") == "score"


@pytest.mark.parametrize(
    ("path", "form", "text"),
    [
        ("channels.tv.roas", "x", "1.50× (90 % interval 1.00× to 2.00×)"),
        ("channels.tv.roas.mean", None, "1.50×"),
        ("channels.tv.spend", "money", "€2.00m"),
        ("channels.tv.spend", "money_exact", "€2,000,000"),
        ("probability", None, "82.5 %"),
        ("rows.1.name", "text", "b"),
        ("channels.tv.note", "text", "new"),
    ],
)
def test_values_are_shown_in_their_unit(path: str, form: str | None, text: str) -> None:
    assert show(RESULT, path, form) == text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("channels.tv.spend", "pct"),
        ("channels.tv", "number"),
        ("channels.radio.spend", None),
        ("rows.7.name", "text"),
        ("probability", "furlongs"),
        ("currency", "number"),
    ],
)
def test_what_cannot_be_shown_is_a_fault(path: str, form: str | None) -> None:
    with pytest.raises(ReferenceFault):
        show(RESULT, path, form)


def test_a_text_is_rendered_and_its_references_found() -> None:
    text = "TV returned {ev_abcd1234:channels.tv.roas.mean|x} on {ev_abcd1234:channels.tv.spend}."
    assert render(text, {"ev_abcd1234": RESULT}) == "TV returned 1.50× on €2.00m."
    assert [r.keys[-1] for r in references(text)] == ["mean", "spend"]
    assert resolve(RESULT, "rows.0.name") == "a"
    with pytest.raises(ReferenceFault, match="no evidence"):
        render(text, {})
