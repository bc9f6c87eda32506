"""Columns: their kinds, the phrases that mean them, how rows hang together, and what may be adjusted for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from liftos_agents.tools.identification.adjustment_set import adjustment, copies
from liftos_agents.tools.identification.column_mentions import folded, label_in, mentioned
from liftos_agents.tools.identification.column_profile import profile, words_of
from liftos_agents.tools.identification.cutoffs import perfect_cut
from liftos_agents.tools.identification.question_parts import read_question
from liftos_agents.tools.identification.table_structure import structure_of

N = 400
RNG = np.random.default_rng(5)


def people() -> pd.DataFrame:
    dose = RNG.normal(10, 2, N)
    return pd.DataFrame(
        {
            "personId": np.arange(1, N + 1),
            "dose_mg": dose,
            "co2_pc": RNG.normal(5, 1, N),
            "schmerz_nachher": RNG.normal(4, 1, N),
            "arm": RNG.choice(["placebo", "active_drug"], N),
            "region": RNG.choice(["North", "South", "East"], N),
            "start_year": RNG.choice([0, 2015], N),
            "survey_after": RNG.normal(0, 1, N),
            "mostly_missing": np.where(np.arange(N) % 2 == 0, np.nan, 1.0 + np.arange(N)),
        }
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("firstTreat.year", ("first", "treat", "year")),
        ("co2_pc", ("co", "2", "pc")),
        ("storeID", ("store", "id")),
        ("hh size", ("hh", "size")),
    ],
)
def test_words_of_names_as_analysts_write_them(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_kinds_of_columns() -> None:
    kinds = {c.name: c.kind for c in profile(people()).values()}
    assert kinds["personId"] == "identifier"
    assert kinds["dose_mg"] == "continuous"
    assert kinds["arm"] == "binary"
    assert kinds["region"] == "category"
    assert kinds["start_year"] == "year"


@pytest.mark.parametrize(
    ("phrase", "column"),
    [
        ("co2 emissions per head", "co2_pc"),
        ("the pain afterwards", "schmerz_nachher"),
        ("die Schmerzen", "schmerz_nachher"),
        ("the active drug", "arm"),
        ("the dose", "dose_mg"),
    ],
)
def test_phrases_find_their_columns(phrase: str, column: str) -> None:
    assert mentioned(phrase, profile(people()).values())[0].column == column


@pytest.mark.parametrize("phrase", ["the loyalty card", "groundwater nitrate", "the weather", ""])
def test_phrases_of_other_things_find_none(phrase: str) -> None:
    assert mentioned(phrase, profile(people()).values()) == ()


def test_a_description_is_read() -> None:
    columns = profile(people(), {"survey_after": "satisfaction of the patient"})
    assert mentioned("how satisfied patients are: satisfaction", columns.values())[0].column == "survey_after"


def test_accents_and_umlauts_are_as_in_column_names() -> None:
    assert folded("Beschäftigte") == folded("beschaeftigte") == "beschaftigte"
    assert folded("Péage") == "peage"


def test_a_label_is_found_whole_or_by_its_first_word() -> None:
    labels = ["Basque Country (Pais Vasco)", "Madrid (Comunidad De)"]
    assert label_in("what did it cost the basque country?", labels) == labels[0]
    assert label_in("what did it cost france?", labels) is None


def test_a_panel_is_found_by_codes_whose_names_are_glued() -> None:
    frame = pd.DataFrame(
        [{"countyfips": 8000 + u, "yr": 2000 + t, "y": RNG.normal()} for u in range(30) for t in range(8)]
    )
    found = structure_of(frame, profile(frame))
    assert (found.shape, found.unit, found.time) == ("panel", "countyfips", "yr")


def test_a_series_and_a_cross_section() -> None:
    series = pd.DataFrame(
        {"week": pd.date_range("2024-01-01", periods=60, freq="W"), "y": RNG.normal(size=60)}
    )
    assert structure_of(series, profile(series)).shape == "series"
    frame = people()
    assert structure_of(
        frame.drop(columns="start_year"), profile(frame.drop(columns="start_year"))
    ).shape == ("cross_section")


def test_what_is_left_out_of_an_adjustment_says_why() -> None:
    frame = people().assign(
        y=lambda d: d["dose_mg"] + RNG.normal(0, 3, N),
        y_copy=lambda d: 3.0 * d["y"] + 1.0,
        dose_log=lambda d: np.log(d["dose_mg"]),
    )
    columns = profile(frame)
    kept = adjustment(frame, columns, structure_of(frame, columns), read_question(""), "y", "dose_mg")
    assert {"co2_pc", "region"} <= set(kept.controls)
    assert "copy of the outcome" in kept.left_out["y_copy"]
    assert "copy of the cause" in kept.left_out["dose_log"]
    assert "key" in kept.left_out["personId"]
    assert "after the cause" in kept.left_out["survey_after"]
    assert "missing" in kept.left_out["mostly_missing"]


def test_columns_that_together_determine_the_cause_are_not_all_kept() -> None:
    frame = pd.DataFrame(
        {"age": RNG.normal(40, 9, N), "experience": RNG.normal(15, 5, N), "y": RNG.normal(size=N)}
    )
    frame["schooling"] = frame["age"] - frame["experience"] - 6.0
    columns = profile(frame)
    kept = adjustment(frame, columns, structure_of(frame, columns), read_question(""), "y", "schooling")
    assert len(kept.controls) == 1
    assert "determines the cause" in next(iter(kept.left_out.values()))


def test_a_copy_is_seen_in_long_tables_and_noise_is_none() -> None:
    x = RNG.normal(size=9000)
    frame = pd.DataFrame({"x": x, "same": np.exp(x), "other": RNG.normal(size=9000)})
    assert copies(frame, "same", "x")
    assert not copies(frame, "other", "x")


@pytest.mark.parametrize("side", ["above", "below"])
def test_a_cutoff_is_found_at_a_round_number(side: str) -> None:
    x = pd.Series(RNG.uniform(0, 100, N))
    treated = (x >= 40.0) if side == "above" else (x < 40.0)
    cut = perfect_cut(x, treated.astype(float))
    assert cut is not None
    assert cut[1] == side
    assert cut[0] == pytest.approx(40.0, abs=1.0)
    assert perfect_cut(x, pd.Series(RNG.integers(0, 2, N)).astype(float)) is None
