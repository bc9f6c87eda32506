"""Which data a question needs, and what is said when it is not there or of no use."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from liftos_agents import LiftOS
from liftos_agents.errors import AmbiguousRoleError, ArgumentError, DataError
from liftos_agents.graphs.data_needs import asks_about_table
from tests.data.hostile_files import weeks

ABOUT_THE_TABLE = (
    "Is this data clean?",
    "What is in this file?",
    "Are there duplicates or gaps?",
    "Is my data good enough for a marketing mix model?",
    "Check the columns of this spreadsheet for errors",
    "Ist diese Datei sauber?",
    "Welche Fehler haben die Daten?",
    "Was steht in dieser Tabelle?",
    "Wie gut ist die Datenqualität?",
    "Mes données sont-elles propres ?",
    "Que contient ce fichier ?",
    "¿Están limpios estos datos?",
    "¿Qué hay en este archivo? ¿Faltan datos?",
    "I dati sono puliti, ci sono errori?",
    "Os dados estão completos, há erros?",
    "Zijn deze gegevens schoon?",
    "Czy w danych są błędy?",
    "このデータに欠損はありますか?",
    "这些数据有重复吗？检查一下",
)
ABOUT_MARKETING = (
    "Which channels waste money?",
    "Where is my budget wasted, according to this data?",
    "What would happen if I cut TV by 20 %?",
    "How should I split 1.5m over the channels?",
    "Welche Kanäle verschwenden Geld?",
    "Quels canaux gaspillent mon budget ?",
    "¿Qué canales desperdician dinero?",
    "どのチャネルが無駄ですか?",
    "哪些渠道在浪费预算？",
)


@pytest.mark.parametrize("question", ABOUT_THE_TABLE)
def test_questions_about_the_table_itself(question: str) -> None:
    assert asks_about_table([question])


@pytest.mark.parametrize("question", ABOUT_MARKETING)
def test_questions_about_marketing(question: str) -> None:
    assert not asks_about_table([question])


@pytest.fixture
def lift(tmp_path: Path) -> LiftOS:
    return LiftOS(home=tmp_path / "home")


def test_a_table_without_a_panel_stops_what_needs_one_and_nothing_else(lift: LiftOS) -> None:
    twice = pd.concat([weeks(), weeks().tail(3).assign(revenue=1.0)], ignore_index=True)
    with lift:
        for interactive in (True, False):
            with pytest.raises(DataError, match="rows repeat a period") as caught:
                lift.ask("Which channels waste money?", twice, interactive=interactive)
            assert "liftos data check" in str(caught.value)
        assert lift.ask("Is this data clean?", twice, interactive=False).status == "complete"
        both = lift.ask(
            "Which channels waste money? And write Google ads: Kettle, 1.7 litres, steel",
            twice,
            interactive=False,
        )
        assert {step.agent for step in both.plan.steps} == {"causal_analyst", "content_generator"}
        assert both.status == "complete"
        assert any("repeat a period" in caveat for caveat in both.answer.caveats)


def test_missing_data_is_asked_for_once_or_told(lift: LiftOS) -> None:
    catalogue = pd.DataFrame({"title": ["Kettle", "Pan"], "price": [5.0, 6.0], "brand": ["Acme", "Acme"]})
    with lift:
        for question, error in (
            ("Audit my product page", ArgumentError),
            ("Which channels waste money?", DataError),
        ):
            asked = lift.ask(question)
            assert asked.status == "needs_clarification"
            assert asked.answer.headline.count("?") == 1
            with pytest.raises(error) as caught:
                lift.ask(question, interactive=False)
            assert caught.value.fix
        with pytest.raises(DataError, match="dates, sales and spend"):
            lift.ask("Which channels waste money?", catalogue, interactive=False)


def test_what_nobody_reads_is_said_to_be_unused(lift: LiftOS, tmp_path: Path) -> None:
    catalogue = tmp_path / "shop.csv"
    catalogue.write_text("title,price,brand\nKettle,5,Acme\nPan,6,Acme\n")
    with lift:
        answer = lift.ask("Which channels waste money?", [weeks(), str(catalogue)], interactive=False)
        assert "'shop' is not needed for this question and was not used." in answer.answer.caveats
        assert not any("frame" in caveat for caveat in answer.answer.caveats)
        assert answer.grounding.numbers == answer.grounding.bound
        quality = lift.ask("Is this file clean?", str(catalogue), interactive=False)
        assert not any("not used" in caveat for caveat in quality.answer.caveats)


def test_a_catalogue_is_not_joined_with_weeks_of_spend(lift: LiftOS, tmp_path: Path) -> None:
    one, two = tmp_path / "a.csv", tmp_path / "b 2024.csv"
    one.write_text("title,price,launched\nKettle,5,2024-01-01\nPan,6,2024-01-08\n")
    two.write_text("title,price,launched\nPot,7,2024-01-15\n")
    with lift:
        answer = lift.ask("Which channels waste money?", [str(one), weeks(), str(two)], interactive=False)
    assert answer.status == "complete"
    assert "'a + b 2024' is not needed for this question and was not used." in answer.answer.caveats


def test_an_unclear_role_is_still_asked_about(lift: LiftOS) -> None:
    unclear = weeks().rename(columns={"tv_spend": "x1", "search_spend": "x2"})
    with lift:
        assert "x1" in lift.ask("Which channels waste money?", unclear).answer.headline
        with pytest.raises(AmbiguousRoleError):
            lift.ask("Which channels waste money?", unclear, interactive=False)
