"""What a model is told cannot change unseen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from liftos_agents.agents import built_in, router_prompt
from liftos_agents.errors import ConfigurationError, NotFoundError
from liftos_agents.prompts import load, names, render

SNAPSHOTS = Path(__file__).parent / "snapshots"
PROMPTS = {"router": lambda: router_prompt(built_in())} | {
    name: (lambda name=name: built_in()[name].prompt) for name in built_in()
}


@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_a_system_prompt_is_the_one_in_its_snapshot(name: str) -> None:
    expected = (SNAPSHOTS / f"{name}.md").read_text(encoding="utf-8")
    assert PROMPTS[name]() == expected, (
        f"the prompt {name!r} has changed: if that is meant, refresh it with "
        "`python -m tests.prompts.refresh_snapshots` and read the difference"
    )


def test_every_prompt_file_is_a_version_that_loads() -> None:
    assert {"router", "findings_rules", *built_in()} <= set(names())
    for name in names():
        prompt = load(name)
        assert prompt.name == name
        assert prompt.version.isdigit()
        assert "{{include:" not in prompt.text


def test_no_specialist_prompt_has_an_open_place() -> None:
    for specialist in built_in().values():
        assert not re.search(r"\{\{", specialist.prompt)


def test_rendering_wants_a_value_for_each_place_and_no_other() -> None:
    assert "[]" in render("router", specialists="[]")
    with pytest.raises(ConfigurationError, match="specialists"):
        render("router")
    with pytest.raises(ConfigurationError, match="colour"):
        render("router", specialists="[]", colour="red")


def test_an_unknown_prompt_is_named_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match=r"no prompt 'poet'.*router"):
        load("poet")


def test_every_slot_that_a_playbook_uses_is_documented() -> None:
    documented = set(re.findall(r"\$[a-z_]+", load("findings_rules").text))
    for specialist in built_in().values():
        playbook = specialist.prompt.split("```yaml")[1]
        assert set(re.findall(r"\$[a-z_]+", playbook)) <= documented, specialist.name


def test_playbooks_hold_no_bare_number_in_their_sentences() -> None:
    for specialist in built_in().values():
        playbook = specialist.prompt.split("```yaml")[1]
        for text in re.findall(r'text: "(.*)"', playbook):
            bare = re.sub(r"\{[^{}]*\}|<[^<>]*>", "", text)
            assert not re.search(r"\d", bare), text
