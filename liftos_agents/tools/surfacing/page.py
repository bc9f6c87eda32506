"""What a page's markup says besides its text: structured data, robots rules, canonical address, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from liftos_agents.tools.surfacing.structured_data import StructuredProduct, parse_page, structured_product

_ROBOTS = ("robots", "googlebot", "bingbot", "oai-searchbot", "claude-searchbot", "perplexitybot")
_DATED = ("article:modified_time", "og:updated_time", "last-modified", "date", "article:published_time")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Page:
    """Signals of a page that its readers do not see.

    Attributes:
        structured: The product of its JSON-LD and microdata.
        robots: Rules of its robots meta tags, such as `noindex`, lower case, sorted.
        canonical: The address that it calls its own.
        updated: The latest date that it states of itself, ISO; None where it states none.
        scripts: Characters of scripts other than JSON-LD.
    """

    structured: StructuredProduct = field(default_factory=StructuredProduct)
    robots: tuple[str, ...] = ()
    canonical: str | None = None
    updated: str | None = None
    scripts: int = 0


def read_page(markup: str) -> Page:
    """The signals in `markup`; empty ones where there are none, however broken it is."""
    root = parse_page(markup)
    if root is None:
        return Page()
    metas = [
        (
            (m.get("name") or m.get("property") or m.get("http-equiv") or m.get("itemprop") or "").casefold(),
            m.get("content") or "",
        )
        for m in root.iter("meta")
    ]
    structured = structured_product(root)
    rules = {
        rule.strip().casefold()
        for name, content in metas
        if name in _ROBOTS
        for rule in content.split(",")
        if rule.strip()
    }
    stated = [content for name, content in metas if name in _DATED]
    stated += [t.get("datetime") or "" for t in root.iter("time") if t.get("itemprop") == "dateModified"]
    stated.append(structured.values.get("dateModified", ""))
    dates = sorted(m.group(0) for text in stated if (m := _DATE.search(text)))
    return Page(
        structured=structured,
        robots=tuple(sorted(rules)),
        canonical=_canonical(root) or structured.values.get("url"),
        updated=dates[-1] if dates else None,
        scripts=sum(len(s.text or "") + (200 if s.get("src") else 0) for s in _scripts(root)),
    )


def _canonical(root: Any) -> str | None:
    links = (e for e in root.iter("link") if "canonical" in (e.get("rel") or "").casefold().split())
    return next((href for e in links if (href := (e.get("href") or "").strip())), None)


def _scripts(root: Any) -> list[Any]:
    return [s for s in root.iter("script") if "ld+json" not in (s.get("type") or "").casefold()]
