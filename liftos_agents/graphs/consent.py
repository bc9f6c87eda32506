"""The station where money waits for a person: what is asked, what is withheld, what a decision does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from liftos_agents.domain.answer import Answer, AnswerBody, Grounding
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.promotion import plan_hashes
from liftos_agents.domain.run import Approval
from liftos_agents.graphs import composition
from liftos_agents.graphs.approvals import approval_id
from liftos_agents.graphs.composition import Text, Texts
from liftos_agents.graphs.guardrails import reasons
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.state import Report, RunState, reports_of
from liftos_agents.graphs.tool_calls import built_on
from liftos_agents.graphs.verification import Vocabulary, verify
from liftos_agents.graphs.views import plain, vocabulary_of
from liftos_agents.version import __version__

DENIED = "A person did not approve the plan that these figures propose: the recommendations built on it are left out."
WAITS_HEADLINE = "A plan waits for a person's decision before it is recommended."
DENIED_HEADLINE = "A plan that was worked out was not approved."


async def approve(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """Waits until a person has decided on every plan outside the guardrails; drops what was denied.

    What was asked and decided stands in rows. Whatever wakes this station, it reads them again: nothing is asked
    twice, and a decision made while no process was there counts.
    """
    run = runtime.context
    if state.get("status") != "complete":
        return {}
    texts = Texts.model_validate(state.get("texts") or {})
    questions = _questions(run, state, texts)
    if not questions:
        return {}
    loop = asyncio.get_running_loop()
    asked = await loop.run_in_executor(run.services.pool, run.services.stores.approvals.ask, questions)
    while any(a.status == "pending" for a in asked):
        interrupt({"approvals": [plain(a) for a in asked]})
        asked = await loop.run_in_executor(run.services.pool, run.services.stores.approvals.of_run, run.id)
    for approval in asked:
        run.trace.decide(_decision(approval))
    denied = [a for a in asked if a.status == "denied"]
    if not denied:
        return {}
    return _denied(run, state, texts, [a.evidence for a in denied])


def waiting(run: Run, state: RunState, asked: Sequence[Approval]) -> AnswerBody:
    """The answer of a run that waits: all that may be read now, less the headlines and recommendations that wait."""
    texts = Texts.model_validate(state.get("texts") or {})
    plans = [a.evidence for a in asked if a.status != "approved"]
    shown = _without(run, reports_of(state), texts, plans, instead=WAITS_HEADLINE)
    _judge(run, shown, vocabulary_of(state))
    return composition.render(shown, run.verdicts)


def learnable(answer: Answer, asked: Iterable[Approval]) -> tuple[AnswerBody, tuple[Evidence, ...]]:
    """What of an answer may be remembered: neither a denied plan nor anything found out about it."""
    denied = {a.evidence for a in asked if a.status == "denied"}
    about = {e.id for e in answer.evidence if e.id in denied or not denied.isdisjoint(built_on(e))}
    claims = tuple(c for c in answer.answer.claims if about.isdisjoint(c.evidence))
    learnt = tuple(e for e in answer.evidence if e.id not in about)
    return answer.answer.model_copy(update={"claims": claims}), learnt


def pending_approval(run_id: str, asked: Iterable[Approval]) -> dict[str, Any]:
    """What a reader of a waiting answer must know: each question, why, and how to decide it."""
    return {
        "approvals": [plain(a) for a in asked],
        "how": {
            "approve": f"liftos runs approve {run_id}",
            "deny": f"liftos runs deny {run_id}",
        },
    }


def _questions(run: Run, state: RunState, texts: Texts) -> list[Approval]:
    """A question for each plan that is recommended and that a guardrail does not let pass."""
    reports = reports_of(state)
    called = [c["evidence"] for step in sorted(reports) for c in reports[step]["calls"]]
    found: list[Approval] = []
    for identifier in dict.fromkeys(i for i in called if i in run.ledger):
        evidence = run.ledger[identifier]
        held = _resting(run, reports, texts.recommendations, [identifier], recommendation=True)
        if not _proposed(run, identifier, held):
            continue
        promoted = run.guardrails.unattended == "promotion" and _promoted(run, evidence)
        why = reasons(evidence.tool, evidence.result, run.guardrails, promoted=promoted)
        if why:
            found.append(
                Approval(
                    id=approval_id(run.id, identifier, [r.rule for r in why]),
                    run_id=run.id,
                    organisation=run.organisation,
                    evidence=identifier,
                    tool=evidence.tool,
                    reasons=why,
                    recommendations=tuple(run.verdicts[(t.source, True)].text for t in held),
                )
            )
    return found


def _promoted(run: Run, plan: Evidence) -> bool:
    records = run.services.stores.promotions(run.organisation)
    return records.promoted("plan", plan.id, plan_hashes(plan), __version__) is not None


def _proposed(run: Run, plan: str, held: Sequence[Text]) -> bool:
    """Whether a plan is put to somebody: by its own verdict, or for one that has none, by a recommendation."""
    verdict = run.ledger[plan].result.get("recommended")
    return (
        bool(verdict)
        if isinstance(verdict, bool)
        else any(_cites(run, run.verdicts[(text.source, True)].evidence, plan) for text in held)
    )


def _resting(
    run: Run,
    reports: Mapping[int, Report],
    texts: Sequence[Text],
    plans: Sequence[str],
    *,
    recommendation: bool,
) -> tuple[Text, ...]:
    """The texts that rest on one of `plans`: that cite it, or cite nothing beside it.

    A text without a figure stands with the others of the specialist who made the plan.
    """
    makers = {r["agent"] for r in reports.values() for c in r["calls"] if c["evidence"] in plans}

    def rests(text: Text) -> bool:
        cited = run.verdicts[(text.source, recommendation)].evidence
        return any(_cites(run, cited, plan) for plan in plans) or (not cited and text.agent in makers)

    return tuple(t for t in texts if rests(t))


def _cites(run: Run, cited: Sequence[str], plan: str) -> bool:
    return plan in cited or any(plan in built_on(run.ledger[i]) for i in cited if i in run.ledger)


def _without(
    run: Run, reports: Mapping[int, Report], texts: Texts, plans: Sequence[str], *, instead: str
) -> Texts:
    """The texts less the headlines and recommendations that rest on `plans`; `instead` says so in the headline."""
    headline = _resting(run, reports, texts.headline, plans, recommendation=False)
    held = _resting(run, reports, texts.recommendations, plans, recommendation=True)
    notice = (Text(source=instead, agent="verifier"),) if headline else ()
    return texts.model_copy(
        update={
            "headline": (*_less(texts.headline, headline), *notice),
            "recommendations": _less(texts.recommendations, held),
        }
    )


def _denied(run: Run, state: RunState, texts: Texts, plans: Sequence[str]) -> dict[str, Any]:
    """The answer's texts less what rested on denied plans, with a caveat that says so."""
    reports, vocabulary = reports_of(state), vocabulary_of(state)
    left = _without(run, reports, texts, plans, instead=DENIED_HEADLINE)
    left = left.model_copy(update={"caveats": (*left.caveats, Text(source=DENIED, agent="verifier"))})
    _judge(run, left, vocabulary)
    dropped = Grounding.model_validate(state.get("grounding") or {}).dropped
    return {
        "texts": plain(left),
        "grounding": plain(composition.ground(left, run.reader, vocabulary, dropped)),
        "evidence": list(composition.evidence_order(left, reports, run.ledger)),
    }


def _judge(run: Run, texts: Texts, vocabulary: Vocabulary) -> None:
    for text in (*texts.headline, *texts.caveats):
        if (text.source, False) not in run.verdicts:
            run.verdicts[(text.source, False)] = verify(text.source, run.reader, vocabulary)


def _less(texts: tuple[Text, ...], held: tuple[Text, ...]) -> tuple[Text, ...]:
    return tuple(t for t in texts if t not in held)


def _decision(approval: Approval) -> Decision:
    return Decision(
        kind="guardrail",
        actor=approval.by or "user",
        asked=" ".join(reason.text for reason in approval.reasons),
        options=("approved", "denied"),
        chosen=approval.status,
        reason=approval.note,
        evidence=(approval.evidence,),
        detail={"approval": approval.id, "decided_at": approval.decided_at},
    )
