"""What takes points off: stuffing, hidden or machine-directed text, contradicting prices, repeated boilerplate."""

from __future__ import annotations

import re
from collections import Counter

from liftos_agents.tools.surfacing.lexicon import is_content_word, tokens
from liftos_agents.tools.surfacing.listing import Listing
from liftos_agents.tools.surfacing.product_facts import PRICE
from liftos_agents.tools.surfacing.readiness import Penalty

WINDOW = 30
_TOLERATED = 4
_OTHER_PRICE = re.compile(
    r"\b(?:was|were|before|regular(?:ly)?|list price|rrp|msrp|uvp|save|off|instead of|from|to|up to|over|above|under|orders?|per|each|pack|shipping|delivery"
    r"|set of|bundle|size|variant|sale|discount\w*|reduced|value)\b|[–-]\s*$",
    re.I,
)


def penalties(listing: Listing) -> tuple[Penalty, ...]:
    """Every penalty that the listing earns, in a fixed order."""
    every = (_stuffing(listing), _machine_directed(listing), _prices(listing), _boilerplate(listing))
    return tuple(p for p in every if p is not None)


def _stuffing(listing: Listing) -> Penalty | None:
    """A content word, or a pair of them, that comes back more often than a reader would write it."""
    words = [t for t in tokens(listing.text) if is_content_word(t)]
    worst, term = 0.0, ""
    for size in (1, 2):
        grams = [" ".join(words[i : i + size]) for i in range(len(words) - size + 1)]
        window: Counter[str] = Counter()
        for i, gram in enumerate(grams):
            window[gram] += 1
            if i >= WINDOW:
                window[grams[i - WINDOW]] -= 1
            excess = window[gram] * (1.0 if size == 1 else 1.25) - _TOLERATED
            if excess > worst:
                worst, term = excess, gram
    if worst <= 0:
        return None
    return Penalty(
        "keyword_stuffing", min(10.0, 1.5 * worst), f"{term!r} comes back too often within a few lines"
    )


def _machine_directed(listing: Listing) -> Penalty | None:
    points, reasons = 0.0, []
    if listing.instructions:
        points += 8.0
        reasons.append(f"text that gives a machine orders: {listing.instructions[0][:120]!r}")
    if listing.hidden:
        points += 6.0
        reasons.append(f"text hidden from readers: {listing.hidden[0][:120]!r}")
    if listing.invisible_characters:
        points += 3.0
        reasons.append("invisible characters")
    return Penalty("hidden_or_instructions", min(10.0, points), "; ".join(reasons)) if points else None


def contradicting_prices(text: str) -> tuple[str, ...]:
    """Prices that stand side by side with nothing to say why there are several; empty when there is no contradiction."""
    stated: list[str] = []
    for match in PRICE.finditer(text):
        before = text[max(0, match.start() - 30) : match.start()].rpartition("\n")[2]
        after = text[match.end() : match.end() + 25].partition("\n")[0]
        if not _OTHER_PRICE.search(before) and not _OTHER_PRICE.search(after):
            stated.append(re.sub(r"[^\d.,]", "", match.group(0)).rstrip(".,").removesuffix(".00"))
    different = tuple(dict.fromkeys(stated))
    return different if len(different) > 1 else ()


def _prices(listing: Listing) -> Penalty | None:
    different = contradicting_prices(listing.text)
    if not different:
        return None
    return Penalty(
        "price_contradiction", 5.0, f"several prices stand side by side: {', '.join(different[:4])}"
    )


def _boilerplate(listing: Listing) -> Penalty | None:
    counted = Counter(
        " ".join(tokens(sentence)) for sentence in listing.sentences if len(tokens(sentence)) >= 6
    )
    repeated = [(s, n) for s, n in counted.items() if n > 1]
    if not repeated:
        return None
    extra = sum(n - 1 for _, n in repeated)
    return Penalty("duplicated_text", min(5.0, 1.5 * extra), f"said more than once: {repeated[0][0][:100]!r}")
