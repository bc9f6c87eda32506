"""A playbook is followed to the letter, whatever its tools and steps are called."""

from __future__ import annotations

from typing import Any

import pytest

from liftos_agents.domain.reference import render
from liftos_agents.domain.task import Turn
from liftos_agents.models.offline.findings_writer import joined

PLAYBOOK = """You work with made-up tools.

```yaml
playbook: 1
intents:
  - name: weigh
    default: true
    about: [weigh the fruit]
    steps:
      - {id: scales, tool: weigh_fruit, arguments: {margin: $margin, total: $money}}
      - {id: price, tool: price_fruit, needs: [scales], when: scales.ok, arguments: {weights: =evidence.scales}}
      - {id: taste, tool: taste_fruit}
    lists:
      - name: heavy
        each: f in scales.fruit
        where: scales.fruit[f].kilos > 1
        sort: -scales.fruit[f].kilos
        text: "<f> ({scales:fruit.<f>.kilos|number})"
    headline:
      - {when: length(heavy) > 0, text: "Heavy: <heavy>."}
      - {text: "Nothing is heavy."}
    claims:
      - each: f in scales.fruit
        text: "<f> weighs {scales:fruit.<f>.kilos|number}."
      - text: "The price is {price:sum|money}."
      - text: "No such figure: {scales:nowhere|number}."
    caveats:
      - each: i at scales.checks
        where: not scales.checks[i].passed
        text: "Failed: {scales:checks.<i>.name|text}"
  - name: cut
    about: [cut, reduce, without a channel]
    requires:
      $moves: "Which of <channels> should change?"
    steps:
      - {id: knife, tool: cut_fruit, arguments: {changes: $changes}}
    headline:
      - {text: "Cut by {knife:share|pct}."}
```
"""
ANY = {"type": "object", "properties": {"margin": {}, "total": {}, "weights": {}, "changes": {}}}
SCHEMAS = dict.fromkeys(("weigh_fruit", "price_fruit", "taste_fruit", "cut_fruit"), ANY)
WEIGHED = {
    "ok": True,
    "fruit": {"pear": {"kilos": 0.5}, "melon": {"kilos": 3.0}, "apple": {"kilos": 2.0}},
    "checks": [
        {"name": "level", "passed": True},
        {"name": "clean", "passed": False},
        {"name": "dry", "passed": False},
    ],
    "units": {"fruit.*.kilos": "number"},
}


def tools(**other: Any) -> dict[str, Any]:
    return {
        "weigh_fruit": lambda arguments: WEIGHED,
        "price_fruit": lambda arguments: {"sum": 12.0, "of": arguments["weights"], "units": {"sum": "money"}},
        "taste_fruit": lambda arguments: {"sweet": True},
        "cut_fruit": lambda arguments: {"share": 0.25, "units": {"share": "share"}},
        **other,
    }


@pytest.fixture
def specialist(make_specialist: Any) -> Any:
    return make_specialist(PLAYBOOK, tools(), SCHEMAS)


def shown(specialist: Any, text: str) -> str:
    return render(text, specialist.evidence)


def test_steps_run_in_waves_and_arguments_come_from_the_request(specialist: Any) -> None:
    specialist.findings("weigh the fruit for 1.5m with a margin of 30 %")
    assert [name for name, _ in specialist.made] == ["weigh_fruit", "taste_fruit", "price_fruit"]
    assert specialist.made[0][1] == {"margin": 0.3, "total": 1.5e6}
    assert specialist.made[2][1] == {"weights": "ev_0001"}


def test_independent_steps_are_called_in_one_message(specialist: Any) -> None:
    specialist("weigh the fruit")
    first = specialist.messages[2]
    assert [call["name"] for call in first.tool_calls] == ["weigh_fruit", "taste_fruit"]


def test_sentences_bind_numbers_loop_and_sort(specialist: Any) -> None:
    findings = specialist.findings("weigh the fruit")
    assert shown(specialist, findings.headline) == "Heavy: melon (3.00) and apple (2.00)."
    claims = [shown(specialist, claim) for claim in findings.claims]
    assert claims == ["apple weighs 2.00.", "melon weighs 3.00.", "pear weighs 0.5.", "The price is 12.0."]


