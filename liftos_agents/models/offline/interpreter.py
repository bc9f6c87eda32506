"""Follows a specialist's playbook: the next tool calls, a question to the user, or the findings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from liftos_agents.models.offline.channel_names import in_common_words
from liftos_agents.models.offline.conversation import Outcome, SpecialistCall
from liftos_agents.models.offline.expression import evaluate
from liftos_agents.models.offline.findings_writer import Results, write_findings
from liftos_agents.models.offline.playbook import Intent, Playbook, Step, read_playbook
from liftos_agents.models.offline.quantities import plain
from liftos_agents.models.offline.similarity import Similarity
from liftos_agents.models.offline.slots import read_slots

Call = tuple[str, str, dict[str, Any]]
ATTEMPTS = 2
_ALSO = 0.5
_ENOUGH = 0.2
_BONUS = 0.35
_FIRST = 1.0
_WHICH = re.compile(
    r"\b(?:which|welche[rsnm]?|quel(?:le)?s?|cual(?:es)?)\b|\bwhat(?:'s| is| are) (?:the|our|my)\b(?! .* if )"
)


def next_calls(call: SpecialistCall, schemas: Mapping[str, Mapping[str, Any]]) -> list[Call]:
    """The next tool calls as (id, tool, arguments); the last one is `submit_findings`.

    Args:
        call: The specialist's task and what its tools have answered.
        schemas: Bound tools: name to JSON schema of the arguments.
    """
    slots = read_slots(call.task)
    carried = _carried(call) if slots.get("$follow_up") else {}
    playbook = read_playbook(call.playbook)
    intents = _intents(playbook, call.task.goal, slots, carried)
    if _WHICH.search(plain(call.task.goal)) and _missing(intents[:1], slots, carried):
        default = tuple(i for i in playbook.intents if i.default)
        intents = tuple(i for i in intents if not _missing((i,), slots, carried)) or default or intents
    question = slots.get("$unclear") or _missing(intents[:1], slots, carried)
    if question and "ask_user" in schemas:
        return [("ask_user-1", "ask_user", {"question": question})]
    intents = tuple(i for i in intents if _missing((i,), slots, carried) is None) or intents
    results = Results(slots=slots, words=playbook.words)
    calls: list[Call] = []
    for intent in intents:
        for step in intent.steps:
            if step.id in results.outcomes or not (step.tool in schemas or _is_expression(step.tool)):
                continue
            if any(need in results.waiting for need in step.needs):
                results.waiting.add(step.id)
                continue
            if not evaluate(step.when, results.values()):
                continue
            tool = _tool(step, results)
            if tool not in schemas:
                continue
            made = _arguments(step, results, schemas[tool], carried.get(tool, {}))
            outcome, following = _settle(step.id, tool, made, call.outcomes, schemas[tool])
            if following is not None:
                calls.append(following)
                results.waiting.add(step.id)
            elif outcome is not None:
                results.outcomes[step.id] = outcome
    if calls:
        return calls
    findings = write_findings(intents, results, call.repairs)
    return [(f"submit_findings-{len(call.repairs)}", "submit_findings", findings.model_dump(mode="json"))]


def _carried(call: SpecialistCall) -> dict[str, dict[str, Any]]:
    """Arguments of the thread's last call of each tool."""
    made = [c for turn in call.task.thread for c in turn.calls]
    return {str(c.get("tool")): cast("dict[str, Any]", c.get("arguments") or {}) for c in made}


