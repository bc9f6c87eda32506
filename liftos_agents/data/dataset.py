"""A loaded dataset, known by its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from liftos_agents.data.panel import build_panel
from liftos_agents.data.roles import work_out_roles
from liftos_agents.domain.evidence import DatasetRef
from liftos_agents.domain.panel import Panel
from liftos_agents.domain.roles import ColumnRoles


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table or a text, read and typed.

    Attributes:
        id: sha256 of the content (columns, types, values); file name, format and path play no part.
        name: Label, the file's stem.
        frame: Columns of float64 numbers (NaN where missing), datetime64 dates, or text.
        text: The document, for kind `text`.
        notes: What the loader did (encoding, separator, decimal comma, renamed headers), a sentence each.
        currencies: Column to ISO code, for columns whose cells were written with a currency.
    """

    id: str
    name: str
    kind: Literal["table", "text"]
    frame: pd.DataFrame | None = None
    text: str | None = None
    notes: tuple[str, ...] = ()
    currencies: dict[str, str] = field(default_factory=dict[str, str])
    _cache: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @classmethod
    def of_frame(
        cls,
        frame: pd.DataFrame,
        name: str,
        notes: tuple[str, ...] = (),
        currencies: Mapping[str, str] | None = None,
    ) -> Dataset:
        """The dataset of a frame that is typed already."""
        known = dict(sorted((currencies or {}).items()))
        return cls(frame_hash(frame, known), name, "table", frame, None, notes, known)

    @classmethod
    def of_text(cls, text: str, name: str, notes: tuple[str, ...] = ()) -> Dataset:
        """The dataset of a document."""
        return cls(hashlib.sha256(b"text\0" + text.encode()).hexdigest(), name, "text", None, text, notes)

    @property
    def ref(self) -> DatasetRef:
        """Id and label, as evidence names it."""
        return DatasetRef(id=self.id, name=self.name)

    @property
    def roles(self) -> ColumnRoles:
        """The roles of the columns as worked out without any help (cached).

        Raises:
            AmbiguousRoleError: A role could be read in more than one way.
            DataError: The table has no date or no outcome, or this is a text.
        """
        if "roles" not in self._cache:
            self._cache["roles"] = work_out_roles(self)
        return self._cache["roles"]

    def panel(self, roles: ColumnRoles | None = None) -> Panel:
        """The panel of this table under `roles`, worked out when not given (cached).

        Raises:
            AmbiguousRoleError: As `roles`.
            DataError: The table has no regular calendar, or this is a text.
        """
        chosen = roles or self.roles
        key = f"panel {chosen.model_dump_json()}"
        if key not in self._cache:
            self._cache[key] = build_panel(self, chosen)
        return self._cache[key]


def frame_hash(frame: pd.DataFrame, currencies: Mapping[str, str] | None = None) -> str:
    """sha256 of the columns' names, types and values, in order, and of their currencies."""
    digest = hashlib.sha256(b"table\0")
    digest.update(json.dumps(dict(currencies or {}), sort_keys=True).encode())
    digest.update(json.dumps([str(c) for c in frame.columns], ensure_ascii=False).encode())
    digest.update(str(len(frame)).encode())
    for position in range(frame.shape[1]):
        digest.update(_column_bytes(frame.iloc[:, position]))
    return digest.hexdigest()


def _column_bytes(column: pd.Series) -> bytes:
    if pd.api.types.is_datetime64_any_dtype(column):
        return b"date" + column.to_numpy().astype("datetime64[us]").astype("<i8").tobytes()
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype="<f8", na_value=np.nan) + 0.0
        values[np.isnan(values)] = np.nan
        return b"number" + values.tobytes()
    codes, uniques = pd.factorize(column, use_na_sentinel=True)
    words = json.dumps([str(u) for u in uniques], ensure_ascii=False)
    return b"text" + words.encode() + codes.astype("<i4").tobytes()