def test_every_failed_check_becomes_a_caveat(specialist: Any) -> None:
    caveats = specialist.findings("weigh the fruit").caveats
    assert [shown(specialist, caveat) for caveat in caveats] == ["Failed: clean", "Failed: dry"]


def test_an_intent_is_chosen_by_the_goal_and_its_slot(specialist: Any) -> None:
    findings = specialist.findings("cut TV by 20 %")
    assert specialist.made == [("cut_fruit", {"changes": {"tv": -0.2}})]
    assert shown(specialist, findings.headline) == "Cut by 25.0 %."


def test_a_missing_slot_is_asked_for(specialist: Any) -> None:
    reply = specialist("what if we reduce something?")
    assert reply.tool_calls[0]["name"] == "ask_user"
    assert "facebook, ooh, print" in reply.tool_calls[0]["args"]["question"]


def test_what_the_user_asks_is_not_asked_back(specialist: Any) -> None:
    reply = specialist("which one should I cut first?")
    assert reply.tool_calls[0]["name"] == "submit_findings"
    assert [name for name, _ in specialist.made] == ["weigh_fruit", "taste_fruit", "price_fruit"]


def test_the_datas_own_names_do_not_hide_what_is_asked(specialist: Any) -> None:
    assert specialist("go without tv").tool_calls[0]["name"] == "submit_findings"
    assert [name for name, _ in specialist.made] == ["cut_fruit"]


WORDS = PLAYBOOK.replace("playbook: 1", "playbook: 1\nwords: {pale_skin: a pale peel}").replace(
    '"The price is {price:sum|money}."', '"<scales.looks.words>: <scales.looks[0]>, {price:sum|money}."'
)


def test_keys_of_a_result_are_shown_in_words(make_specialist: Any) -> None:
    weighed = {**WEIGHED, "looks": ["pale_skin", "red_spots"]}
    specialist = make_specialist(WORDS, tools(weigh_fruit=lambda arguments: weighed), SCHEMAS)
    claims = [shown(specialist, claim) for claim in specialist.findings("weigh the fruit").claims]
    assert claims[-1] == "A pale peel and red spots: pale_skin, 12.0."


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(["a", "b", "c"], "a, b and c"), (["a, x", "b, y"], "a, x; b, y"), (["a, x"], "a, x"), ([], "")],
)
def test_texts_are_listed_so_that_one_can_tell_them_apart(texts: list[str], expected: str) -> None:
    assert joined(texts) == expected


def test_an_unknown_channel_is_asked_about(specialist: Any) -> None:
    reply = specialist("cut radio by 20 %")
    assert "radio" in reply.tool_calls[0]["args"]["question"]


def test_a_retry_drops_the_argument_that_the_error_names(make_specialist: Any) -> None:
    def weigh(arguments: dict[str, Any]) -> dict[str, Any]:
        if "margin" in arguments:
            return {"error": {"kind": "retry", "message": "margin: cannot be used here"}}
        return WEIGHED

    specialist = make_specialist(PLAYBOOK, tools(weigh_fruit=weigh), SCHEMAS)
    findings = specialist.findings("weigh the fruit for 1.5m with a margin of 30 %")
    weighed = [arguments for name, arguments in specialist.made if name == "weigh_fruit"]
    assert weighed == [{"margin": 0.3, "total": 1.5e6}, {"total": 1.5e6}]
    assert findings.headline.startswith("Heavy")


@pytest.mark.parametrize("kind", ["failed", "retry"])
def test_a_tool_that_keeps_failing_becomes_a_caveat(make_specialist: Any, kind: str) -> None:
    broken = {"error": {"kind": kind, "message": "the scales are broken"}}
    specialist = make_specialist(PLAYBOOK, tools(weigh_fruit=lambda arguments: broken), SCHEMAS)
    findings = specialist.findings("weigh the fruit with a margin of 30 %")
    assert "price_fruit" not in [name for name, _ in specialist.made]
    assert len([name for name, _ in specialist.made if name == "weigh_fruit"]) == (
        1 if kind == "failed" else 2
    )
    assert any("the scales are broken" in caveat for caveat in findings.caveats)
    assert findings.claims == ()


