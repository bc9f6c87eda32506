"""Named qualities of the domain: what a question is about, beyond the words that it happens to use.

"Which channels waste money?" and "tv: ROAS 0.4" share no word, but both are about efficiency.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from liftos_agents.data.lexical import terms

_SAID = {
    "incrementality": "incremental incrementality causal causes caused effect effects lift uplift drives drove "
    "contribution contributes contributed attribution attributed overclaim claims claimed holdout experiment "
    "wirkung wirkt effekt beitrag effet efecto",
    "efficiency": "roas roi return returns returned efficient efficiency efficiently waste wastes wasted wasteful "
    "worth profitable profit profits payback cpa cheap expensive lohnt rendite verschwendet verschwenden gaspille "
    "rentable desperdicia",
    "saturation": "saturation saturated saturates diminishing marginal headroom ceiling further sättigung gesättigt "
    "saturé saturado",
    "certainty": "probability likely unlikely certain uncertain uncertainty interval sure identified unclear "
    "reliable trust wahrscheinlich sicher unsicher",
    "seasonality": "season seasonal seasonality christmas december summer winter holiday holidays easter demand "
    "saison saisonal weihnachten ostern",
    "recency": "recent recently latest newest lately aktuell neueste",
    "share": "share shares split mix allocation allocate allocated portion proportion budget budgets reallocate "
    "proposed anteil aufteilen verteilen répartir repartir",
    "horizon": "carryover adstock halflife half life decay decays delay delayed lag horizon forecast quarter "
    "quartal trimestre",
}
CONCEPTS = tuple(_SAID)


def concepts_of(words: Iterable[str]) -> NDArray[np.float64]:
    """How much `words` (folded, as `terms` gives them) are about each of `CONCEPTS`: a unit vector, or zeros."""
    vector = np.zeros(len(CONCEPTS))
    meant = _meanings()
    for word in set(words):
        for place in meant.get(word, ()):
            vector[place] += 1.0
    vector = np.sqrt(vector)
    length = float(np.sqrt(vector @ vector))
    return vector / length if length else vector


def kindred(words: Iterable[str]) -> set[str]:
    """Words that speak of the same concepts as `words`, those themselves left out."""
    given = set(words)
    active = np.flatnonzero(concepts_of(given))
    return {word for place in active for word in _spoken()[place]} - given


@cache
def _spoken() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms(said)) for said in _SAID.values())


@cache
def _meanings() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for place, said in enumerate(_spoken()):
        for word in said:
            found[word] = (*found.get(word, ()), place)
    return found
