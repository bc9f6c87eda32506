"""What a finished answer teaches: edges, findings and decisions, written without a language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from liftos_agents.domain.amount import format_money, format_number, format_share
from liftos_agents.domain.answer import AnswerBody
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.findings import Claim
from liftos_agents.domain.memory_record import CausalEdge, MemoryRecord
from liftos_agents.domain.reference import ReferenceFault, references, resolve, unit_of
from liftos_agents.memory.record import new_record

_CONFIDENCE = {"accepted": 0.9, "downgraded": 0.6, "refused": 0.3}
_UNSTATED = 0.8
_PRIOR_DRIVEN = 0.5
_GROUPS = ("channels", "allocation")
STATED_MARGIN = "Stated margin:"


def records_of(
    organisation: str, run_id: str, body: AnswerBody, evidence: Sequence[Evidence]
) -> list[MemoryRecord]:
    """Records for what `body` says and `evidence` found; equal input gives equal records, in equal order.

    A marketing-mix fit gives one causal edge a channel, or, refused, the finding that nothing is identified. A
    margin that the user stated is a fact, for the questions to come.
    An optimised budget gives a decision. Every claim that shows a number gives a finding (a sentence of words alone
    tells how the answer was reached), but for those that only read a proposed allocation out, which the decision
    holds already, and those that repeat words of a text that was read: whoever wrote a product page does not write
    into memory.
    """
    known = {e.id: e for e in evidence}
    found: list[MemoryRecord] = []
    for e in evidence:
        if e.tool == "fit_mmm":
            found += _edges(organisation, run_id, e)
        elif e.tool == "optimise_budget":
            found += _proposal(organisation, run_id, e, known)
    found += _facts(organisation, run_id, evidence)
    found += [
        _finding(organisation, run_id, claim, known)
        for claim in body.claims
        if _measures(claim, known) and not _in_decision(claim, known) and not _repeats_material(claim, known)
    ]
    return list({record.id: record for record in found}.values())


def _measures(claim: Claim, known: Mapping[str, Evidence]) -> bool:
    """Whether a claim shows a number, or an estimate with its interval."""
    for reference in references(claim.source):
        if (e := known.get(reference.evidence)) is None:
            continue
        try:
            value = resolve(e.result, reference.path)
        except ReferenceFault:
            continue
        if isinstance(value, Mapping):
            value = value.get("mean")
        if isinstance(value, int | float) and not isinstance(value, bool):
            return True
    return False


def _repeats_material(claim: Claim, known: Mapping[str, Evidence]) -> bool:
    """Whether a claim shows text of evidence that was read from a text, not from a table with its roles."""
    for reference in references(claim.source):
        e = known.get(reference.evidence)
        if e is None or "roles" in e.arguments:
            continue
        try:
            if isinstance(resolve(e.result, reference.path), str):
                return True
        except ReferenceFault:
            continue
    return False


def _edges(organisation: str, run_id: str, e: Evidence) -> list[MemoryRecord]:
    start, end = _window(e, {})
    target = _outcome(e)
    if e.result.get("status") == "refused":
        reasons = [_words(reason) for reason in e.result.get("refusals") or ()]
        content = f"Not identified: the effect of the channels on {target}. {' '.join(reasons)}".strip()
        subject = f"channels → {target}"
        entities = (*sorted(e.result.get("channels") or {}), target)
        return [_record(organisation, run_id, "finding", subject, content, entities, (e,), (start, end))]
    found: list[MemoryRecord] = []
    for channel, values in sorted((e.result.get("channels") or {}).items()):
        roas = values.get("roas")
        if not isinstance(roas, Mapping) or not {"mean", "p05", "p95"} <= set(roas):
            continue
        unit = unit_of(e.result, f"channels.{channel}.roas")
        edge = CausalEdge(
            source=channel,
            source_kind="channel",
            target=target,
            target_kind="kpi",
            measure="outcome per unit of spend" if unit == "outcome_per_spend" else "ROAS",
            effect=roas["mean"],
            low=roas["p05"],
            high=roas["p95"],
            method="MMM",
            evidence=e.id,
        )
        shown = [format_number(value, decimals=2) for value in (edge.effect, edge.low, edge.high)]
        content = f"{channel} → {target}: {edge.measure} {shown[0]} (90 % interval {shown[1]} to {shown[2]}), MMM{_on(start, end)}"
        weight = _PRIOR_DRIVEN if values.get("prior_driven") else 1.0
        found.append(
            _record(
                organisation,
                run_id,
                "causal_edge",
                f"{channel} → {target}",
                content,
                (channel, target),
                (e,),
                (start, end),
                edge=edge,
                weight=weight,
            )
        )
    return found


def _facts(organisation: str, run_id: str, evidence: Sequence[Evidence]) -> list[MemoryRecord]:
    stated = next((e for e in evidence if e.result.get("margin_stated") is True), None)
    if stated is None or not isinstance(stated.result.get("margin"), int | float):
        return []
    content = f"{STATED_MARGIN} {format_number(stated.result['margin'])} of revenue is profit before media."
    return [_record(organisation, run_id, "fact", "margin", content, ("margin",), (stated,), (None, None))]


def _proposal(
    organisation: str, run_id: str, e: Evidence, known: Mapping[str, Evidence]
) -> list[MemoryRecord]:
    allocation = e.result.get("allocation") or {}
    if not allocation or e.result.get("status") == "refused":
        return []
    currency = e.result.get("currency")
    moves = ", ".join(
        f"{name} {format_money(values['current'], currency)} → {format_money(values['proposed'], currency)}"
        for name, values in sorted(allocation.items())
    )
    total = format_money(e.result["total"], currency)
    gain = e.result.get("expected_gain") or {}
    sure = e.result.get("probability_beats_current")
    verdict = "recommended" if e.result.get("recommended") else "not recommended"
    parts = [f"Budget of {total} over {e.result.get('horizon_periods', '?')} periods, {verdict}: {moves}."]
    if {"mean", "p05", "p95"} <= set(gain):
        shown = [format_money(gain[key], currency) for key in ("mean", "p05", "p95")]
        parts.append(f"Expected gain {shown[0]} (90 % interval {shown[1]} to {shown[2]}).")
    if isinstance(sure, int | float):
        parts.append(f"Probability of beating the present mix {format_share(sure)}.")
    window = _window(e, known)
    entities = (*sorted(allocation), _outcome(e))
    return [
        _record(
            organisation,
            run_id,
            "decision",
            f"budget split of {total}",
            " ".join(parts),
            entities,
            (e,),
            window,
        )
    ]


def _in_decision(claim: Claim, known: Mapping[str, Evidence]) -> bool:
    named = references(claim.source)
    return bool(named) and all(
        r.keys[0] == "allocation" and r.evidence in known and known[r.evidence].tool == "optimise_budget"
        for r in named
    )


def _finding(organisation: str, run_id: str, claim: Claim, known: Mapping[str, Evidence]) -> MemoryRecord:
    used = [known[i] for i in claim.evidence if i in known]
    named = references(claim.source)
    entities = [r.keys[1] for r in named if len(r.keys) > 1 and r.keys[0] in _GROUPS]
    measures = [r.keys[2 if r.keys[0] in _GROUPS and len(r.keys) > 2 else 0] for r in named]
    tools = "+".join(dict.fromkeys(e.tool for e in used)) or claim.agent or "claim"
    outcomes = [_outcome(e) for e in used if e.arguments.get("roles")]
    about = ", ".join(dict.fromkeys([*entities, *measures])) or claim.text[:80]
    windows = [_window(e, known) for e in used]
    starts = [start for start, _ in windows if start]
    ends = [end for _, end in windows if end]
    window = (min(starts, default=None), max(ends, default=None))
    everyone = tuple(dict.fromkeys([*entities, *outcomes]))
    return _record(organisation, run_id, "finding", f"{tools}: {about}", claim.text, everyone, used, window)


def _record(
    organisation: str,
    run_id: str,
    kind: Any,
    subject: str,
    content: str,
    entities: Sequence[str],
    evidence: Sequence[Evidence],
    window: tuple[str | None, str | None],
    *,
    edge: CausalEdge | None = None,
    weight: float = 1.0,
) -> MemoryRecord:
    sure = min((_confidence(e) for e in evidence), default=_UNSTATED) * weight
    return new_record(
        organisation,
        kind,
        subject,
        content,
        entities=tuple(entities),
        source_run=run_id,
        evidence=tuple(e.id for e in evidence),
        datasets=tuple(dict.fromkeys(d.id for e in evidence for d in e.datasets)),
        valid_from=window[0],
        valid_to=window[1],
        confidence=round(sure, 3),
        edge=edge,
    )


def _confidence(e: Evidence) -> float:
    return _CONFIDENCE.get(str(e.result.get("fit_status") or e.result.get("status")), _UNSTATED)


def _window(e: Evidence, known: Mapping[str, Evidence]) -> tuple[str | None, str | None]:
    window = e.result.get("window")
    if not isinstance(window, Mapping) and str(e.result.get("fit")) in known:
        window = known[str(e.result["fit"])].result.get("window")
    if not isinstance(window, Mapping):
        return None, None
    start, end = window.get("start"), window.get("end")
    return str(start) if start else None, str(end) if end else None


def _outcome(e: Evidence) -> str:
    roles = e.arguments.get("roles")
    return str(roles.get("outcome") or "outcome") if isinstance(roles, Mapping) else "outcome"


def _on(start: str | None, end: str | None) -> str:
    return f", data of {start} to {end}" if start and end else ""


def _words(reason: Any) -> str:
    if isinstance(reason, Mapping):
        return str(reason.get("message") or reason.get("reason") or reason.get("meaning") or "")
    return str(reason)
