"""What the surfacing auditor says over real results: every sentence bound, none with a key or an invented figure."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from liftos_agents.agents import built_in
from liftos_agents.data.store import TransientStore
from liftos_agents.domain.findings import Findings
from liftos_agents.domain.reference import REFERENCE, render
from liftos_agents.models.offline.conversation import Outcome
from liftos_agents.models.offline.expression import evaluate
from liftos_agents.models.offline.findings_writer import Results, write_findings
from liftos_agents.models.offline.playbook import Playbook, read_playbook
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import run

POTS = pd.DataFrame(
    {
        "title": ["Acme steel kettle 1.7 litre", "Kettle of glass", "Tea pot", "Camp kettle"],
        "description": [
            "A kettle of steel for the kitchen, for tea lovers, in black.",
            "Boils water. Boils water in black steel for tea lovers.",
            "A pot of black glass for tea, a gift for tea lovers.",
            "kettle kettle kettle kettle kettle kettle kettle",
        ],
        "price": [49.0, 20.0, 15.0, 16.0],
    }
)
EVIDENCE = {"audit": "ev_0001", "all": "ev_0002", "words": "ev_0003", "every": "ev_0004", "rivals": "ev_0005"}
PAGE = "<html><head><title>Kettle</title><meta name=robots content=noindex></head><body><p>A kettle of steel, 2 litre.</p></body></html>"


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return read_playbook(built_in()["surfacing_auditor"].prompt.split("```yaml")[1].split("```")[0])


def findings(
    playbook: Playbook, intent: str, **made: dict[str, Any] | Exception
) -> tuple[Findings, list[str]]:
    """The findings of an intent over the results of its steps, and its sentences as a reader sees them."""
    chosen = tuple(i for i in playbook.intents if i.name == intent)
    outcomes = {
        step: Outcome(error=str(result), retry=True)
        if isinstance(result, Exception)
        else Outcome(evidence=EVIDENCE[step], result=result)
        for step, result in made.items()
    }
    written = write_findings(chosen, Results(slots={}, outcomes=outcomes, words=playbook.words))
    results = {EVIDENCE[step]: result for step, result in made.items() if isinstance(result, dict)}
    texts = (written.headline, *written.claims, *written.recommendations, *written.caveats)
    for text in texts:
        assert not re.search(r"\d", REFERENCE.sub("", text)), text
    return written, [render(text, results) for text in texts]


def result_of(tool: str, data: object = POTS, **arguments: object) -> dict[str, Any]:
    return run(tool, data, store=TransientStore(), **arguments).result


def test_a_row_is_called_by_its_title(playbook: Playbook) -> None:
    written, shown = findings(playbook, "audit", audit=result_of("audit_product", item="Acme"))
    assert shown[0].startswith("The readiness score of Acme steel kettle 1.7 litre is ")
    assert any(text.startswith("Rank among competitors: not measured") for text in shown)
    assert 1 <= len(written.recommendations) <= 5


def test_a_page_that_is_kept_out_says_so_first(playbook: Playbook) -> None:
    _, shown = findings(playbook, "audit", audit=result_of("audit_product", None, text=PAGE))
    assert "indexable by its robots meta tags" in shown[0]
    assert "held at 20.0" in shown[0]
    assert any("noindex" in text for text in shown)


def test_where_no_product_is_named_the_whole_catalogue_is_audited(playbook: Playbook) -> None:
    with pytest.raises(ToolRetry) as asked:
        result_of("audit_product", item="our page")
    step = next(s for i in playbook.intents if i.name == "audit" for s in i.steps if s.id == "all")
    assert evaluate(step.when, {"failed": {"audit": True}})
    assert not evaluate(step.when, {"failed": {"audit": False}})
    written, shown = findings(playbook, "audit", audit=asked.value, all=result_of("audit_catalogue"))
    assert shown[0].startswith("The 4 products of the catalogue score ")
    assert any("no product of the catalogue is named" in caveat for caveat in written.caveats)


def test_a_catalogue_is_told_by_its_rows_components_and_fixes(playbook: Playbook) -> None:
    result = result_of("audit_catalogue")
    written, shown = findings(playbook, "catalogue", all=result)
    assert any(text.startswith("Camp kettle: score ") for text in shown)
    assert any(text.startswith("Products that lose points for repeated keywords: 1") for text in shown)
    assert len(written.recommendations) == 5
    assert "Products that need it: " in shown[1 + len(written.claims)]


def test_keywords_are_told_with_what_is_missing(playbook: Playbook) -> None:
    with_queries = result_of("find_keywords", item="Acme", queries=("blue steel kettle", "red kettle"))
    written, shown = findings(playbook, "keywords", words=with_queries)
    assert "blue" in shown[0]
    assert any("The query “red kettle” is not answered in full; missing: red." in text for text in shown)
    assert any("queries: " in text for text in written.recommendations)
    bare, told = findings(
        playbook, "keywords", words=result_of("find_keywords", None, text=POTS["description"][0])
    )
    assert told[0].startswith("The words that tell most: ")
    assert not bare.recommendations
    assert not any("queries: 0" in text for text in told)


def test_a_comparison_names_who_is_ahead_and_in_what(playbook: Playbook) -> None:
    result = result_of(
        "compare_competitors", item="Compare the camp kettle with the Acme kettle and the tea pot"
    )
    written, shown = findings(playbook, "compare", rivals=result)
    assert shown[0].startswith("Among 3 texts, Camp kettle has the mean rank ")
    assert any(text.startswith("Acme steel kettle 1.7 litre scores more on ") for text in shown)
    assert any(text.startswith("State material") for text in shown[1 + len(written.claims) :])


def test_without_competitors_the_caveat_says_what_to_give(playbook: Playbook) -> None:
    with pytest.raises(ToolRetry) as asked:
        result_of("compare_competitors", None, text="A kettle")
    written, _ = findings(playbook, "compare", rivals=asked.value)
    assert written.headline.startswith("The part “rivals” could not be worked out from the data at hand: ")
    assert "Give competitors' texts" in written.caveats[0]


@pytest.mark.parametrize(
    ("concepts", "open_"),
    [
        ((), {"audit"}),
        (("audit", "listing"), {"audit"}),
        (("audit", "catalogue"), {"catalogue"}),
        (("keyword", "listing"), {"keywords"}),
        (("keyword", "audit"), {"audit", "keywords"}),
        (("competitor",), {"compare"}),
        (("keyword", "catalogue"), {"keywords"}),
    ],
)
def test_which_intents_a_request_opens(
    playbook: Playbook, concepts: tuple[str, ...], open_: set[str]
) -> None:
    assert {i.name for i in playbook.intents if evaluate(i.when, {"$concepts": list(concepts)})} == open_
