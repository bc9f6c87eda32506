"""From reports to one answer: in the plan's order, each sentence once, every failed diagnostic said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.answer import AnswerBody, Dropped, Grounding
from liftos_agents.domain.findings import Claim, Recommendation
from liftos_agents.domain.reference import references
from liftos_agents.graphs.sentences import Reader
from liftos_agents.graphs.state import Report
from liftos_agents.graphs.verification import (
    Verdict,
    Vocabulary,
    count_numbers,
    failed_checks,
    mentions_check,
    verify,
)

Verdicts = dict[tuple[str, bool], Verdict]


class Text(BaseModel):
    """A sentence with its references and whose it is."""

    model_config = ConfigDict(frozen=True)

    source: str
    agent: str


class Texts(BaseModel):
    """The composed answer, with references."""

    model_config = ConfigDict(frozen=True)

    headline: tuple[Text, ...] = ()
    claims: tuple[Text, ...] = ()
    recommendations: tuple[Text, ...] = ()
    caveats: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Checked:
    """Composed texts that may be shown, and those that may not."""

    texts: Texts
    dropped: tuple[Dropped, ...]


def compose(reports: Mapping[int, Report], reader: Reader, notes: Sequence[str] = ()) -> Texts:
    """The texts of an answer: reports in the plan's order, equal sentences once.

    A specialist without a headline lends its first claim. A failed diagnostic that no caveat points at gets
    one. A specialist that failed or asks something becomes a caveat, as does each of `notes` on the data.
    """
    ordered = [reports[step] for step in sorted(reports)]
    headline = [Text(source=_headline(r), agent=r["agent"]) for r in ordered if _headline(r)]
    lent = {(t.source, t.agent) for t in headline}
    claims = [
        Text(source=s, agent=r["agent"]) for r in ordered for s in r["claims"] if (s, r["agent"]) not in lent
    ]
    recommendations = [Text(source=s, agent=r["agent"]) for r in ordered for s in r["recommendations"]]
    caveats = [Text(source=s, agent=r["agent"]) for r in ordered for s in r["caveats"]]
    caveats += _unmentioned_checks(reader, [t.source for t in (*claims, *caveats)])
    caveats += [Text(source=_unfinished(r), agent=r["agent"]) for r in ordered if r["status"] != "done"]
    caveats += [Text(source=note, agent="data") for note in notes]
    return Texts(
        headline=_once(headline, reader),
        claims=_once(claims, reader),
        recommendations=_once(recommendations, reader),
        caveats=_once(caveats, reader),
    )


def check(texts: Texts, reader: Reader, vocabulary: Vocabulary, verdicts: Verdicts) -> Checked:
    """`texts` less those that cannot be verified against all evidence of the run.

    Args:
        verdicts: Verdicts at hand; new ones are added.
    """
    dropped: list[Dropped] = []

    def accepted(group: tuple[Text, ...], recommendation: bool = False) -> tuple[Text, ...]:
        kept: list[Text] = []
        for text in group:
            verdict = verdicts.get((text.source, recommendation))
            if verdict is None:
                verdict = verify(text.source, reader, vocabulary, recommendation=recommendation)
                verdicts[(text.source, recommendation)] = verdict
            if verdict.accepted:
                kept.append(text)
            else:
                dropped.append(Dropped(text=text.source, agent=text.agent, reasons=verdict.reasons))
        return tuple(kept)

    return Checked(
        Texts(
            headline=accepted(texts.headline),
            claims=accepted(texts.claims),
            recommendations=accepted(texts.recommendations, recommendation=True),
            caveats=accepted(texts.caveats),
        ),
        tuple(dropped),
    )


def render(texts: Texts, verdicts: Verdicts) -> AnswerBody:
    """The answer as a reader sees it, from texts that were checked."""

    def claim(kind: type[Claim], prefix: str, position: int, text: Text, recommendation: bool) -> Any:
        verdict = verdicts[(text.source, recommendation)]
        return kind(
            id=f"{prefix}{position + 1}",
            text=verdict.text,
            source=text.source,
            agent=text.agent,
            evidence=verdict.evidence,
        )

    return AnswerBody(
        headline=" ".join(verdicts[(t.source, False)].text.strip() for t in texts.headline),
        claims=tuple(claim(Claim, "c", i, t, False) for i, t in enumerate(texts.claims)),
        recommendations=tuple(
            claim(Recommendation, "r", i, t, True) for i, t in enumerate(texts.recommendations)
        ),
        caveats=tuple(verdicts[(t.source, False)].text for t in texts.caveats),
        headline_source="\n".join(t.source.strip() for t in texts.headline),
        caveat_sources=tuple(t.source for t in texts.caveats),
    )


def ground(texts: Texts, reader: Reader, vocabulary: Vocabulary, dropped: tuple[Dropped, ...]) -> Grounding:
    """How many numbers the answer shows, and how many of them lead to evidence."""
    groups = (*texts.headline, *texts.claims, *texts.recommendations, *texts.caveats)
    counted = [count_numbers(reader.read(t.source), vocabulary) for t in groups]
    return Grounding(numbers=sum(c[0] for c in counted), bound=sum(c[1] for c in counted), dropped=dropped)


def evidence_order(texts: Texts, reports: Mapping[int, Report], ledger: Mapping[str, Any]) -> tuple[str, ...]:
    """Evidence ids by first use in the texts, then the other calls of the plan, then what they were built on."""
    groups = (*texts.headline, *texts.claims, *texts.recommendations, *texts.caveats)
    used = [r.evidence for t in groups for r in references(t.source)]
    called = [c["evidence"] for step in sorted(reports) for c in reports[step]["calls"]]
    return tuple(dict.fromkeys([*(i for i in (*used, *called) if i in ledger), *sorted(ledger)]))


def _headline(report: Report) -> str:
    if report["headline"] or report["status"] != "done":
        return report["headline"]
    return report["claims"][0] if report["claims"] else ""


def _unmentioned_checks(reader: Reader, sources: list[str]) -> list[Text]:
    texts: list[Text] = []
    for failed in failed_checks(reader.results):
        if any(mentions_check(source, failed) for source in sources):
            continue
        identifier, position, _ = failed
        check_ = reader.results[identifier]["checks"][position]
        base = f"{identifier}:checks.{position}"
        words = f"A check failed: {{{base}.meaning|text}}" if check_.get("meaning") else "A check failed"
        name = f" ({{{base}.name|text}}"
        numbers = [
            f"{label} {{{base}.{key}|number}}"
            for label, key in (("value", "value"), ("threshold", "threshold"))
            if isinstance(check_.get(key), int | float) and not isinstance(check_.get(key), bool)
        ]
        source = f"{words}{name}{''.join(f', {n}' for n in numbers)})."
        if reader.read(source).faults:
            source = "A check of the evidence failed; its diagnostics say which."
        texts.append(Text(source=source, agent="verifier"))
    return texts


def _unfinished(report: Report) -> str:
    who = report["agent"].replace("_", " ")
    if report["status"] == "clarification":
        return f"To go further, the {who} asks: {report['message']}"
    return f"The {who} did not finish: {report['message']}"


def _once(texts: list[Text], reader: Reader) -> tuple[Text, ...]:
    """Each sentence once: two are the same when a reader sees the same words."""
    kept: dict[str, Text] = {}
    for text in texts:
        key = " ".join(reader.read(text.source).text.lower().split())
        if key and key not in kept:
            kept[key] = text
    return tuple(kept.values())