def _intents(
    playbook: Playbook, goal: str, slots: Mapping[str, Any], carried: Mapping[str, Any]
) -> tuple[Intent, ...]:
    """The intents that the goal speaks of, the most fitting one first."""
    open_ = [intent for intent in playbook.intents if evaluate(intent.when, slots)]
    similarity = _similarity(tuple((intent.name, intent.about) for intent in open_ if intent.about))
    said = in_common_words(goal, tuple(slots["$all_channels"]))
    scores = {s.name: s.value for s in similarity.scores(said, any_concept=True)}
    tools = [step.tool for intent in open_ for step in intent.steps]
    for intent in open_:
        own = {step.tool for step in intent.steps if tools.count(step.tool) == 1}
        given = set(intent.requires) & set(slots["$said"])
        ahead = _FIRST if evaluate(intent.first, slots) else 0.0
        bonus = _BONUS if given or (own & carried.keys() and "explain" not in slots["$concepts"]) else 0.0
        scores[intent.name] = scores.get(intent.name, 0.0) + bonus + ahead
    ranked = sorted(open_, key=lambda intent: -scores[intent.name])
    best = scores[ranked[0].name]
    if best < _ENOUGH:
        return tuple(i for i in open_ if i.default)[:1] or tuple(open_[:1])
    return tuple(i for i in ranked if scores[i.name] >= min(best, max(_ENOUGH, best * _ALSO + 0.15)))


@lru_cache(maxsize=64)
def _similarity(intents: tuple[tuple[str, tuple[str, ...]], ...]) -> Similarity:
    return Similarity(dict(intents))


def _missing(
    intents: tuple[Intent, ...], slots: Mapping[str, Any], carried: Mapping[str, dict[str, Any]]
) -> str | None:
    for intent in intents:
        for slot, question in intent.requires.items():
            again = any(carried.get(s.tool, {}).get(a) for s in intent.steps for a in s.afresh)
            if slots.get(slot) in (None, "", (), [], {}) and not again:
                return _with_channels(question, slots)
    return None


def _with_channels(question: str, slots: Mapping[str, Any]) -> str:
    channels = cast("tuple[str, ...]", slots.get("$all_channels") or ())
    return question.replace("<channels>", ", ".join(channels))


def _tool(step: Step, results: Results) -> str:
    if not _is_expression(step.tool):
        return step.tool
    return str(evaluate(step.tool.removeprefix("="), results.values()))


def _arguments(
    step: Step, results: Results, schema: Mapping[str, Any], carried: Mapping[str, Any]
) -> dict[str, Any]:
    accepted = cast("Mapping[str, Any]", schema.get("properties") or {})
    values = results.values()
    written = {
        n: evaluate(v.removeprefix("="), values) if _is_expression(v) else v
        for n, v in step.arguments.items()
    }
    more = evaluate(step.arguments_of, values) if step.arguments_of else None
    known = {**written, **(cast("dict[str, Any]", more) if isinstance(more, Mapping) else {})}
    filled = {name: value for name, value in known.items() if name in accepted}
    stated = {n: v for n, v in filled.items() if v not in (None, {}, [], (), "")}
    anew = bool(stated.keys() & set(step.afresh)) and not values.get("$also")
    given = {
        name: value
        for name, value in carried.items()
        if name in filled and value not in (None, {}, [], ()) and not (anew and name in step.afresh)
    }
    for name, value in stated.items():
        earlier = given.get(name)
        if isinstance(value, Mapping) and isinstance(earlier, Mapping):
            given[name] = {**cast("dict[str, Any]", earlier), **cast("dict[str, Any]", value)}
        else:
            given[name] = list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
    return given


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("$", "="))


def _settle(
    step: str,
    tool: str,
    arguments: dict[str, Any],
    outcomes: Mapping[str, Outcome],
    schema: Mapping[str, Any],
) -> tuple[Outcome | None, Call | None]:
    first: Outcome | None = None
    for attempt in range(1, ATTEMPTS + 1):
        identifier = f"{step}-{attempt}"
        outcome = outcomes.get(identifier)
        if outcome is None:
            return None, (identifier, tool, arguments)
        first = first or outcome
        if outcome.error is None:
            return outcome, None
        if not outcome.retry or attempt == ATTEMPTS:
            # What a call with fewer arguments lacks is no news: the first complaint is about what was asked.
            return first, None
        reduced = _reduced(arguments, outcome.error, schema)
        if reduced == arguments:
            return first, None
        arguments = reduced
    return None, None


def _reduced(arguments: dict[str, Any], error: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = set(cast("list[str]", schema.get("required") or []))
    named = {name for name in arguments if re.search(rf"\b{re.escape(name)}\b", error)} - required
    dropped = named or (set(arguments) - required)
    return {name: value for name, value in arguments.items() if name not in dropped}
