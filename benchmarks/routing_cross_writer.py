"""How the offline router routes the questions of a writer whom it never read: each writer left out of the training in turn.

The rules alone are the same router without what was learnt. They were tuned on the suite's development questions and on
none of these. The counts are of single questions without a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.report import write
from benchmarks.topic_training import TOPIC_OF, Question, learn, questions
from liftos_agents.agents import built_in
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.task import RoutingTask
from liftos_agents.evals.statistics import wilson
from liftos_agents.models.offline.asked_topics import by_rules
from liftos_agents.models.offline.assignment import assign
from liftos_agents.models.offline.conversation import RouterCall
from liftos_agents.models.offline.language import language_of
from liftos_agents.models.offline.router import plan
from liftos_agents.models.offline.topic_model import ELSEWHERE, NOTHING
from liftos_agents.models.offline.topics import owners

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh")
TUNED_ON = ("routing", "house")


def main() -> None:
    """Measure and write `results/routing_cross_writer.json`."""
    asked = questions()
    rows: list[dict[str, Any]] = []
    everything: list[tuple[Question, frozenset[str], frozenset[str]]] = []
    for writer in sorted({q.writer for q in asked} - set(TUNED_ON)):
        ours = [q for q in asked if q.writer == writer]
        learnt = learn([q for q in asked if q.writer != writer])
        briefs = tuple(s.brief() for s in built_in().values())
        answered = [
            (q, labels_of(plan(RouterCall(RoutingTask(question=q.asked), briefs), learnt)), _by_rules(q))
            for q in ours
        ]
        rows.append(_row(writer, answered))
        everything += answered
        print(rows[-1], flush=True)
    rows.append(_row("all writers", everything))
    for language in LANGUAGES:
        rows.append(_row(f"all writers, {language}", [a for a in everything if a[0].language == language]))
    write(
        "routing_cross_writer",
        "Routing questions of a writer never read",
        rows,
        settings={
            "questions": len(asked),
            "false refusals": "share of answerable questions that are refused",
        },
        notes=[
            "Intervals are Wilson's, 95 %. Each row's weights were learnt from all other writers and the development questions. "
            "tc wrote hard questions on purpose, td mostly compounds, te many out of scope. "
            "The weight of the rules and of a question's parts was chosen on ta, tb and td, so their rows flatter a little."
        ],
    )


def labels_of(made: Plan) -> frozenset[str]:
    """The labels that a plan of the built-in specialists stands for."""
    if made.steps:
        return frozenset(TOPIC_OF[step.agent] for step in made.steps)
    return frozenset((ELSEWHERE if made.refusal else NOTHING,))


def _by_rules(question: Question) -> frozenset[str]:
    briefs = tuple(s.brief() for s in built_in().values())
    made = assign(question.text, briefs, (), language_of(question.text))
    return by_rules(question.text, made, owners(briefs))


def _row(name: str, answered: Sequence[tuple[Question, frozenset[str], frozenset[str]]]) -> dict[str, Any]:
    right = [said == q.labels for q, said, _ in answered]
    interval = wilson(sum(right), len(right))
    row: dict[str, Any] = {
        "left out": name,
        "questions": len(right),
        "accuracy": round(sum(right) / len(right), 3),
        "low": round(interval.low, 3),
        "high": round(interval.high, 3),
        "rules alone": round(sum(r == q.labels for q, _, r in answered) / len(right), 3),
    }
    kinds = {
        "single": lambda q: len(q.labels) == 1 and not q.labels & {ELSEWHERE, NOTHING},
        "compound": lambda q: len(q.labels) > 1,
        "out of scope": lambda q: ELSEWHERE in q.labels,
        "question back": lambda q: NOTHING in q.labels,
    }
    for kind, holds in kinds.items():
        ours = [ok for ok, (q, _, _) in zip(right, answered, strict=True) if holds(q)]
        row[kind] = round(sum(ours) / len(ours), 3) if ours else None
    refused = [ELSEWHERE in said for q, said, _ in answered if ELSEWHERE not in q.labels]
    row["false refusals"] = round(sum(refused) / max(1, len(refused)), 3)
    return row
