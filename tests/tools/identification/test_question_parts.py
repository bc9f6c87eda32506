"""Questions: which words are the cause, which the outcome, and what else they say."""

from __future__ import annotations

import pytest

from liftos_agents.tools.identification.question_parts import read_question


@pytest.mark.parametrize(
    ("question", "cause", "outcome"),
    [
        ("What is the effect of price on sales?", "price", "sales"),
        ("What is the effect on sales of a price cut?", "price cut", "sales"),
        ("What effect did the ban have on smoking?", "ban", "smoking"),
        ("What did the merger do to prices?", "merger", "prices"),
        ("What did the strike cost the port in revenue?", "strike", "revenue"),
        ("Does coffee keep people awake?", "coffee", "people awake"),
        ("By how much did the chatbot cut tickets?", "chatbot", "tickets"),
        ("How much revenue does another euro of TV cause?", "another euro of tv", "revenue"),
        ("How does income change when taxes rise?", "taxes rise", "income"),
        ("How much revenue do we get from radio?", "radio", "revenue"),
        ("Do we get fewer tickets since the chatbot went live?", "chatbot went live", "tickets"),
        ("Is churn lower with the new plan?", "new plan", "churn"),
        ("What is the price effect on demand?", "price", "demand"),
        ("Effect of voted.2020 on voted.2022", "voted.2020", "voted.2022"),
        ("What happened to wages when the factory closed?", "factory closed", "wages"),
        ("What is the return to schooling in terms of pay?", "schooling", "pay"),
        ("Wie wirkt sich Sport auf den Blutdruck aus?", "sport", "blutdruck"),
        ("Hat das Verbot die Unfälle gesenkt?", "verbot", "unfälle"),
        ("Hat das Programm in den Gemeinden die Miete gesenkt?", "programm in den gemeinden", "miete"),
        ("Senkt Sport den Blutdruck?", "sport", "blutdruck"),
        ("Was bringt die Werbung für den Umsatz?", "werbung", "umsatz"),
        ("Quel est l'effet du péage sur le trafic ?", "péage", "trafic"),
        ("Le péage a-t-il réduit le trafic ?", "péage", "trafic"),
        ("¿Qué efecto tuvo el tranvía sobre las ventas?", "tranvía", "ventas"),
        ("¿Cómo afectó el tranvía a las ventas?", "tranvía", "ventas"),
    ],
)
def test_cause_and_outcome_are_told_apart(question: str, cause: str, outcome: str) -> None:
    parts = read_question(question)
    assert (parts.cause, parts.outcome) == (cause, outcome)
    assert parts.asks_for_effect


def test_a_pronoun_is_no_cause_and_the_sentence_before_is_kept() -> None:
    parts = read_question("A toll was introduced on 2 May 2021. Did it reduce traffic?")
    assert (parts.cause, parts.outcome) == ("", "traffic")
    assert parts.told == "a toll was introduced on 2 may 2021."


def test_sentences_end_at_full_stops_but_not_within_dates_and_numbers() -> None:
    parts = read_question("Seit dem 1. April 2022 ist es kostenlos. Hat das die Zahl der Besucher erhöht?")
    assert parts.dates == ("2022-04-01",)
    assert parts.outcome == "zahl der besucher"
    assert read_question("Does 0.5 more dose raise yield?").outcome == "yield"


@pytest.mark.parametrize(
    ("question", "dates"),
    [
        ("since 2024-03-04", ("2024-03-04",)),
        ("since March 4, 2024", ("2024-03-04",)),
        ("since 4 March 2024", ("2024-03-04",)),
        ("since March 2024", ("2024-03-01",)),
        ("seit dem 4. März 2024", ("2024-03-04",)),
        ("seit dem 04.03.2024", ("2024-03-04",)),
        ("depuis le 1er août 2024", ("2024-08-01",)),
        ("desde el 4 de marzo de 2024", ("2024-03-04",)),
        ("on 31 February 2024", ()),
    ],
)
def test_dates_as_people_write_them(question: str, dates: tuple[str, ...]) -> None:
    assert read_question(question).dates == dates


@pytest.mark.parametrize(
    ("question", "cutoffs"),
    [
        ("It goes to those above 70.", (70.0,)),
        ("It goes to everyone with a score of 70 or more", (70.0,)),
        ("at least 12.5 points", (12.5,)),
        ("a credit score of 620", (620.0,)),
        ("ab 60 Punkten", (60.0,)),
        ("à partir de 60 points", (60.0,)),
        ("a threshold of -3", (-3.0,)),
        ("from 2024-03-04 on", ()),
        ("it cost 40 euros", ()),
    ],
)
def test_cutoffs(question: str, cutoffs: tuple[float, ...]) -> None:
    assert read_question(question).cutoffs == cutoffs


@pytest.mark.parametrize(
    ("question", "segments"),
    [
        ("What is the effect of price on sales by region?", "region"),
        ("What is the effect of price on sales for each store type?", "store type"),
        ("Does price move sales, and does that differ by plan?", "plan"),
        ("Wie wirkt der Preis auf den Absatz, getrennt nach Region?", "region"),
        ("Quel est l'effet du prix sur les ventes par région ?", "région"),
        ("By how much did the price move sales?", ""),
    ],
)
def test_segments(question: str, segments: str) -> None:
    parts = read_question(question)
    assert parts.segments == segments
    assert "differ" not in parts.outcome


def test_controls_instruments_and_methods() -> None:
    parts = read_question("Effect of price on sales, controlling for season, using rain as an instrument")
    assert "rain" in parts.instruments
    assert "season" in parts.controls
    assert {"instrumental_variables", "adjustment"} <= parts.methods
    assert read_question("Holding age fixed, does sport lower weight?").controls == "age"
    assert (
        read_question("Does price move demand? Instrument the price with the tax.").instruments == "the tax"
    )
    assert "experiment" in read_question("Wer ihn bekam, wurde ausgelost.").methods
    assert "multi_touch_attribution" not in read_question("the credit score").methods
    assert "multi_touch_attribution" in read_question("who deserves the credit?").methods


def test_an_empty_question_says_nothing() -> None:
    parts = read_question("")
    assert (parts.cause, parts.outcome, parts.cutoffs, parts.methods) == ("", "", (), frozenset())
