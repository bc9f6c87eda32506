"""Specialists, their prompts and their playbooks fit the tools that they name."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from liftos_agents.agents import built_in, router_prompt, with_specialists
from liftos_agents.domain.effect import EffectResult
from liftos_agents.domain.plan import BUILT_IN_AGENTS
from liftos_agents.domain.specialist import Specialist
from liftos_agents.errors import ConfigurationError
from liftos_agents.models.offline.expression import parse
from liftos_agents.models.offline.playbook import Intent, Playbook, Sentence, read_playbook
from liftos_agents.tools.registry import spec

NAMES = sorted(built_in())
_REFERENCE = re.compile(r"\{([a-z_]+):([^|{}]+?)(?:\|([a-z_]+))?\}")
OWN = Specialist("own", "Does something of its own.", "prompt", "1", ())


def playbook(name: str) -> Playbook:
    return read_playbook(built_in()[name].prompt.split("```yaml")[1].split("```")[0])


def sentences(intent: Intent) -> list[Sentence]:
    return [*intent.headline, *intent.claims, *intent.recommendations, *intent.caveats]


def intents() -> list[Any]:
    return [pytest.param(name, i, id=f"{name}-{i.name}") for name in NAMES for i in playbook(name).intents]


def test_the_built_in_specialists_are_the_four_that_plans_name() -> None:
    assert set(built_in()) == set(BUILT_IN_AGENTS)
    assert list(built_in()).index("causal_analyst") < list(built_in()).index("budget_optimiser")


@pytest.mark.parametrize("name", NAMES)
def test_a_specialist_says_what_it_is_for(name: str) -> None:
    specialist = built_in()[name]
    assert specialist.name == name
    assert len(specialist.handles) >= 5
    assert len(specialist.examples) >= 5
    assert specialist.prompt_version.isdigit()
    assert len([i for i in playbook(name).intents if i.default]) == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_tools_of_a_specialist_exist(name: str) -> None:
    for tool in built_in()[name].tools:
        assert spec(tool).name == tool


@pytest.mark.parametrize(("name", "intent"), intents())
def test_steps_call_the_specialists_tools_with_arguments_that_they_take(name: str, intent: Intent) -> None:
    ids: list[str] = []
    for step in intent.steps:
        if step.tool.startswith("="):
            assert step.arguments_of is not None
            assert callable(parse(step.tool.removeprefix("=")))
        else:
            assert step.tool in built_in()[name].tools
            assert set(step.arguments) <= set(spec(step.tool).arguments_schema["properties"])
        assert set(step.needs) <= set(ids), "a step comes after those that it needs"
        ids.append(step.id)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("name", "intent"), intents())
def test_references_lead_into_results_of_the_intents_steps(name: str, intent: Intent) -> None:
    tools = {step.id: step.tool for step in intent.steps}
    for text in [*(s.text for s in sentences(intent)), *(x.text or "" for x in intent.lists)]:
        for step, path, _ in _REFERENCE.findall(text):
            assert step in tools, text
            keys = path.split(".")
            schema = _result_schema(tools[step])
            assert keys[0] in schema["properties"], text
            assert _leads_somewhere(schema, keys), text


@pytest.mark.parametrize(("name", "intent"), intents())
def test_conditions_can_be_read(name: str, intent: Intent) -> None:
    found = [intent.when, *(step.when for step in intent.steps)]
    for part in [*sentences(intent), *intent.lists]:
        found += [part.where, part.sort or "true"]
        found += [part.when] if isinstance(part, Sentence) else []
    for step in intent.steps:
        found += [v.removeprefix("=") for v in step.arguments.values() if isinstance(v, str) and v[0] in "$="]
    assert all(callable(parse(condition)) for condition in found)


@pytest.mark.parametrize(("name", "intent"), intents())
def test_an_intent_that_fits_a_model_carries_its_failed_checks(name: str, intent: Intent) -> None:
    fits = [step.id for step in intent.steps if step.tool == "fit_mmm"]
    for step in fits:
        texts = [s.text for s in intent.caveats]
        assert any(f"{{{step}:checks.<i>.meaning|text}}" in text for text in texts)
        assert any(f"{{{step}:confounding.verdict|text}}" in text for text in texts)
        assert any(f"margin {{{step}:margin|number}}" in text for text in texts)
        assert any("Not identified" in s.text for s in intent.headline)


def test_a_host_adds_its_own_and_cannot_take_a_name_twice() -> None:
    assert list(with_specialists([OWN]))[-1] == "own"
    assert "own" not in built_in()
    with pytest.raises(ConfigurationError, match="'own'"):
        with_specialists([OWN, OWN])


def test_the_router_is_told_of_every_specialist() -> None:
    block = router_prompt(with_specialists([OWN])).split("```json")[1].split("```")[0]
    assert [brief["name"] for brief in json.loads(block)] == [*built_in(), "own"]


def _result_schema(tool: str) -> dict[str, Any]:
    """A step whose tool an earlier result names hands back what every effect tool does."""
    if tool.startswith("="):
        return EffectResult.model_json_schema(mode="serialization")
    return spec(tool).result_schema


def _leads_somewhere(schema: dict[str, Any], keys: list[str]) -> bool:
    node: dict[str, Any] = schema
    for key in keys:
        options = [_resolved(schema, o) for o in node.get("anyOf", [node])]
        step = [_below(option, key) for option in options]
        found = [s for s in step if s is not None]
        if not found:
            return False
        node = _resolved(schema, found[0])
    return True


def _below(node: dict[str, Any], key: str) -> dict[str, Any] | None:
    if key in node.get("properties", {}):
        return node["properties"][key]
    if isinstance(node.get("additionalProperties"), dict):
        return node["additionalProperties"]
    return node.get("items") if node.get("type") == "array" else None


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node
