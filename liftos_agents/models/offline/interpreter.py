"""Follows a specialist's playbook: the next tool calls, a question to the user, or the findings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from liftos_agents.models.offline.conversation import Outcome, SpecialistCall
from liftos_agents.models.offline.expression import evaluate
from liftos_agents.models.offline.findings_writer import Results, write_findings
from liftos_agents.models.offline.playbook import Intent, Playbook, Step, read_playbook
from liftos_agents.models.offline.similarity import Similarity
from liftos_agents.models.offline.slots import read_slots

Call = tuple[str, str, dict[str, Any]]
ATTEMPTS = 2
_ALSO = 0.5
_ENOUGH = 0.2


def next_calls(call: SpecialistCall, schemas: Mapping[str, Mapping[str, Any]]) -> list[Call]:
    """The next tool calls as (id, tool, arguments); the last one is `submit_findings`.

    Args:
        call: The specialist's task and what its tools have answered.
        schemas: Bound tools: name to JSON schema of the arguments.
    """
    slots = read_slots(call.task)
    intents = _intents(read_playbook(call.playbook), call.task.goal, slots)
    question = slots.get("$unclear") or _missing(intents, slots)
    if question and "ask_user" in schemas:
        return [("ask_user-1", "ask_user", {"question": question})]
    results = Results(slots=slots)
    calls: list[Call] = []
    for intent in intents:
        for step in intent.steps:
            if step.id in results.outcomes or step.tool not in schemas:
                continue
            if any(need in results.waiting for need in step.needs):
                results.waiting.add(step.id)
                continue
            if not evaluate(step.when, results.values()):
                continue
            made = _arguments(step, slots, results, schemas[step.tool], call)
            outcome, following = _settle(step, made, call.outcomes, schemas[step.tool])
            if following is not None:
                calls.append(following)
                results.waiting.add(step.id)
            elif outcome is not None:
                results.outcomes[step.id] = outcome
    if calls:
        return calls
    findings = write_findings(intents, results, call.repairs)
    return [(f"submit_findings-{len(call.repairs)}", "submit_findings", findings.model_dump(mode="json"))]


def _intents(playbook: Playbook, goal: str, slots: Mapping[str, Any]) -> tuple[Intent, ...]:
    open_ = [intent for intent in playbook.intents if evaluate(intent.when, slots)]
    similarity = _similarity(tuple((intent.name, intent.about) for intent in open_ if intent.about))
    scores = {s.name: s.value for s in similarity.scores(goal, any_concept=True)}
    best = max(scores.values(), default=0.0)
    chosen = [
        i for i in open_ if best >= _ENOUGH and scores.get(i.name, 0.0) >= max(_ENOUGH, best * _ALSO + 0.15)
    ]
    top = [i for i in open_ if best >= _ENOUGH and scores.get(i.name) == best]
    chosen = [i for i in open_ if i in chosen or i in top]
    return tuple(chosen) or tuple(i for i in open_ if i.default)[:1] or tuple(open_[:1])


@lru_cache(maxsize=64)
def _similarity(intents: tuple[tuple[str, tuple[str, ...]], ...]) -> Similarity:
    return Similarity(dict(intents))


def _missing(intents: tuple[Intent, ...], slots: Mapping[str, Any]) -> str | None:
    for intent in intents:
        for slot, question in intent.requires.items():
            if slots.get(slot) in (None, "", (), [], {}):
                return _with_channels(question, slots)
    return None


def _with_channels(question: str, slots: Mapping[str, Any]) -> str:
    channels = cast("tuple[str, ...]", slots.get("$all_channels") or ())
    return question.replace("<channels>", ", ".join(channels))


def _arguments(
    step: Step,
    slots: Mapping[str, Any],
    results: Results,
    schema: Mapping[str, Any],
    call: SpecialistCall,
) -> dict[str, Any]:
    accepted = cast("Mapping[str, Any]", schema.get("properties") or {})
    given: dict[str, Any] = {}
    if slots.get("$follow_up"):
        earlier = [c for turn in call.task.thread for c in turn.calls if c.get("tool") == step.tool]
        if earlier:
            given = {
                name: value
                for name, value in cast("dict[str, Any]", earlier[-1].get("arguments") or {}).items()
                if name in step.arguments and name in accepted and value not in (None, {}, [], ())
            }
    for name, value in step.arguments.items():
        if name not in accepted:
            continue
        filled = evaluate(value.removeprefix("="), results.values()) if _is_expression(value) else value
        if filled in (None, {}, [], (), ""):
            continue
        if isinstance(filled, Mapping) and isinstance(given.get(name), Mapping):
            filled = {**given[name], **cast("Mapping[str, Any]", filled)}
        given[name] = list(cast("tuple[Any, ...]", filled)) if isinstance(filled, tuple) else filled
    return given


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("$", "="))


def _settle(
    step: Step, arguments: dict[str, Any], outcomes: Mapping[str, Outcome], schema: Mapping[str, Any]
) -> tuple[Outcome | None, Call | None]:
    for attempt in range(1, ATTEMPTS + 1):
        identifier = f"{step.id}-{attempt}"
        outcome = outcomes.get(identifier)
        if outcome is None:
            return None, (identifier, step.tool, arguments)
        if outcome.error is None or not outcome.retry or attempt == ATTEMPTS:
            return outcome, None
        reduced = _reduced(arguments, outcome.error, schema)
        if reduced == arguments:
            return outcome, None
        arguments = reduced
    return None, None


def _reduced(arguments: dict[str, Any], error: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = set(cast("list[str]", schema.get("required") or []))
    named = {name for name in arguments if re.search(rf"\b{re.escape(name)}\b", error)} - required
    dropped = named or (set(arguments) - required)
    return {name: value for name, value in arguments.items() if name not in dropped}
