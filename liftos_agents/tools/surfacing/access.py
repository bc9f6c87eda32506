"""The gate: whether assistants' crawlers may and can read the page at all.

A failure of any scored check caps the whole score. What cannot be known without a network is said to be unmeasured.
"""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

from liftos_agents.tools.surfacing.lexicon import is_content_word, tokens
from liftos_agents.tools.surfacing.listing import Listing
from liftos_agents.tools.surfacing.page import Page
from liftos_agents.tools.surfacing.product_facts import KINDS, found

SCORED_CRAWLERS = ("Googlebot", "Bingbot", "OAI-SearchBot", "Claude-SearchBot", "PerplexityBot")
REPORTED_CRAWLERS = ("GPTBot", "Google-Extended", "CCBot")
_FEWEST_WORDS = 10
_FEWEST_FACTS = 1
_MOST_ROBOTS = 500_000
_UNINDEXED = ("noindex", "none")
_UNQUOTED = ("nosnippet", "max-snippet:0", "max-snippet: 0")


@dataclass(frozen=True)
class Check:
    """One check of the gate; `passed` is None where it was not measured."""

    name: str
    label: str
    passed: bool | None
    detail: str
    scored: bool = True


def gate(listing: Listing, page: Page | None, robots_txt: str | None, url: str | None) -> tuple[Check, ...]:
    """Every check in a fixed order: status, indexable, facts in the raw markup, crawlers by robots.txt.

    Args:
        listing: The page's visible text.
        page: Its signals; None for a text or a row of a catalogue, which show none.
        robots_txt: The site's robots.txt, when it is given.
        url: The page's address or path, for the rules of robots.txt; the site's root when absent.
    """
    status = Check(
        "http_status",
        "HTTP status of the page",
        None,
        "needs a request, and audits make none: check that it is 200",
    )
    return (status, *_markup_checks(listing, page), *_crawlers(robots_txt, url))


def failed(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The scored checks that were measured and failed."""
    return tuple(c for c in checks if c.scored and c.passed is False)


def _markup_checks(listing: Listing, page: Page | None) -> tuple[Check, ...]:
    labels = {
        "indexable": "indexable by its robots meta tags",
        "raw_facts": "product facts in the raw HTML",
        "quotable": "snippets allowed by its robots meta tags",
    }
    if page is None:
        return tuple(
            Check(name, label, None, "needs the page's HTML", scored=name != "quotable")
            for name, label in labels.items()
        )
    barred = [rule for rule in page.robots if rule in _UNINDEXED]
    silent = [rule for rule in page.robots if rule in _UNQUOTED]
    words = sum(is_content_word(t) for t in tokens(listing.body))
    facts = sum(bool(found(kind, listing.text)) for kind in KINDS)
    readable = words >= _FEWEST_WORDS and facts >= _FEWEST_FACTS
    told = f"{words} content words and {facts} kinds of product facts stand in the markup without JavaScript"
    return (
        Check(
            "indexable",
            labels["indexable"],
            not barred,
            f"the page says {', '.join(barred)}"
            if barred
            else "no noindex in the markup; headers are not known",
        ),
        Check("raw_facts", labels["raw_facts"], readable, told),
        Check(
            "quotable",
            labels["quotable"],
            not silent,
            f"the page says {', '.join(silent)}" if silent else "no nosnippet in the markup",
            scored=False,
        ),
    )


def _crawlers(robots_txt: str | None, url: str | None) -> tuple[Check, ...]:
    rules = Protego.parse(robots_txt[:_MOST_ROBOTS]) if robots_txt is not None else None
    address = url or "/"
    made: list[Check] = []
    for crawler in (*SCORED_CRAWLERS, *REPORTED_CRAWLERS):
        scored = crawler in SCORED_CRAWLERS
        name = "robots_" + crawler.casefold().replace("-", "_")
        label = f"{crawler} allowed by robots.txt"
        if rules is None:
            made.append(Check(name, label, None, "needs the site's robots.txt", scored))
            continue
        allowed = bool(rules.can_fetch(address, crawler))
        said = f"{'allows' if allowed else 'bars'} {crawler} for {address[:120]}"
        made.append(Check(name, label, allowed, f"robots.txt {said}", scored))
    return tuple(made)
