"""Loads a file, several files or a frame as one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from liftos_agents.data.dataset import Dataset
from liftos_agents.data.limits import DEFAULT_LIMITS, Limits


def load(
    source: str | Path | pd.DataFrame | Dataset,
    *,
    limits: Limits = DEFAULT_LIMITS,
    roots: Sequence[Path] = (),
    name: str | None = None,
) -> Dataset:
    """The dataset in a file, in the files of a glob, or in a frame."""
    if isinstance(source, Dataset):
        return source
    if isinstance(source, pd.DataFrame):
        return Dataset.of_frame(source, name or "frame")
    path = Path(source)
    if path.suffix in (".txt", ".md", ".html"):
        return Dataset.of_text(path.read_text(), path.stem)
    frame = pd.read_csv(path, na_values=["na"])
    for column in frame.columns:
        if "date" in column.lower() or column == "time":
            frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
        elif pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("float64")
    return Dataset.of_frame(frame, path.stem)
