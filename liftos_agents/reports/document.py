"""An answer as one HTML page that needs nothing else: no network, no script to be read, no clock to be made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.reports.about import about
from liftos_agents.reports.ad_previews import ad_previews
from liftos_agents.reports.appendix import appendix
from liftos_agents.reports.approval import approval
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.effects_section import effects_section
from liftos_agents.reports.figures_section import figures_section
from liftos_agents.reports.frame import framed, theme_switch
from liftos_agents.reports.gallery import charts
from liftos_agents.reports.markup import Markup, element, joined
from liftos_agents.reports.sentences import caveats, found, headline, not_verified, to_do
from liftos_agents.reports.simulated import is_simulated

_STATUS = {
    "complete": None,
    "needs_approval": "Waits for approval",
    "needs_clarification": "A question back",
    "refused": "Not answered",
}


def page(
    answer: Answer, *, versions: Mapping[str, str] | None = None, asked_at: datetime | None = None
) -> str:
    """The whole page, the same bytes for the same input.

    Everything that an answer holds is escaped; the page asks the browser to load nothing and to run no script but
    its own.

    Args:
        versions: Name to version of what made the answer, as the trace keeps them.
        asked_at: When the question was asked, if that is to be shown.
    """
    bound = BoundText(answer.evidence)
    body = joined(
        (
            element("a", "To the answer", class_="skip", href="#answer"),
            _header(answer),
            element(
                "main",
                element("h1", answer.question),
                headline(answer, bound),
                approval(answer, bound),
                to_do(answer, bound),
                effects_section(answer.evidence, bound),
                figures_section(charts(answer.evidence), bound),
                ad_previews(answer.evidence, bound),
                found(answer, bound),
                caveats(answer, bound),
                not_verified(answer),
                appendix(answer.evidence, bound),
                bound.on_paper(),
                id="answer",
            ),
            about(answer, versions or {}, asked_at),
            bound.notes(),
        )
    )
    return framed(answer.question, body)


def _header(answer: Answer) -> Markup:
    chips = [
        element("span", _STATUS[answer.status], class_="chip waits") if _STATUS[answer.status] else None,
        element("span", SIMULATED, class_="chip simulated") if is_simulated(answer) else None,
    ]
    return element("header", element("b", "LiftOS Agents"), *chips, theme_switch())
