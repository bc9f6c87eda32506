"""Which topics a question asks for, learnt from labelled questions: a logistic regression for each topic.

One of its own for each topic (binary relevance; Read et al., 2011, Classifier chains for multi-label classification,
section 2), on hashed features weighted by inverse document frequency. `python -m benchmarks topic_training` learns
the weights from the repository's questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from liftos_agents.models.offline.topic_features import places_of

ELSEWHERE, NOTHING = "elsewhere", "nothing in particular"
TOPICS = ("measuring", "allocating", "surfacing", "writing")
LABELS = (*TOPICS, ELSEWHERE, NOTHING)
WEIGHTS = "topic_weights.npz"
_DECIMALS = 4


@dataclass(frozen=True)
class TopicWeights:
    """What was learnt.

    Attributes:
        weights: Places × labels, in units of `scale` of the label.
        scale: What one unit of a weight is worth, by label.
        bias: Log-odds of each label of a text without features.
        rarity: Inverse document frequency by place; zero where nothing was learnt.
        length: Typical length of a question's features.
        learnt_from: Fingerprint of the questions and their features.
    """

    weights: NDArray[np.int8]
    scale: NDArray[np.float64]
    bias: NDArray[np.float64]
    rarity: NDArray[np.float16]
    length: float
    learnt_from: str


@dataclass(frozen=True)
class Verdict:
    """Log-odds of each label, rounded so that every machine compares the same figures."""

    odds: dict[str, float]

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics asked for, the likeliest first; none when the question is nobody's business or asks for nothing."""
        if self.elsewhere or self.nothing:
            return ()
        ranked = sorted(TOPICS, key=lambda label: -self.odds[label])
        return tuple(t for t in ranked if self.odds[t] > 0) or (ranked[0],)

    @property
    def elsewhere(self) -> bool:
        """Whether the question is nobody's business here."""
        return self.odds[ELSEWHERE] >= max(self._strongest, self.odds[NOTHING])

    @property
    def nothing(self) -> bool:
        """Whether the question asks for nothing in particular."""
        return not self.elsewhere and self.odds[NOTHING] >= self._strongest

    @property
    def _strongest(self) -> float:
        return max(self.odds[label] for label in TOPICS)


def verdict(learnt: TopicWeights, text: str, language: str | None = None) -> Verdict:
    """What `learnt` says of `text`."""
    places, kinds = places_of(text, language)
    values = kinds * learnt.rarity[places].astype(np.float64)
    size = float(np.sqrt((values * values).sum()))
    values /= np.sqrt(max(size, 1e-9) * learnt.length)
    sums = (values[:, None] * learnt.weights[places]).sum(axis=0) * learnt.scale + learnt.bias
    return Verdict({label: round(float(v), _DECIMALS) for label, v in zip(LABELS, sums, strict=True)})


@lru_cache(maxsize=1)
def weights() -> TopicWeights:
    """The weights that come with the package, read once."""
    with (
        resources.files(__package__ or "").joinpath(WEIGHTS).open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        return TopicWeights(
            stored["weights"],
            stored["scale"],
            stored["bias"],
            stored["rarity"],
            float(stored["length"]),
            str(stored["learnt_from"]),
        )
