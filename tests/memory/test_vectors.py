"""Quantised vectors: exact in any order, close to the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from liftos_agents.memory.vectors import pack, quantise, similarities, unpack

floats = st.floats(-1, 1, width=32)


def unit(values: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return (values / np.where(lengths == 0, 1, lengths)).astype(np.float32)


@given(arrays(np.float32, (6, 48), elements=floats), st.permutations(range(48)))
def test_similarity_is_the_same_bytes_in_every_order_of_summation(
    values: np.ndarray, order: list[int]
) -> None:
    q = quantise(unit(values))
    assert np.array_equal(similarities(q[1:], q[0]), similarities(q[1:][:, order], q[0][order]))
    exact = q.astype(np.int64)
    assert np.array_equal(q[1:] @ q[0], (exact[1:] @ exact[0]).astype(np.float32))


@given(arrays(np.float32, (2, 384), elements=floats))
def test_similarity_is_close_to_the_cosine_and_packing_loses_nothing(values: np.ndarray) -> None:
    vectors = unit(values)
    q = quantise(vectors)
    assert similarities(q[1:], q[0])[0] == pytest.approx(float(vectors[0] @ vectors[1]), abs=0.01)
    assert np.array_equal(unpack(pack(q[0])), q[0])


def test_what_is_no_unit_vector_is_refused() -> None:
    for wrong in (np.full((1, 4), 1.0), np.full((1, 4), np.nan)):
        with pytest.raises(ValueError, match="length 1"):
            quantise(wrong.astype(np.float32))
    with pytest.raises(ValueError, match="dimensions"):
        quantise(np.zeros((1, 20_000), dtype=np.float32))
    assert similarities(np.zeros((0, 4), dtype=np.float32), np.zeros(4, dtype=np.float32)).shape == (0,)
