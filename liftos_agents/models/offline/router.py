"""Who should handle a question: steps, a clarifying question, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.domain.task import DatasetBrief, SpecialistBrief, Turn
from liftos_agents.models.offline.channel_names import in_common_words
from liftos_agents.models.offline.clauses import asks, clauses, head, request
from liftos_agents.models.offline.conversation import RouterCall
from liftos_agents.models.offline.follow_up import continued, is_follow_up
from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.scope import foreign_subject, is_vague, without_orders
from liftos_agents.models.offline.similarity import REQUESTS, Similarity
from liftos_agents.models.offline.words import concepts

_SURE = 0.46
_WEAK = 0.4
_NEW = 0.6
_SHORT_WORD = 3
_SHORT = 8
_ABOUT_DATA = frozenset(("data", "quality", "profile", "dat", "date", "time", "row", "column"))
_BUILDS_ON = re.compile(
    r"\b(?:based on|given|using|from) (?:that|this|those|these|it|the (?:result|finding|outcome|analysis|audit))|\baccordingly\b"
)


def plan(call: RouterCall) -> Plan:
    """The plan for a question, from its words and the specialists' own descriptions alone."""
    task = call.task
    channels = tuple(c for d in task.datasets for c in d.channels)
    question, ordered = without_orders(request(task.question))
    last = task.thread[-1] if task.thread else None
    if last is not None and last.clarification and not is_vague(question):
        asked, _ = _assign(request(last.question), call.specialists, channels)
        best = _similarity(tuple(call.specialists)).scores(question)[0]
        if asked and (best.name in asked or best.value < _NEW):
            goals = {name: [*parts, question] for name, parts in asked.items()}
            return Plan(steps=_steps(goals, call.specialists), reason="answers what was asked back")
    elif last is not None and last.agents and is_follow_up(question):
        followed = _follow(question, last, call.specialists, channels)
        if followed is not None:
            return followed
    if ordered and (not question or is_vague(question)):
        return Plan(refusal=_refusal("changing my instructions", call.specialists), reason="orders only")
    on_data = _for_data(question, task.datasets, call.specialists)
    if on_data is not None:
        return Plan(steps=(PlanStep(agent=on_data, goal=question),), reason="how good the data are")
    if is_vague(question):
        return Plan(clarification=_which(call.specialists), reason="nothing in particular is asked for")
    assigned, foreign = _assign(question, call.specialists, channels)
    if assigned:
        return Plan(steps=_steps(assigned, call.specialists), reason=_reason(assigned))
    if foreign is None and question != task.question.strip():
        on_material = _for_material(question, call.specialists)
        if on_material is not None:
            step = PlanStep(agent=on_material, goal=question)
            return Plan(steps=(step,), reason="what to do with the material given")
    if foreign is not None:
        return Plan(refusal=_refusal(foreign, call.specialists), reason=f"about {foreign}")
    if last is not None and last.agents and len(concepts(question)) <= 4:
        followed = _follow(question, last, call.specialists, channels)
        if followed is not None:
            return followed
    if _touches_subject(question, call.specialists):
        return Plan(clarification=_which(call.specialists), reason="no specialist stands out")
    return Plan(refusal=_refusal("that", call.specialists), reason="no specialist's business")


def _for_data(
    question: str, datasets: Sequence[DatasetBrief], specialists: Sequence[SpecialistBrief]
) -> str | None:
    """Who looks at the table itself, when a short question asks for nothing but how good or sound it is."""
    if len(question.split()) > _SHORT or not any(d.kind == "table" for d in datasets):
        return None
    asked = set(concepts(question))
    if "quality" not in asked or not asked <= _ABOUT_DATA:
        return None
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    scores = _similarity(tuple(specialists)).scores(f"{question} data", any_concept=True)
    return next((s.name for s in scores if s.name in on_tables), None)


def _assign(
    question: str, specialists: Sequence[SpecialistBrief], channels: tuple[str, ...]
) -> tuple[dict[str, list[str]], str | None]:
    similarity = _similarity(tuple(specialists))
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    assigned: dict[str, list[str]] = {}
    pending: list[str] = []
    current: str | None = None
    foreign: str | None = None
    for clause in clauses(question):
        if current is not None and current not in on_tables and not asks(clause):
            assigned[current].append(clause)
            continue
        opening = head(clause)
        if opening != clause:
            best = similarity.scores(in_common_words(opening, channels))[0]
            private = foreign_subject(clause, similarity.knows, only_always=True)
            if best.value >= _SURE and best.name not in on_tables and private is None:
                current = best.name
                assigned.setdefault(current, []).extend([*pending, clause])
                pending = []
                continue
        said = in_common_words(clause, channels)
        subject = foreign_subject(said, similarity.knows)
        if subject is not None:
            foreign = foreign or subject
            continue
        best = similarity.scores(said)[0]
        if best.value >= _SURE or (best.value >= _WEAK and current is None):
            current = best.name
            assigned.setdefault(current, []).extend([*pending, clause])
            pending = []
        elif current is not None:
            assigned[current].append(clause)
        else:
            pending.append(clause)
    if not assigned and foreign is None:
        as_channels = in_common_words(question, channels, every=True)
        for said in (in_common_words(question, channels), as_channels):
            best = similarity.scores(said)[0]
            if best.value >= _WEAK and not (said is as_channels and _strangers(said, similarity, 2)):
                assigned[best.name] = [question.strip()]
                break
    return assigned, foreign


