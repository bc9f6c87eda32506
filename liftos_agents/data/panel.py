"""Builds the analysis-ready panel of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liftos_agents.domain.panel import Panel
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import DataError

if TYPE_CHECKING:
    from liftos_agents.data.dataset import Dataset


def build_panel(dataset: Dataset, roles: ColumnRoles) -> Panel:
    """The panel of `dataset` under `roles`: regular periods in order of time, one column a channel."""
    frame = dataset.frame
    if frame is None:
        raise DataError(f"{dataset.name!r} is a text, not a table")
    frame = frame.sort_values(roles.date)
    outcome = frame[roles.outcome].to_numpy(dtype=np.float64)
    value = roles.value_per_outcome
    worth = frame[value].to_numpy(dtype=np.float64) if isinstance(value, str) else np.full(len(frame), value or 1.0)
    return Panel(
        dates=frame[roles.date].to_numpy().astype("datetime64[D]"),
        outcome=outcome,
        value_per_outcome=worth,
        channels=tuple(roles.spend),
        spend=np.column_stack([frame[list(c)].sum(axis=1) for c in roles.spend.values()]),
        roles=roles,
        dataset=dataset.id,
        controls={c: frame[c].to_numpy(dtype=np.float64) for c in roles.controls},
    )
