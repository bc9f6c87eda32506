"""The learnt topics: weights that belong to their questions and features, training that repeats itself, odds that compare alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.topic_training import Question, fingerprint, joined, learn, questions
from liftos_agents.models.offline.topic_features import PLACES, places_of
from liftos_agents.models.offline.topic_model import LABELS, TOPICS, Verdict, verdict, weights


@pytest.fixture(scope="module")
def asked() -> tuple[Question, ...]:
    return questions()


def test_the_weights_were_learnt_from_these_questions_with_these_features(
    asked: tuple[Question, ...],
) -> None:
    assert weights().learnt_from == fingerprint(asked), "run: python -m benchmarks topic_training"


def test_another_label_or_question_gives_another_fingerprint(asked: tuple[Question, ...]) -> None:
    few = asked[:3]
    changed = replace(few[0], text=few[0].text + " again")
    assert len({fingerprint(few), fingerprint(few[:2]), fingerprint((changed, *few[1:]))}) == 3


def test_training_repeats_itself_and_learns(asked: tuple[Question, ...]) -> None:
    some = asked[::11]
    first, second = learn(some), learn(some)
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.bias.tobytes() == second.bias.tobytes()
    right = sum(set(_labels(verdict(first, q.text))) == q.labels for q in some)
    assert right > 0.97 * len(some)
    unseen = asked[5::110]
    assert sum(set(_labels(verdict(first, q.text))) == q.labels for q in unseen) > 0.5 * len(unseen)


def test_made_up_compounds_ask_for_what_both_halves_ask_for(asked: tuple[Question, ...]) -> None:
    pairs = joined(asked, 200)
    assert len(pairs) > 100
    assert pairs == joined(asked, 200)
    assert all(q.labels <= set(TOPICS) for q in pairs)


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_has_features_and_one_verdict(text: str) -> None:
    places, kinds = places_of(text, "en")
    assert (np.diff(places) > 0).all()
    assert len(places) == len(kinds)
    assert not len(places) or (places[0] >= 0 and places[-1] < PLACES)
    said = verdict(weights(), text, "en")
    assert said == verdict(weights(), text, "en")
    assert bool(said.topics) + said.elsewhere + said.nothing == 1


def test_several_topics_are_those_above_even_odds_and_one_is_always_named() -> None:
    odds = dict.fromkeys(LABELS, -3.0)
    assert Verdict(odds | {"writing": -1.0}).topics == ("writing",)
    assert Verdict(odds | {"writing": 1.0, "measuring": 2.0}).topics == ("measuring", "writing")
    assert Verdict(odds | {"elsewhere": 1.0}).elsewhere
    assert Verdict(odds | {"nothing in particular": 1.0}).nothing


def _labels(said: Verdict) -> tuple[str, ...]:
    return said.topics or (("elsewhere",) if said.elsewhere else ("nothing in particular",))