def _for_material(question: str, specialists: Sequence[SpecialistBrief]) -> str | None:
    """Who works on a text that came with the question, when everyday words are all that asks for it (`audit this`)."""
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    scores = _similarity(tuple(specialists)).scores(question, any_concept=True)
    return next((s.name for s in scores if s.name not in on_tables and s.value >= _WEAK), None)


def _steps(assigned: dict[str, list[str]], specialists: Sequence[SpecialistBrief]) -> tuple[PlanStep, ...]:
    order = {brief.name: (index, brief.needs) for index, brief in enumerate(specialists)}
    mentioned = list(assigned)
    on_tables = iter(
        sorted((n for n in mentioned if order[n][1] == "table"), key=lambda name: order[name][0])
    )
    names = [next(on_tables) if order[name][1] == "table" else name for name in mentioned]
    steps: list[PlanStep] = []
    for index, name in enumerate(names):
        goal = "; ".join(assigned[name])
        shared = order[name][1] == "table" or _BUILDS_ON.search(goal.lower()) is not None
        needs = tuple(
            i
            for i in range(index)
            if shared and (order[names[i]][1] == order[name][1] or _BUILDS_ON.search(goal.lower()))
        )
        steps.append(PlanStep(agent=name, goal=goal, needs=needs))
    return tuple(steps)


def _follow(
    question: str, last: Turn, specialists: Sequence[SpecialistBrief], channels: tuple[str, ...]
) -> Plan | None:
    known = [brief for brief in specialists if brief.name in last.agents]
    if not known:
        return None
    own, foreign = _assign(question, specialists, channels)
    if own and not continued(question):
        return None
    if foreign is not None and not own:
        return None
    scores = _similarity(tuple(specialists)).scores(question)
    if scores[0].value >= _SURE and scores[0].name not in last.agents:
        return None
    near = [s.name for s in scores if s.name in last.agents and s.value >= _SURE]
    if not near and "explain" in concepts(question):
        loose = _similarity(tuple(specialists)).scores(question, any_concept=True)
        near = [s.name for s in loose if s.name in last.agents and s.value > 0]
    agent = near[0] if near else last.agents[-1]
    return Plan(
        steps=(PlanStep(agent=agent, goal=question.strip()),), reason="goes on from the question before"
    )


def _touches_subject(question: str, specialists: Sequence[SpecialistBrief]) -> bool:
    """Whether a request that nobody stands out for may still be meant for somebody here.

    It may when it speaks mostly of what the specialists speak of, or of nothing in particular.
    """
    known = _similarity(tuple(specialists))
    found = concepts(question)
    ours = [c for c in found if known.knows(c) and c not in REQUESTS]
    strange = _strangers(question, known, _SHORT_WORD + 1)
    return not strange or (bool(ours) and 2 * len(ours) > len(set(found) - lexicon().generic))


def _strangers(said: str, known: Similarity, least: int) -> bool:
    """Whether `said` holds a word, of `least` letters or more, for something that no specialist speaks of."""
    return any(not known.knows(c) and c not in lexicon().generic and len(c) >= least for c in concepts(said))


@lru_cache(maxsize=32)
def _similarity(specialists: tuple[SpecialistBrief, ...]) -> Similarity:
    return Similarity({s.name: (s.purpose, *s.handles, *s.examples) for s in specialists})


def _which(specialists: Sequence[SpecialistBrief]) -> str:
    examples = [f"“{brief.examples[0]}”" for brief in specialists if brief.examples]
    return "What would you like to know? You could ask, for instance: " + " or ".join(examples)


def _refusal(about: str, specialists: Sequence[SpecialistBrief]) -> str:
    abilities = [brief.handles[0] for brief in specialists if brief.handles]
    subject = "That" if about == "that" else f"A request about {about}"
    return f"{subject} is not something that I can help with; what I can do is: {', '.join(abilities)}."


def _reason(assigned: dict[str, list[str]]) -> str:
    return "; ".join(f"{name}: {' / '.join(parts)}" for name, parts in assigned.items())
