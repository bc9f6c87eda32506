"""Who should handle a question: steps, a clarifying question, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.domain.task import DatasetBrief, SpecialistBrief, Turn
from liftos_agents.models.offline.asked_topics import asked_for
from liftos_agents.models.offline.assignment import Assignment, assign, own_words, similarity_of
from liftos_agents.models.offline.causal_questions import for_causes, for_method
from liftos_agents.models.offline.clauses import clauses, request
from liftos_agents.models.offline.conversation import RouterCall
from liftos_agents.models.offline.follow_up import continued, is_follow_up
from liftos_agents.models.offline.language import language_of
from liftos_agents.models.offline.replies import question_back, refusal
from liftos_agents.models.offline.scope import is_vague, without_orders
from liftos_agents.models.offline.topic_model import TopicWeights, weights
from liftos_agents.models.offline.topics import ACTIVE, evidence, owners, said_of
from liftos_agents.models.offline.words import concepts

_WEAK = 0.4
_FIRM = 3.4
_ELSEWHERE = 2.5
_NEAR = 1.2
_SLIGHT = 1.6
_PLAIN = 2.0
_BRIEF = 60
_SHORT = 8
_ABOUT_DATA = frozenset(("data", "quality", "profile", "check", "dat", "date", "time", "row", "column"))
_BUILDS_ON = re.compile(
    r"\b(?:based on|given|using|from) (?:that|this|those|these|it|the (?:result|finding|outcome|analysis|audit))|\baccordingly\b"
)


def plan(call: RouterCall, learnt: TopicWeights | None = None) -> Plan:
    """The plan for a question, from its words, the specialists' own descriptions and the learnt topics alone.

    Args:
        learnt: Other weights than those of the package.
    """
    task = call.task
    specialists = tuple(call.specialists)
    channels = tuple(c for d in task.datasets for c in d.channels)
    language = language_of(task.question)
    question, ordered = without_orders(own_words(task.question, language))
    last = task.thread[-1] if task.thread else None
    if ordered and (not question or is_vague(question)):
        return Plan(refusal=refusal("changing my instructions", specialists, language), reason="orders only")
    made = assign(question, specialists, channels, language)
    whole = without_orders(task.question.strip())[0]
    if question != whole and _firmness(made) < ACTIVE:
        in_full = assign(whole, specialists, channels, language)
        better = _firmness(in_full) >= ACTIVE and _firmness(made) < _SLIGHT and not made.concepts_here()
        if (len(in_full.parts) > 1 and _firmness(made) < _PLAIN) or better:
            made, question = in_full, whole
    if last is not None and last.clarification and not is_vague(question):
        answered = _answered(question, last, made, specialists, channels)
        if answered is not None:
            return answered
    elif last is not None and last.agents and (is_follow_up(question, language) or _unsure(question, made)):
        followed = _follow(question, last, made, specialists, language)
        if followed is not None:
            return followed
    on_data = _for_data(question, task.datasets, specialists, language)
    if on_data is not None:
        return Plan(steps=(PlanStep(agent=on_data, goal=question),), reason="how good the data are")
    if is_vague(question):
        return Plan(
            clarification=question_back(specialists, language), reason="nothing in particular is asked for"
        )
    if last is not None and last.agents and not made.parts and len(made.concepts) <= 4:
        followed = _follow(question, last, made, specialists, language)
        if followed is not None:
            return followed
    if question != task.question.strip() and not made.parts and made.foreign is None:
        on_material = _for_material(question, specialists)
        if on_material is not None:
            step = PlanStep(agent=on_material, goal=question)
            return Plan(steps=(step,), reason="what to do with the material given")
    asked = asked_for(question, made, specialists, channels, language, learnt or weights())
    parts = _with_audits(asked.parts, question, task.datasets, specialists, language)
    parts = _with_causes(parts, question, task.datasets, specialists, made.foreign is not None)
    if parts:
        return Plan(steps=_steps(parts, specialists), reason=_reason(parts))
    if asked.elsewhere:
        about = made.foreign.about if made.foreign is not None else "that"
        said = "no specialist's business" if about == "that" else f"about {about}"
        return Plan(refusal=refusal(about, specialists, language), reason=said)
    return Plan(clarification=question_back(specialists, language), reason="no specialist stands out")


def _answered(
    question: str,
    last: Turn,
    made: Assignment,
    specialists: tuple[SpecialistBrief, ...],
    channels: tuple[str, ...],
) -> Plan | None:
    """The question that was asked back about, with its answer; None when the answer is a question of its own."""
    before = assign(request(last.question), specialists, channels, language_of(last.question))
    known = {b.name for b in specialists}
    asked = before.parts or {name: [request(last.question)] for name in last.agents if name in known}
    firm = max(made.strength, key=lambda name: made.strength[name], default=None)
    if not asked or (firm is not None and firm not in asked and made.strength[firm] >= _FIRM):
        return None
    goals = {name: [*parts, question] for name, parts in asked.items()}
    return Plan(steps=_steps(goals, specialists), reason="answers what was asked back")


def _for_data(
    question: str, datasets: Sequence[DatasetBrief], specialists: tuple[SpecialistBrief, ...], language: str
) -> str | None:
    """Who looks at the table itself, when a short question asks for nothing but how good or sound it is."""
    if len(question.split()) > _SHORT or not any(d.kind == "table" for d in datasets):
        return None
    asked = set(concepts(question, language))
    if not asked & {"quality", "check"} or not asked <= _ABOUT_DATA:
        return None
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    scores = similarity_of(specialists).scores(f"{question} data quality", any_concept=True)
    return next((s.name for s in scores if s.name in on_tables), None)


def _for_material(question: str, specialists: tuple[SpecialistBrief, ...]) -> str | None:
    """Who works on a text that came with the question, when everyday words are all that asks for it (`audit this`)."""
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    owned = owners(specialists)
    scores = {
        t: v for t, v in evidence(said_of(question)).items() if t in owned and owned[t] not in on_tables
    }
    best = max(scores, key=lambda t: scores[t], default=None)
    return owned[best] if best is not None and scores[best] >= _WEAK else None


def _with_causes(
    parts: dict[str, list[str]],
    question: str,
    datasets: Sequence[DatasetBrief],
    specialists: tuple[SpecialistBrief, ...],
    foreign: bool,
) -> dict[str, list[str]]:
    """`parts`, a question of causes in the given table with whoever measures them, in the place of another reader of tables."""
    on_tables = {brief.name for brief in specialists if brief.needs == "table"}
    method = for_method(question, specialists)
    analyst = for_causes(question, datasets, specialists, foreign=foreign) or method
    if analyst is None or analyst in parts:
        return parts
    if not parts:
        return {analyst: [question]}
    media = any(d.channels for d in datasets)
    material = media or any(d.kind != "table" or d.catalogue for d in datasets)
    moved = {n for n in parts if (n in on_tables and (method is not None or not media)) or not material}
    return {(analyst if n in moved else n): given for n, given in parts.items()}


def _with_audits(
    parts: dict[str, list[str]],
    question: str,
    datasets: Sequence[DatasetBrief],
    specialists: tuple[SpecialistBrief, ...],
    language: str,
) -> dict[str, list[str]]:
    """`parts`, and the audit that a clause asks for by nothing but the name of a product of a catalogue."""
    auditor = owners(specialists).get("surfacing")
    titles = {word for d in datasets if d.catalogue for title in d.products for word in concepts(title)}
    if auditor is None or auditor in parts or not titles:
        return parts
    audits: list[str] = []
    others: list[str] = []
    for clause in clauses(question):
        said = said_of(clause, language)
        ours = {c for c in said if c[0] != "#" and any(evidence((c,)).values())}
        audited = "audit" in said and ours == {"audit"} and bool(titles & set(said))
        (audits if audited else others).append(clause)
    if not audits:
        return parts
    rest = {n: others if given == [question] and others else given for n, given in parts.items()}
    made = {auditor: audits, **rest}
    return dict(sorted(made.items(), key=lambda entry: question.find(entry[1][0])))


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
    question: str, last: Turn, made: Assignment, specialists: tuple[SpecialistBrief, ...], language: str
) -> Plan | None:
    """The step of the turn before that the question goes on from; None when it stands on its own feet."""
    known = {brief.name for brief in specialists if brief.name in last.agents}
    if not known or (made.foreign is not None and not made.parts):
        return None
    if "what_if" in made.concepts and continued(question, language):
        changed = evidence(c for c in made.concepts if c != "what_if")
        if max(changed.values()) < _ELSEWHERE:
            return _going_on(question, [n for n in last.agents if n in known][-1])
    elsewhere = [n for n in made.parts if n not in known and made.strength[n] >= _ELSEWHERE]
    if elsewhere or (made.parts and not continued(question, language) and not _unsure(question, made)):
        return None
    owned = {t: n for t, n in owners(specialists).items() if n in known}
    scores = evidence(said_of(question, language))
    ranked = sorted(owned, key=lambda t: -scores[t])
    near = owned[ranked[0]] if ranked and scores[ranked[0]] > _NEAR else None
    if near is None and "explain" in made.concepts and ranked:
        near = owned[ranked[0]]
    agent = near or next(name for name in reversed(last.agents) if name in known)
    return _going_on(question, agent)


def _going_on(question: str, agent: str) -> Plan:
    step = PlanStep(agent=agent, goal=question.strip())
    return Plan(steps=(step,), reason="goes on from the question before")


def _unsure(question: str, made: Assignment) -> bool:
    """Whether a question is short and speaks to nobody firmly: in a thread it goes on, then."""
    return len(question) <= _BRIEF and _firmness(made) < ACTIVE


def _firmness(made: Assignment) -> float:
    return max(made.strength.values(), default=0.0)


def _reason(assigned: dict[str, list[str]]) -> str:
    return "; ".join(f"{name}: {' / '.join(parts)}" for name, parts in assigned.items())
