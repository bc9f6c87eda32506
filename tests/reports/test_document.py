"""The page: whole, self-contained, the same every time, and safe with whatever an answer holds."""

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest

from liftos_agents.domain.answer import Answer, AnswerBody, Dropped, Grounding
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.domain.findings import Claim, Recommendation
from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.domain.run import Approval, ApprovalReason
from liftos_agents.reports import page
from tests.reports.reading import Node, read

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\x07\u202e{ev_1:x|money}</style></title><svg onload=a>'
LARGEST_PAGE = 1_500_000


@pytest.fixture
def hostile() -> Answer:
    """An answer every text of which tries to break out."""
    evidence = Evidence(
        id="ev_0123456789abcdef",
        tool=HOSTILE,
        version=HOSTILE,
        arguments={HOSTILE: HOSTILE, "list": [HOSTILE, {HOSTILE: 1}]},
        datasets=(DatasetRef(id=HOSTILE, name=HOSTILE),),
        result={
            HOSTILE: HOSTILE,
            "verdict": HOSTILE,
            "value": 3.5,
            "window": {"start": HOSTILE, "end": HOSTILE},
            "checks": [{"name": HOSTILE, "passed": False, "meaning": HOSTILE}],
            "assumptions": [{"name": HOSTILE, "verdict": HOSTILE}, HOSTILE],
            "warnings": [HOSTILE],
        },
    )
    ad = Evidence(
        id="ev_0123456789abcde0",
        tool="generate_content",
        version="1",
        arguments={},
        result={
            "platform": "google_rsa",
            "language": HOSTILE,
            "product": HOSTILE,
            "lines": [
                {
                    "platform": "google_rsa",
                    "field": "headlines",
                    "label": HOSTILE,
                    "text": HOSTILE,
                    "length": 30,
                },
                {"platform": HOSTILE, "field": HOSTILE, "label": HOSTILE, "text": HOSTILE, "limit": 90},
            ],
            "before": {"lines": [{"text": HOSTILE}]},
        },
    )
    claim = {
        "text": f"{HOSTILE} 3.50",
        "source": f"{HOSTILE} {{ev_0123456789abcdef:value}}",
        "agent": HOSTILE,
        "evidence": (evidence.id,),
    }
    approval = Approval(
        id=HOSTILE,
        run_id=HOSTILE,
        organisation=HOSTILE,
        evidence=evidence.id,
        tool=HOSTILE,
        reasons=(ApprovalReason(rule=HOSTILE, text=HOSTILE, value=1, limit=0),),
        recommendations=(HOSTILE,),
    )
    return Answer(
        status="needs_approval",
        run_id=HOSTILE,
        thread_id=HOSTILE,
        question=HOSTILE,
        model=HOSTILE,
        plan=Plan(steps=(PlanStep(agent=HOSTILE, goal=HOSTILE), PlanStep(agent="b", goal=HOSTILE))),
        answer=AnswerBody(
            headline=HOSTILE,
            claims=(Claim(id="c1", **claim),),
            recommendations=(Recommendation(id="r1", **claim),),
            caveats=(HOSTILE,),
        ),
        evidence=(evidence, ad),
        grounding=Grounding(dropped=(Dropped(text=HOSTILE, agent=HOSTILE, reasons=(HOSTILE,)),)),
        pending_approval={"approvals": [approval.model_dump(mode="json")], "how": {"approve": HOSTILE}},
    )


def headings(root: Node) -> list[str]:
    return [node.text for node in root.all("h2")]


def test_the_same_answer_gives_the_same_bytes(budget_answer: Answer) -> None:
    again = Answer.model_validate_json(budget_answer.model_dump_json())
    assert page(budget_answer) == page(again)


def test_a_page_holds_all_of_an_answer(budget_answer: Answer) -> None:
    html = page(budget_answer)
    root = read(html)
    text = root.text.replace("\xa0", " ")
    body = budget_answer.answer
    assert len(html) < LARGEST_PAGE
    assert headings(root) == [
        "What to do",
        "In pictures",
        "What was found",
        "What to keep in mind",
        "Evidence",
        "What each number stands on",
        "About this run",
    ]
    for said in (
        budget_answer.question,
        body.headline,
        *(c.text for c in (*body.claims, *body.recommendations)),
        *body.caveats,
    ):
        assert together(said) in together(text)
    for item in budget_answer.evidence:
        (part,) = [n for n in root.all("div", "evidence") if n.attributes["id"] == item.id]
        assert item.datasets[0].id in part.text
        for check in item.result.get("checks", []):
            assert (
                f"{'passed' if check['passed'] else 'failed'}: {check['name'].replace('_', ' ')}" in part.text
            )
    assert len(root.all("svg")) > len(root.all("figure"))


