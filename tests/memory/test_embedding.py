"""Embeddings: the lexical one, MiniLM's runner on a tiny real ONNX model, and the choice between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from liftos_agents.errors import ConfigurationError
from liftos_agents.memory import LexicalEmbedder, MiniLMEmbedder, choose_embedder
from liftos_agents.memory.minilm import find_weights

_FLOAT, _INT64 = 1, 7


def test_lexical_vectors_are_unit_and_depend_on_their_own_text_alone() -> None:
    embedder = LexicalEmbedder()
    texts = ["TV returns little", "Search is saturated", "", "the of and"]
    together = embedder.embed(texts)
    assert together.shape == (4, embedder.dimensions)
    assert np.linalg.norm(together, axis=1) == pytest.approx([1, 1, 0, 0], abs=1e-6)
    for text, vector in zip(texts, together, strict=True):
        assert np.array_equal(embedder.embed([text])[0], vector)


def test_lexical_vectors_forgive_case_inflection_accents_and_typos() -> None:
    base, near, typo, far = LexicalEmbedder().embed(
        [
            "Sättigung der Fernsehwerbung",
            "sattigung fernsehwerbungen",
            "Sättigunk Fernsehwerbung",
            "price of wine",
        ]
    )
    assert base @ near > 0.7
    assert base @ typo > 0.6
    assert abs(float(base @ far)) < 0.25


def test_minilm_runs_real_onnx_pools_over_its_words_and_ignores_its_batch(tmp_path: Path) -> None:
    table = write_tiny_model(tmp_path, words=["tv", "search", "radio"], dimensions=384)
    embedder = MiniLMEmbedder(tmp_path)
    pair, single = embedder.embed(["tv search", "radio"])
    mean = (table["tv"] + table["search"]) / 2
    assert pair == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)
    assert np.array_equal(single, embedder.embed(["radio"])[0])
    assert embedder.embed([]).shape == (0, 384)


def test_the_choice_follows_path_then_cache_then_falls_back(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "mine" / "onnx", words=["tv"], dimensions=384)
    chosen = choose_embedder(tmp_path / "mine")
    assert isinstance(chosen.embedder, MiniLMEmbedder)
    assert str(tmp_path / "mine") in chosen.reason
    assert find_weights(cache=tmp_path / "cache").folder is None
    write_tiny_model(tmp_path / "cache" / "all-MiniLM-L6-v2" / "onnx", words=["tv"], dimensions=384)
    assert find_weights(cache=tmp_path / "cache").folder == tmp_path / "cache" / "all-MiniLM-L6-v2" / "onnx"
    with pytest.raises(ConfigurationError, match=r"holds no model\.onnx"):
        choose_embedder(tmp_path / "elsewhere")


def write_tiny_model(folder: Path, *, words: list[str], dimensions: int) -> dict[str, np.ndarray]:
    """Writes `model.onnx` and `tokenizer.json`, and returns the vector of each word."""
    folder.mkdir(parents=True, exist_ok=True)
    table = np.random.default_rng(0).normal(size=(len(words) + 1, dimensions)).astype(np.float32)
    vocabulary = {"[UNK]": 0, **{word: i + 1 for i, word in enumerate(words)}}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "model.onnx").write_bytes(_model(table))
    return {word: table[i] for word, i in vocabulary.items()}


def _model(table: np.ndarray) -> bytes:
    """ModelProto: last_hidden_state = Gather(table, input_ids)."""
    weights = (
        b"".join(_number(1, size) for size in table.shape)
        + _number(2, _FLOAT)
        + _text(8, "table")
        + _bytes(9, table.tobytes())
    )
    node = _text(1, "table") + _text(1, "input_ids") + _text(2, "last_hidden_state") + _text(4, "Gather")
    given = _value("input_ids", _INT64, ["batch", "words"])
    made = _value("last_hidden_state", _FLOAT, ["batch", "words", table.shape[1]])
    graph = _bytes(1, node) + _text(2, "tiny") + _bytes(5, weights) + _bytes(11, given) + _bytes(12, made)
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def _value(name: str, kind: int, shape: list[str | int]) -> bytes:
    sizes = b"".join(_bytes(1, _text(2, s) if isinstance(s, str) else _number(1, s)) for s in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sizes)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