def test_an_error_with_numbers_is_not_repeated_as_a_bare_number(make_specialist: Any) -> None:
    broken = {"error": {"kind": "failed", "message": "only 17 rows"}}
    specialist = make_specialist(PLAYBOOK, tools(weigh_fruit=lambda arguments: broken), SCHEMAS)
    assert not any("17" in caveat for caveat in specialist.findings("weigh the fruit").caveats)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "dup: rows repeat a period (2 of them, 2016-02-01 is the first). Delete them, or clean the file",
            ": dup: rows repeat a period. Delete them, or clean the file.",
        ),
        ("q4: no column holds dates", ": no column holds dates."),
        ("shop: only 17 rows. Give more history", ": Give more history."),
        ("only 17 rows", "out."),
    ],
)
def test_a_reason_is_told_less_its_figures(make_specialist: Any, message: str, told: str) -> None:
    broken = {"error": {"kind": "failed", "message": message}}
    specialist = make_specialist(PLAYBOOK, tools(weigh_fruit=lambda arguments: broken), SCHEMAS)
    caveats = specialist.findings("weigh the fruit").caveats
    assert any("could not be carried out" in caveat and caveat.endswith(told) for caveat in caveats)


def test_a_repair_leaves_out_what_was_sent_back(specialist: Any) -> None:
    findings = specialist.findings("weigh the fruit")
    again = specialist.repaired(findings.claims[0], findings.headline)
    assert findings.claims[0] not in again.claims
    assert again.claims == findings.claims[1:]
    assert again.headline == "Nothing is heavy."


def test_a_follow_up_keeps_the_arguments_of_the_call_before(specialist: Any) -> None:
    turn = Turn(
        question="weigh the fruit for 1.5m",
        agents=("a",),
        calls=(
            {
                "tool": "weigh_fruit",
                "evidence": "ev_1",
                "arguments": {"total": 1.5e6, "roles": {"date": "d"}},
            },
        ),
    )
    specialist("and with a margin of 30 %?", thread=(turn,))
    assert specialist.made[0] == ("weigh_fruit", {"total": 1.5e6, "margin": 0.3})


def test_renamed_tools_and_steps_make_no_difference(make_specialist: Any) -> None:
    text, schemas, functions = PLAYBOOK, {}, {}
    for number, name in enumerate(SCHEMAS):
        text = text.replace(name, f"tool_{number}")
        schemas[f"tool_{number}"] = SCHEMAS[name]
        functions[f"tool_{number}"] = tools()[name]
    text = text.replace("scales", "machine")
    other = make_specialist(text, functions, schemas)
    original = make_specialist(PLAYBOOK, tools(), SCHEMAS)
    assert other.findings("weigh the fruit") == original.findings("weigh the fruit")


def test_the_same_messages_give_the_same_calls(make_specialist: Any) -> None:
    first, second = (make_specialist(PLAYBOOK, tools(), SCHEMAS) for _ in range(2))
    assert first("weigh the fruit").tool_calls == second("weigh the fruit").tool_calls


def test_what_the_whole_call_lacked_is_told_and_not_what_a_shorter_one_lacks(make_specialist: Any) -> None:
    def weigh(arguments: dict[str, Any]) -> dict[str, Any]:
        lacks = "the scales are too small" if arguments else "no weight is given"
        return {"error": {"kind": "retry", "message": lacks}}

    found = make_specialist(PLAYBOOK, tools(weigh_fruit=weigh), SCHEMAS).findings("weigh the fruit for 1.5m")
    assert any("the scales are too small" in caveat for caveat in found.caveats)
    assert not any("no weight is given" in text for text in (found.headline, *found.caveats))
