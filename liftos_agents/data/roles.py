"""Works out what each column of a table is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from liftos_agents.data.column_names import media_column
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import AmbiguousRoleError, DataError

if TYPE_CHECKING:
    from liftos_agents.data.dataset import Dataset


def work_out_roles(dataset: Dataset, overrides: Mapping[str, Any] | None = None) -> ColumnRoles:
    """The roles of `dataset`'s columns, those in `overrides` as given and the others worked out."""
    frame = dataset.frame
    if frame is None:
        raise DataError(f"{dataset.name!r} is a text, not a table")
    given = dict(overrides or {})
    date = given.get("date") or next(
        c for c in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[c])
    )
    media = [m for m in map(media_column, map(str, frame.columns)) if m]
    spend = {m.channel: (m.column,) for m in media if m.measure == "spend"}
    if "spend" in given:
        spend = {c: (c,) for c in given["spend"]}
    outcome = given.get("outcome") or next((c for c in ("revenue", "sales", "conversions") if c in frame), None)
    if outcome is None:
        raise AmbiguousRoleError("no outcome", role="outcome", choices=[str(c) for c in frame.columns])
    value = "revenue_per_conversion" if "revenue_per_conversion" in frame else None
    return ColumnRoles(
        date=date,
        outcome=outcome,
        outcome_kind="conversions" if value else "revenue",
        value_per_outcome=value,
        spend=spend,
        controls=tuple(c for c in frame.columns if "control" in c or c.endswith("_B")),
    )
