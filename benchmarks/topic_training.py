"""Learn the offline router's topics from the repository's questions, and write its weights.

The questions are the suite's development split, the specialists' own examples, and `routing_training/`, one file a writer; joined pairs of single
questions stand in for compounds that nobody wrote. Logistic regression with a ridge penalty, by L-BFGS (Liu and
Nocedal, 1989), from zero, so that equal questions give equal weights.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from liftos_agents.agents import built_in
from liftos_agents.models.offline.assignment import own_words
from liftos_agents.models.offline.language import language_of
from liftos_agents.models.offline.scope import without_orders
from liftos_agents.models.offline.topic_features import PLACES, places_of
from liftos_agents.models.offline.topic_model import ELSEWHERE, LABELS, NOTHING, TOPICS, WEIGHTS, TopicWeights

TRAINING = Path(__file__).parent / "routing_training"
TOPIC_OF = {
    "causal_analyst": "measuring",
    "budget_optimiser": "allocating",
    "surfacing_auditor": "surfacing",
    "content_generator": "writing",
}
LOSS, ROUNDS, PAIRS, LONGEST = 50.0, 120, 2000, 260
_JOINED = {
    "en": (" and ", " and also ", ". Also, ", ", then ", " plus "),
    "de": (" und ", " und außerdem ", ". Außerdem: ", ", dann "),
    "fr": (" et ", ". Et aussi, ", ", puis "),
    "es": (" y ", " y además ", ", luego "),
    "it": (" e ", " e anche ", ", poi "),
    "pt": (" e ", " e também ", ", depois "),
    "nl": (" en ", " en ook ", ", daarna "),
    "pl": (" i ", " oraz ", ", potem "),
    "ja": ("。それと", "、あと", "、"),
    "zh": ("，另外", "，然后", "，"),
}


@dataclass(frozen=True)
class Question:
    """A question with the labels of the topic model that are right for it; `text` is `asked` without its material."""

    id: str
    writer: str
    asked: str
    text: str
    language: str
    labels: frozenset[str]


def main() -> None:
    """Learn from all questions and write the package's weights."""
    started = time.perf_counter()
    asked = questions()
    learnt = learn(asked)
    path = Path(str(resources.files("liftos_agents.models.offline").joinpath(WEIGHTS)))
    stored = {name: getattr(learnt, name) for name in ("weights", "scale", "bias", "rarity")}
    np.savez_compressed(path, **stored, length=learnt.length, learnt_from=learnt.learnt_from)
    seconds = time.perf_counter() - started
    print(f"{len(asked)} questions, {path.stat().st_size / 1e6:.2f} MB, {seconds:.0f} s")


def questions() -> tuple[Question, ...]:
    """All questions to learn from, each once; those that go on from a thread are left out, since rules read them."""
    suite = Path(str(resources.files("liftos_agents.evals").joinpath("suites", "routing.jsonl")))
    found: dict[str, Question] = {}
    for path in (suite, *sorted(TRAINING.glob("*.jsonl"))):
        for line in path.read_text("utf-8").splitlines():
            entry = json.loads(line)
            if entry.get("thread") or entry["split"] != "dev":
                continue
            expect = entry["expect"]
            labels = {TOPIC_OF[name] for name in expect.get("agents", ())}
            if not labels:
                labels = {ELSEWHERE if expect.get("refusal") else NOTHING}
            made = Question(
                entry["id"],
                path.stem,
                entry["question"],
                _request(entry["question"]),
                entry["tags"][0],
                frozenset(labels),
            )
            found.setdefault(made.text, made)
    for specialist in built_in().values():
        for index, example in enumerate(specialist.examples):
            labels = frozenset((TOPIC_OF[specialist.name],))
            made = Question(f"{specialist.name}-{index}", "routing", example, example, "en", labels)
            found.setdefault(made.text, made)
    return tuple(found.values())


