"""Fusion and spreading activation: explained, bounded, in one order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.data.lexical import terms
from liftos_agents.memory.activation import named_entities, spread
from liftos_agents.memory.concepts import concepts_of, kindred
from liftos_agents.memory.fusion import fuse, weights_for

shares = st.floats(0, 1)


def fused(rows: list[tuple[float, float, float, float, float]], limit: int):
    dense, lexical, conceptual, graph, confidence = (np.array(column) for column in zip(*rows, strict=True))
    return fuse(
        [f"r{i:03}" for i in range(len(rows))],
        dense=dense,
        lexical=lexical,
        conceptual=conceptual,
        graph=graph,
        age_days=np.zeros(len(rows)),
        confidence=confidence,
        weights=weights_for(meaning=True, names_entity=True, names_concept=True, known_words=1.0),
        limit=limit,
    )


@given(
    st.lists(st.tuples(shares, shares, shares, shares, shares), min_size=1, max_size=40), st.integers(1, 10)
)
def test_scores_are_sorted_sum_from_their_signals_and_stay_within_one(rows: list, limit: int) -> None:
    found = fused(rows, limit)
    assert found == fused(rows, limit)
    assert len(found) <= limit
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    for f in found:
        assert f.score == pytest.approx(sum(f.signals.values()), abs=1e-6)
        assert 0 <= f.score <= 1.000001
    assert found == fused(rows, 1000)[: len(found)]


def test_ties_go_by_id_and_the_irrelevant_is_left_out() -> None:
    found = fused([(0.5, 0.5, 0, 0, 1), (0.5, 0.5, 0, 0, 1), (0.01, 0.0, 0, 0, 1)], 3)
    assert [f.position for f in found] == [0, 1]


def test_recency_halves_in_two_years_and_weights_follow_the_query() -> None:
    weights = weights_for(meaning=False, names_entity=False, names_concept=False, known_words=0.0)
    assert (weights.graph, weights.conceptual) == (0, 0)
    assert weights.dense > weights.lexical
    new, old = fuse(
        ["new", "old"],
        dense=np.ones(2),
        lexical=np.zeros(2),
        conceptual=np.zeros(2),
        graph=np.zeros(2),
        age_days=np.array([0.0, 730.0]),
        confidence=np.ones(2),
        weights=weights,
        limit=2,
    )
    assert new.signals["recency"] == pytest.approx(2 * old.signals["recency"])


def test_names_are_found_as_whole_words_longest_first() -> None:
    aliases = {("tv",): {"tv"}, ("connected", "tv"): {"connected_tv"}, ("radio",): {"radio"}}
    assert named_entities("What did Connected-TV earn?", aliases) == ["connected_tv", "tv"]
    assert named_entities("tvs and radios", aliases) == []


def test_activation_starts_low_for_what_is_everywhere_and_fades_with_distance() -> None:
    neighbours = {"tv": {"revenue"}, "revenue": {"tv", "search"}, "search": {"revenue"}}
    mentions = {"tv": [0], "search": [1], "revenue": [0, 1, 2, 3]}
    active = spread(["tv"], neighbours, mentions, 4)
    assert active["tv"] == pytest.approx(1.0)
    assert active["tv"] > active["revenue"] > active["search"] > 0
    assert spread(["revenue"], neighbours, mentions, 4)["revenue"] < 0.5
    assert spread([], neighbours, mentions, 4) == {}


def test_concepts_meet_across_words_and_languages() -> None:
    waste, roas, german, season, nothing = (
        concepts_of(terms(text))
        for text in (
            "Which channels waste money?",
            "tv: ROAS 0.4",
            "Lohnt sich das?",
            "Christmas demand",
            "the blue house",
        )
    )
    assert waste @ roas == pytest.approx(1.0)
    assert waste @ german == pytest.approx(1.0)
    assert waste @ season == 0
    assert not nothing.any()
    assert "roas" in kindred(["waste"])
    assert "waste" not in kindred(["waste"])
    assert kindred(["house"]) == set()
