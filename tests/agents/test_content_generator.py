"""Requests for copy, for a check and for better copy reach the tool that does them."""

from __future__ import annotations

import pytest

from liftos_agents.agents import built_in
from liftos_agents.domain.task import DatasetBrief, SpecialistTask
from liftos_agents.models.offline.conversation import SpecialistCall
from liftos_agents.models.offline.interpreter import next_calls
from liftos_agents.tools.registry import spec

SPECIALIST = built_in()["content_generator"]
PLAYBOOK = SPECIALIST.prompt.split("```yaml")[1].split("```")[0]
SCHEMAS = {name: spec(name).arguments_schema for name in SPECIALIST.tools} | {
    "ask_user": {},
    "submit_findings": {},
}
KETTLE = DatasetBrief(
    id="d1", name="kettle.txt", kind="text", text="Kettle K2\nMaterial: steel\nCapacity: 1.7 litre"
)
COPY = "\nHeadline: BEST kettle ever!!!\nHeadline: Made of steel\nDescription: A kettle of steel. It holds 1.7 litre."


def calls(question: str, *datasets: DatasetBrief) -> list[tuple[str, dict[str, object]]]:
    task = SpecialistTask(agent="content_generator", goal=question, question=question, datasets=datasets)
    made = next_calls(SpecialistCall(task=task, playbook=PLAYBOOK, outcomes={}), SCHEMAS)
    return [(tool, arguments) for _, tool, arguments in made]


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("Write Google ads for this product", "generate_content"),
        ("Write a newsletter with a subject for this product", "generate_content"),
        ("Write a meta title and a meta description for this product", "generate_content"),
        ("Create Facebook ads for this product", "generate_content"),
        ("Schreibe eine Anzeige für dieses Produkt", "generate_content"),
        (f"Check this ad copy:{COPY}", "check_content"),
        (f"Does this ad copy fit the limits?{COPY}", "check_content"),
        ("Prüfe diesen Anzeigentext: Der beste Wasserkocher, garantiert.", "check_content"),
        (f"Improve this ad copy:{COPY}", "optimise_content"),
        (f"Shorten these headlines:{COPY}", "optimise_content"),
        (f"Rewrite this ad text:{COPY}", "optimise_content"),
    ],
)
def test_a_request_reaches_its_tool(question: str, tool: str) -> None:
    made = calls(question, *([KETTLE] if tool == "generate_content" else []))
    assert [name for name, _ in made] == [tool]


def test_copy_in_the_question_is_handed_on_line_by_line() -> None:
    [(_, arguments)] = calls(f"Check this ad copy:{COPY}")
    request = str(arguments["request"])
    assert "Description: A kettle of steel. It holds 1.7 litre." in request.splitlines()


def test_without_facts_the_user_is_asked_for_them() -> None:
    [(tool, arguments)] = calls("Write Google ads")
    assert tool == "ask_user"
    assert "facts" in str(arguments["question"])


def test_without_copy_the_user_is_asked_for_it() -> None:
    [(tool, arguments)] = calls("Check our ad copy")
    assert tool == "ask_user"
    assert "Which copy" in str(arguments["question"])