def learn(asked: Sequence[Question]) -> TopicWeights:
    """Weights learnt from `asked`, the same for the same questions."""
    pairs = joined(asked, PAIRS)
    seen = [places_of(q.text) for q in (*asked, *pairs)]
    wanted = np.array([[label in q.labels for label in LABELS] for q in (*asked, *pairs)], dtype=np.float64)
    counts = np.bincount(np.concatenate([places for places, _ in seen]), minlength=PLACES)
    rarity = np.where(counts > 0, np.log((1 + len(seen)) / (1 + counts)) + 1, 0.0).astype(np.float16)
    values = [kinds * rarity[places].astype(np.float64) for places, kinds in seen]
    sizes = np.array([max(float(np.sqrt((v * v).sum())), 1e-9) for v in values])
    length = float(sizes.mean())
    scaled = np.concatenate([v / np.sqrt(s * length) for v, s in zip(values, sizes, strict=True)])
    ends = np.cumsum([0, *(len(v) for v in values)])
    used, columns = np.unique(np.concatenate([places for places, _ in seen]), return_inverse=True)
    table = sparse.csr_matrix((scaled, columns, ends), shape=(len(seen), len(used)))
    fitted, bias = _fit(table, wanted)
    scale = np.maximum(np.abs(fitted).max(axis=0), 1e-12) / 127
    weights = np.zeros((PLACES, len(LABELS)), dtype=np.int8)
    weights[used] = np.rint(fitted / scale).astype(np.int8)
    return TopicWeights(weights, scale, bias, rarity, length, fingerprint(asked))


def _request(question: str) -> str:
    """A question as the router shows it to the model: without orders and material."""
    return without_orders(own_words(question, language_of(question)))[0] or question


def fingerprint(asked: Sequence[Question]) -> str:
    """Hash of the questions, their labels and their features: another one when data, features or glossaries change."""
    digest = hashlib.sha256()
    for question in asked:
        places, kinds = places_of(question.text)
        digest.update(f"{question.id}\n{question.text}\n{sorted(question.labels)}\n".encode())
        digest.update(places.astype("<i8").tobytes() + kinds.astype("<f8").tobytes())
    return digest.hexdigest()


def joined(asked: Sequence[Question], number: int) -> tuple[Question, ...]:
    """Made-up compounds: up to `number` pairs of single questions of one language, with a word that joins them."""
    choice = random.Random(0)
    singles: dict[str, list[Question]] = {}
    for question in asked:
        if len(question.labels) == 1 and question.labels <= set(TOPICS):
            singles.setdefault(question.language, []).append(question)
    found: list[Question] = []
    languages = sorted(language for language, listed in singles.items() if len(listed) > 1)
    for index in range(number if languages else 0):
        language = languages[index % len(languages)]
        left, right = choice.sample(singles[language], 2)
        if len(left.text) + len(right.text) > LONGEST:
            continue
        link = choice.choice(_JOINED[language])
        text = left.text.rstrip("?.!。？！ ") + link + right.text[:1].lower() + right.text[1:]
        found.append(Question(f"pair-{index}", "", text, text, language, left.labels | right.labels))
    return tuple(found)


def _fit(
    table: sparse.csr_matrix, wanted: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Features × labels and the bias of each label that make the ridge-penalised log-loss least."""
    signs = 2 * wanted - 1
    turned = table.T.tocsr()
    places, labels = int(turned.get_shape()[0]), wanted.shape[1]

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = point[: places * labels].reshape(places, labels), point[places * labels :]
        margins = -signs * (table @ weights + bias)
        value = LOSS * np.logaddexp(0, margins).sum() + 0.5 * (weights * weights).sum()
        slope = -LOSS * signs / (1 + np.exp(-margins))
        return float(value), np.concatenate([(turned @ slope + weights).ravel(), slope.sum(axis=0)])

    start = np.zeros((places + 1) * labels)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "maxcor": 8}).x
    return found[: places * labels].reshape(places, labels), found[places * labels :]