def together(text: str) -> str:
    """`text` without its white space: a headline of several parts stands in paragraphs."""
    return "".join(text.split())


def test_each_number_has_its_box_and_each_link_its_place(budget_answer: Answer) -> None:
    root = read(page(budget_answer))
    everything = [node.attributes["id"] for node in root.all() if "id" in node.attributes]
    assert len(set(everything)) == len(everything)
    for button in root.all("button", "number"):
        assert button.attributes["popovertarget"] in everything
    for link in root.all("a"):
        assert (link.attributes["href"] or "")[:1] == "#"
        assert (link.attributes["href"] or "")[1:] in everything


def test_headline_and_caveats_are_bound_when_their_sources_are_kept(budget_answer: Answer) -> None:
    claim = budget_answer.answer.claims[-1]
    body = budget_answer.answer.model_copy(
        update={
            "headline": claim.text,
            "headline_source": claim.source,
            "caveats": (claim.text,),
            "caveat_sources": (claim.source,),
        }
    )
    root = read(page(budget_answer.model_copy(update={"answer": body})))
    numbers = [b.text for b in root.all("div", "lead")[0].all("button", "number")]
    assert numbers
    (section,) = [
        s for s in root.all("section") if s.all("h2") and s.all("h2")[0].text == "What to keep in mind"
    ]
    assert [b.text for b in section.all("button", "number")] == numbers


def test_the_browser_is_asked_for_nothing(budget_answer: Answer, hostile: Answer) -> None:
    for answer in (budget_answer, hostile):
        root = read(page(answer))
        for node in root.all():
            assert not {"src", "srcset", "action", "xlink:href"} & set(node.attributes)
            assert not [key for key in node.attributes if key.startswith("on")]
            assert (node.attributes.get("href") or "#").startswith("#")
        styles = "".join(node.text for node in root.all("style"))
        assert "url(" not in styles
        assert "@import" not in styles


def test_one_script_runs_and_the_policy_names_it(hostile: Answer) -> None:
    root = read(page(hostile))
    (script,) = root.all("script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    policies = [m.attributes["content"] or "" for m in root.all("meta") if "http-equiv" in m.attributes]
    assert policies == [
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]


def test_hostile_texts_stay_texts(hostile: Answer) -> None:
    root = read(page(hostile))
    assert root.text.count("<script>alert(1)</script>") > 20
    assert not root.all("img")
    assert "\x07" not in root.text
    assert "\u202e" not in root.text


def test_what_could_not_be_verified_and_what_waits_are_told(hostile: Answer) -> None:
    said = headings(read(page(hostile)))
    assert "What could not be verified" in said
    assert "What waits for approval" in said


def test_simulated_data_is_said_to_be_simulated(budget_answer: Answer, audit_answer: Answer) -> None:
    assert [c.text for c in read(page(budget_answer)).all("span", "simulated")] == ["Simulated data"]
    assert read(page(audit_answer)).all("span", "simulated") == []
    told = audit_answer.evidence[0].model_copy(update={"result": {"simulated": True}})
    assert read(page(audit_answer.model_copy(update={"evidence": (told,)}))).all("span", "simulated")


def test_an_ad_is_shown_as_its_readers_see_it(ad_answer: Answer) -> None:
    result = next(e.result for e in ad_answer.evidence if e.tool == "generate_content")
    root = read(page(ad_answer))
    (ad,) = root.all("div", "ad")
    headlines = [line["text"] for line in result["lines"] if line["field"] == "headlines"]
    assert " | ".join(headlines[:3]) in ad.text
    assert "Sponsored" in ad.text
    for line in result["lines"]:
        assert line["text"] in root.text


def test_a_refusal_and_a_question_back_are_pages_too(refusal: Answer, question_back: Answer) -> None:
    for answer, chip in ((refusal, "Not answered"), (question_back, "A question back")):
        root = read(page(answer))
        assert [c.text for c in root.all("span", "waits")] == [chip]
        assert (answer.plan.refusal or answer.plan.clarification or "") in root.all("div", "lead")[0].text
        assert headings(root) == ["About this run"]


def test_versions_and_the_day_are_shown_when_given(refusal: Answer) -> None:
    asked = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    text = read(page(refusal, versions={"b": "2", "a": "1"}, asked_at=asked)).text
    assert "a 1, b 2" in text
    assert "1 March 2026, 09:05 UTC" in text
    assert "Asked" not in read(page(refusal)).text


def test_language_and_viewport_are_named(refusal: Answer) -> None:
    html = page(refusal)
    assert html.startswith('<!doctype html>\n<html lang="en-GB">')
    assert re.search(r'<meta name="viewport" content="width=device-width, initial-scale=1">', html)
