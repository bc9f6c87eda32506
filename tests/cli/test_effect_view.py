"""Effects on the terminal: estimand and design first, then figures, assumptions, warnings and words."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from liftos_agents import tools
from liftos_agents.cli import answer_view
from liftos_agents.cli.effect_view import view
from liftos_agents.cli.entry import run
from liftos_agents.cli.evidence_tables import tables
from liftos_agents.data import TransientStore
from liftos_agents.domain.effect import EffectResult
from liftos_agents.domain.evidence import Evidence
from tests.reports import example_effects


def printed(result: EffectResult, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(view(result.model_dump(mode="json"), width))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_estimand_and_design_come_before_the_figures() -> None:
    said = printed(example_effects.effect())
    places = [
        said.index(words)
        for words in (
            "Estimand: Average effect",
            "Design: Difference-in-differences",
            "Effect of treat on lemp",
            "−0.040",
            "What it rests on",
            "does not hold",
            "Check failed, pre trend",
            "Warning: Two-way",
            "It fell by 4 %, unless",
        )
    ]
    assert places == sorted(places)
    assert "−0.060 to −0.020" in said
    assert "< 0.001" in said
    assert "dynamic_0" in said


def test_a_forecast_and_a_season_stand_under_their_own_headings() -> None:
    days = pd.date_range("2023-01-01", periods=200, freq="D")
    table = pd.DataFrame(
        {"date": days, "orders": 100.0 + 20.0 * (days.day_of_week == 5) + np.arange(200) % 3}
    )
    given: dict[str, Any] = {"outcome": "orders", "time": "date"}
    asked = (
        ("forecast", "Forecast of orders", {"horizon": 7}),
        ("measure_seasonality", "Season of orders", {}),
    )
    for name, heading, more in asked:
        result = tools.result(tools.run(name, table, store=TransientStore(), **given, **more))
        assert isinstance(result, EffectResult)
        said = printed(result)
        assert heading in said
        assert "Effect of" not in said


def test_a_refusal_gives_reasons_and_advice_and_no_figure() -> None:
    said = printed(example_effects.refusal())
    assert "Refused" in said
    assert "The groups moved apart" in said
    assert "Give earlier years." in said
    assert "90 % interval" not in said


def test_a_set_without_a_point_is_shown_as_a_set() -> None:
    said = printed(example_effects.open_set())
    assert "0.02 to ∞" in said
    assert "not to be relied on alone" in said


def test_what_terms_mean_is_told_where_there_is_room() -> None:
    assert "In the first year" not in printed(example_effects.effect())
    assert "In the first year" in printed(example_effects.effect(), 140)


def test_an_answer_shows_an_effect_as_a_table() -> None:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    for table in tables([example_effects.evidence(example_effects.effect())]):
        console.print(table)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "−0.040" in said
    assert "difference_in_differences · ev_" in said
    (refused,) = tables([example_effects.evidence(example_effects.refusal())])
    console.print(refused)
    assert "No estimate is given" in console.file.getvalue()  # type: ignore[attr-defined]
    assert answer_view.tables is tables


def test_words_of_a_table_are_not_read_as_markup() -> None:
    said = printed(example_effects.effect(estimand="[red]x[/red] [/nothing]"))
    assert "[red]x[/red] [/nothing]" in said


def test_a_tool_run_by_hand_shows_its_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.csv"
    lines = [
        f"{i},{x},{50 + x * 0.5 + 8 * (x >= 0) + (i * 37 % 11) * 0.3:.3f}"
        for i, x in enumerate(range(-150, 150))
    ]
    path.write_text("row,margin,vote\n" + "\n".join(lines) + "\n")
    command = ["tools", "run", "regression_discontinuity", "-d", str(path), "--home", str(tmp_path / "home")]
    assert run([*command, "-a", '{"outcome": "vote", "running": "margin", "cutoff": 0}']) == 0
    said = capsys.readouterr().out
    assert said.index("Estimand:") < said.index("Design:") < said.index("What it rests on")


def test_an_attribution_is_a_table_of_channels_and_methods() -> None:
    result = {
        "channels": {
            "tv": {
                "spend": 9.0,
                "mmm": {"contribution": {"mean": 1.2e6, "p05": 1e6, "p50": 1.2e6, "p95": 2e6}},
                "linear": None,
            },
            "radio": {"spend": 9.0, "mmm": {"contribution": 5e5}, "linear": None},
        },
        "methods": {"mmm": {"available": True}, "linear": {"available": False}},
    }
    evidence = Evidence(id="ev_1234", tool="attribute", version="2", arguments={}, result=result)
    console = Console(width=100, record=True)
    for table in tables([evidence]):
        console.print(table)
    said = console.export_text()
    assert "tv" in said
    assert "1.20m [1.00m, 2.00m]" in said
    assert "linear" not in said
