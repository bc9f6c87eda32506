"""Amounts, limits and changes of whole requests, on the channels of the data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.domain.task import DatasetBrief, SpecialistTask, Turn
from liftos_agents.models.offline.channel_names import mentions
from liftos_agents.models.offline.quantities import plain
from liftos_agents.models.offline.slots import read_slots

CHANNELS = ("facebook", "ooh", "print", "search", "tv")
DATA = DatasetBrief(id="d", name="weekly", channels=CHANNELS, frequency="week")


def slots(goal: str, question: str | None = None, channels: tuple[str, ...] = CHANNELS, **more: Any):
    data = DATA.model_copy(update={"channels": channels})
    task = SpecialistTask(agent="a", goal=goal, question=question or goal, datasets=(data,), **more)
    return read_slots(task)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("What if I cut TV by 20 %?", {"tv": -0.2}),
        ("double search", {"search": 1.0}),
        ("What if I cut TV by 20 % and double search?", {"tv": -0.2, "search": 1.0}),
        ("and without TV?", {"tv": -1.0}),
        ("without TV and print", {"tv": -1.0, "print": -1.0}),
        ("halve TV and triple print", {"tv": -0.5, "print": 2.0}),
        ("increase FB and search by 10% and tv by 5%", {"facebook": 0.1, "search": 0.1, "tv": 0.05}),
        ("TV −20 %", {"tv": -0.2}),
        ("TV um 20 % kürzen", {"tv": -0.2}),
        ("spend 20% less on print", {"print": -0.2}),
        ("cut TV to 80 %", {"tv": -0.2}),
        ("drop TV by 20%", {"tv": -0.2}),
        ("if TV were switched off", {"tv": -1.0}),
        ("cut TV completely", {"tv": -1.0}),
        ("what happens if we go dark on TV for a month", {"tv": -1.0}),
        ("should we double facebook?", {"facebook": 1.0}),
        ("Que se passe-t-il si je réduis la télé de 20 % ?", {"tv": -0.2}),
        ("¿Y si recortamos la televisión un 20 %?", {"tv": -0.2}),
        ("Was wäre, wenn wir Plakate verdoppeln?", {"ooh": 1.0}),
        ("reduce the whole budget by 10 %", dict.fromkeys(CHANNELS, -0.1)),
        ("faceboook down, cut it by 15 %", {"facebook": -0.15}),
        ("How should I split 1.5m?", {}),
    ],
)
def test_changes(text: str, changes: dict[str, float]) -> None:
    assert slots(text)["$changes"] == pytest.approx(changes)


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("Split 1.5m, no search", ["search"]),
        ("Split 1.5m but nothing on search", ["search"]),
        ("Split 1.5m, zero for search", ["search"]),
        ("Split 500k, no TV and no print", ["tv", "print"]),
        ("Split 500k, no TV or print", ["tv", "print"]),
        ("1,5 Mio. aufteilen, kein TV", ["tv"]),
        ("Split 1.5m, no more than 40 % on TV", []),
        ("Split 1.5m with no change to search", []),
        ("Split 1.5m, no channel over 40 %", []),
    ],
)
def test_no_before_a_channel_leaves_it_out(text: str, excluded: list[str]) -> None:
    assert slots(text)["$exclude"] == excluded


def test_moving_money_takes_here_and_adds_there() -> None:
    assert slots("move 100k from TV to search")["$amount_changes"] == {"tv": -1e5, "search": 1e5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TV at least 200k, nothing over 40 %", {"$minimum": {"tv": 2e5}, "$maximum_share": {"*": 0.4}}),
        ("1m with no channel above 30%", {"$money": 1e6, "$maximum_share": {"*": 0.3}}),
        ("keep print unchanged", {"$hold": ["print"]}),
        ("don't touch print and TV", {"$hold": ["print", "tv"]}),
        ("between 100k and 300k on search", {"$minimum": {"search": 1e5}, "$maximum": {"search": 3e5}}),
        (
            "search and facebook together at most 600k",
            {"$groups": [{"channels": ["search", "facebook"], "maximum": 6e5}], "$maximum": {}},
        ),
        (
            "at least 200k on TV and at most 100k for print",
            {"$minimum": {"tv": 2e5}, "$maximum": {"print": 1e5}},
        ),
        (
            "TV mindestens 200k, Suche höchstens 30 %",
            {"$minimum": {"tv": 2e5}, "$maximum_share": {"search": 0.3}},
        ),
        ("télé au moins 500 k€", {"$minimum": {"tv": 5e5}}),
        ("change no channel by more than 20 %", {"$max_change": 0.2, "$maximum_share": {}}),
        ("not more than 10% change per week", {"$max_period_change": 0.1}),
        ("split 1.5m excluding ooh", {"$money": 1.5e6, "$exclude": ["ooh"]}),
        ("with a target ROAS of 3", {"$target_roas": 3.0}),
        ("our margin is 30 %", {"$margin": 0.3}),
        ("200k per month for next quarter", {"$money": 6e5, "$horizon_periods": 13}),
        ("100k a week for 6 weeks", {"$money": 6e5, "$horizon_periods": 6}),
        ("allocate 200k a month", {"$money": 6e5, "$horizon_periods": 13}),
        ("spend at most 1.5m next quarter", {"$money": 1.5e6, "$maximum": {}}),
        ("a cautious plan for 1m", {"$money": 1e6, "$objective": "cvar"}),
    ],
)
def test_limits_and_totals(text: str, expected: dict[str, Any]) -> None:
    found = slots(text)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "channels", "words"),
    [
        ("cut radio by 10 %", CHANNELS, "no channel “radio”"),
        ("podcasts at least 100k", CHANNELS, "no channel “podcasts”"),
        ("cut social by 20 %", ("facebook", "tiktok", "tv"), "facebook or tiktok"),
        ("at least 20% please", CHANNELS, "lower limit"),
    ],
)
def test_what_is_unclear_is_asked(text: str, channels: tuple[str, ...], words: str) -> None:
    assert words in slots(text, channels=channels)["$unclear"]


def test_a_limit_with_a_misspelt_channel_stays_with_that_channel() -> None:
    found = slots("Chanel1 at least 20%", channels=("Channel0", "Channel1"))
    assert found["$minimum_share"] == {"Channel1": 0.2}


def test_the_goal_comes_first_and_the_question_fills_in() -> None:
    found = slots("how should I split it?", "I have 1.5m. Which channels work, and how should I split it?")
    assert found["$money"] == 1.5e6
    assert slots("split 1m", "split 1m, and what if we had 2m?")["$money"] == 1e6


def test_a_follow_up_is_known_by_its_thread() -> None:
    turn = Turn(question="How should I split 1.5m?", agents=("b",))
    assert slots("and without TV?", thread=(turn,))["$follow_up"] is True
    assert slots("and without TV?")["$follow_up"] is False


def test_channel_names_survive_nicknames_and_typing_errors() -> None:
    def named(text: str) -> list[tuple[str, ...]]:
        return [m.choices for m in mentions(plain(text), CHANNELS)]

    assert named("Faceboook and the telly") == [("facebook",)]
    assert named("FB, billboards, paid search") == [("facebook",), ("ooh",), ("search",)]
    assert named("radio") == [()]
    assert named("serach ads") == [("search",)]


@given(st.permutations(list(CHANNELS)), st.integers(1, 95))
def test_each_change_stays_with_its_own_channel(order: list[str], percent: int) -> None:
    found = slots(f"cut {order[0]} by {percent} % and increase {order[1]} by {percent + 1} %")["$changes"]
    assert found == pytest.approx({order[0]: -percent / 100, order[1]: (percent + 1) / 100})


@given(st.permutations(list(CHANNELS)), st.integers(1, 500), st.integers(1, 500))
def test_each_limit_stays_with_its_own_channel(order: list[str], low: int, high: int) -> None:
    found = slots(f"split 3m with {order[0]} at least {low}k, {order[1]} at most {high}k")
    assert found["$minimum"] == {order[0]: low * 1e3}
    assert found["$maximum"] == {order[1]: high * 1e3}
    assert found["$money"] == 3e6


@given(st.text(max_size=120))
def test_any_goal_is_read_without_an_error(text: str) -> None:
    assert slots(text or "x")["$all_channels"] == CHANNELS


def test_a_channel_with_a_number_may_be_written_apart() -> None:
    found = slots("move 500k from channel0 to channel 3", channels=("Channel0", "Channel3"))
    assert found["$amount_changes"] == {"Channel0": -5e5, "Channel3": 5e5}
    assert found["$money"] is None


def test_money_that_moves_every_week_is_counted_over_the_horizon() -> None:
    found = slots("move 5k a week from TV to search")
    assert found["$amount_changes"] == {"tv": -65e3, "search": 65e3}
    assert found["$horizon_periods"] == 13


def test_channels_that_the_data_lacks_are_told_apart_from_words() -> None:
    assert slots("Is radio better than search, and how much comes from zorbing?")["$absent"] == ["“radio”"]
    assert slots("What is the ROAS?", "What is the ROAS? And write Google ads")["$absent"] == []


def test_money_that_moves_to_nowhere_is_asked_about() -> None:
    assert "From which channel" in slots("move 100k from TV to somewhere better")["$unclear"]


@pytest.mark.parametrize(
    ("text", "extra", "share"),
    [
        ("Where should I put an additional 100k?", 1e5, None),
        ("we have 200k extra for next quarter", 2e5, None),
        ("we must save 10 % of the media budget", None, -0.1),
        ("split 1.5m to increase revenue", None, None),
        ("how do I get more out of 1.5m?", None, None),
    ],
)
def test_money_on_top_and_savings(text: str, extra: float | None, share: float | None) -> None:
    found = slots(text)
    assert (found["$extra"], found["$extra_share"]) == (extra, share)


def test_facts_come_from_a_list_and_stay_in_a_follow_up() -> None:
    first = "Write Google ads for our trail shoes. Facts: waterproof, 240 g, 129 euros"
    assert slots(first)["$facts"] == ["waterproof", "240 g", "129 euros"]
    assert slots(first)["$product"] == "trail shoes"
    turn = Turn(question=first, agents=("c",))
    assert slots("make them shorter", thread=(turn,))["$facts"] == ["waterproof", "240 g", "129 euros"]


COFFEE = ["portable coffee maker", "BPA-free", "makes 3 cups"]


@pytest.mark.parametrize(
    "text",
    [
        "Write Google ads for AeroPress Go: portable coffee maker, BPA-free, makes 3 cups",
        'Write ads for "AeroPress Go": portable coffee maker, BPA-free, and makes 3 cups',
        'Write Google ads: "AeroPress Go, portable coffee maker, BPA-free, makes 3 cups"',
        "Write Google ads for the AeroPress Go. It is a portable coffee maker. It's BPA-free. It makes 3 cups.",
        "Write Google ads for AeroPress Go\nportable coffee maker\nBPA-free\n- makes 3 cups",
        "Write ads:\n- AeroPress Go\n- portable coffee maker\n- BPA-free\n- makes 3 cups",
        "Write ads for AeroPress Go (portable coffee maker, BPA-free, makes 3 cups)",
        "Write ads for AeroPress Go - portable coffee maker, BPA-free, makes 3 cups",
        "Write ads for AeroPress Go, a portable coffee maker that is BPA-free, makes 3 cups",
        "Write ads for AeroPress Go: portable coffee maker, BPA-free, makes 3 cups. Which channels waste money?",
        "Schreibe Anzeigen für AeroPress Go: portable coffee maker, BPA-free, makes 3 cups",
    ],
)
def test_what_is_said_of_a_product_becomes_its_facts(text: str) -> None:
    found = slots(text)
    assert found["$product"] == "AeroPress Go"
    assert [fact.removesuffix(".") for fact in found["$facts"]] == COFFEE
    assert found["$pasted_text"] is None


@pytest.mark.parametrize(
    "text",
    [
        "Write Google ads: 10 headlines and 4 descriptions",
        "Write Google ads for our new product",
        "Write ads for our kettle with at most 30 characters",
        "Two questions: which channels waste money, and how should I split 1m?",
        "What is missing on this page: price or size?",
        "Write an ad for this: https://shop.example/kettle",
        "Please write ads for https://shop.example/kettle. Keep them short.",
    ],
)
def test_a_wish_is_no_fact(text: str) -> None:
    found = slots(text)
    assert not found["$product_facts"]
    assert found["$material"] is None


@pytest.mark.parametrize(
    "text",
    [
        'Audit this listing: "Stainless steel kettle 1.7 L"',
        "Audit this listing: Stainless steel kettle 1.7 L",
        "Audit “Stainless steel kettle 1.7 L”",
        "Audit this product text.\nStainless steel kettle 1.7 L",
    ],
)
def test_a_short_product_text_is_audited_as_it_stands(text: str) -> None:
    assert slots(text)["$material"] == "Stainless steel kettle 1.7 L"


def test_an_aside_does_not_stand_in_for_the_document() -> None:
    document = DatasetBrief(id="t", name="page", kind="text", text="A backpack of recycled nylon.")
    text = "Audit this page: title, lead, bullets"
    found = read_slots(SpecialistTask(agent="a", goal=text, question=text, datasets=(document,)))
    assert found["$material"] is None
    assert found["$product_text"] == "A backpack of recycled nylon."


def test_an_answer_to_a_question_back_may_be_the_text_itself() -> None:
    turn = Turn(question="Audit this product page", clarification="Which product text shall I audit?")
    text = "Trail backpack made of recycled nylon, 28 L, 900 g, with rain cover"
    assert slots(text, thread=(turn,))["$product_text"] == text


def test_a_document_is_the_product_text() -> None:
    document = DatasetBrief(id="t", name="page", kind="text", text="A backpack of recycled nylon.")
    task = SpecialistTask(agent="a", goal="audit it", question="audit it", datasets=(document,))
    assert read_slots(task)["$product_text"] == "A backpack of recycled nylon."


def test_an_answer_names_the_channel_that_was_asked_about() -> None:
    turn = Turn(question="What if we cut radio by 10 %?", clarification="Which one do you mean?")
    found = slots("What if we cut radio by 10 %?; I meant search", "I meant search", thread=(turn,))
    assert found["$changes"] == {"search": -0.1}
    assert found["$unclear"] is None


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("How should I split 500k over facebook and tv next quarter?", ["ooh", "print", "search"]),
        ("Split 500k between tv, print and facebook", ["ooh", "search"]),
        ("How should I split 1.5m over the channels?", []),
        ("Split 1.5m with tv at least 200k and print unchanged", []),
        ("Split 1.5m over tv at most", []),
    ],
)
def test_a_split_over_some_channels_leaves_the_others_out(text: str, left_out: list[str]) -> None:
    assert slots(text)["$exclude"] == left_out


@pytest.mark.parametrize(
    "text",
    [
        "What would happen if I cut TV by 20 %?",
        "Was passiert, wenn ich TV um 20 % kürze?",
        "Que se passe-t-il si je réduis la TV de 20 % ?",
        "¿Qué pasa si recorto la televisión un 20 %?",
        "Cosa succede se taglio la TV del 20 %?",
        "O que acontece se eu cortar a TV em 20%?",
        "Wat gebeurt er als we tv met 20% verlagen?",
        "Co się stanie, jeśli obetniemy telewizję o 20%?",
        "テレビを20％減らしたらどうなりますか",
        "如果把电视广告减少20%会怎样",
    ],
)
def test_a_change_is_the_same_in_ten_languages(text: str) -> None:
    assert slots(text)["$changes"] == pytest.approx({"tv": -0.2})


@pytest.mark.parametrize(
    ("text", "money", "minimum"),
    [
        ("Come ripartisco 1,5 milioni nel prossimo trimestre con la TV almeno 200 mila?", 1.5e6, 2e5),
        ("Como distribuo 1,5 milhões no próximo trimestre, TV pelo menos 200 mil?", 1.5e6, 2e5),
        ("Hoe verdeel ik 1,5 miljoen volgend kwartaal, tv minstens 200k?", 1.5e6, 2e5),
        ("Jak podzielić 1,5 mln zł w przyszłym kwartale, telewizja co najmniej 200 tys.?", 1.5e6, 2e5),
        ("来四半期の3000万円をどう配分すべきですか。テレビは最低500万円", 3e7, 5e6),
        ("下季度五百万怎么分配，电视至少100万", 5e6, 1e6),
    ],
)
def test_totals_limits_and_horizons_in_other_languages(text: str, money: float, minimum: float) -> None:
    found = slots(text)
    assert (found["$money"], found["$minimum"], found["$horizon_periods"]) == (money, {"tv": minimum}, 13)


@pytest.mark.parametrize(
    ("text", "platform", "language"),
    [
        ("Write Google ads for our shoes in French", ["google_rsa"], "fr"),
        ("Schreibe einen Newsletter auf Englisch", ["email"], "en"),
        ("Écris une meta description en allemand", ["seo"], "de"),
        ("メルマガを英語で書いて", ["email"], "en"),
        ("A tweet and an SMS for the launch", ["x", "sms"], None),
        ("Write ads for our French press", None, None),
        ("Schreibe Anzeigen: Wanderschuh aus Leder, wasserdicht und leicht, mit Garantie", None, "de"),
    ],
)
def test_where_a_text_is_to_go(text: str, platform: list[str] | None, language: str | None) -> None:
    found = slots(text)
    assert (found["$platform"], found["$language"]) == (platform, language)


def test_a_catalogue_is_asked_for_a_product_in_the_users_words() -> None:
    table = DatasetBrief(id="c", name="shop", catalogue=True, products=("Oak desk",))
    goal = "Audit the oak desk"
    found = read_slots(SpecialistTask(agent="a", goal=goal, question=goal, datasets=(table,)))
    assert found["$item"] == goal
    assert found["$product_text"]
    assert slots(goal)["$item"] is None


def test_a_cut_of_more_than_all_is_asked_back_about_and_the_answer_taken() -> None:
    goal = "What if I cut TV by 150%?"
    data = DatasetBrief(id="d", name="weekly", channels=("radio", "tv"))
    asked = read_slots(SpecialistTask(agent="a", goal=goal, question=goal, datasets=(data,)))["$unclear"]
    assert "at most all of the spend" in asked
    turn = Turn(question=goal, agents=("a",), clarification=asked)
    task = SpecialistTask(
        agent="a", goal=f"{goal}; by 40 %", question="by 40 %", datasets=(data,), thread=(turn,)
    )
    found = read_slots(task)
    assert (found["$changes"], found["$unclear"]) == ({"tv": -0.4}, None)
