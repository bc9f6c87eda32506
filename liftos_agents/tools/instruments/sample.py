"""The rows of an instrumental-variable design: outcome, treatment and instruments, with the controls taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Rows, refuse_same, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry

Array = NDArray[np.float64]

_SPARE_ROWS = 10
_COLLINEAR = 1e-8


@dataclass(frozen=True)
class InstrumentSample:
    """Arrays of one design, rows in an order of their own, each multiplied by the root of its weight.

    Attributes:
        outcome, treatment: (n,).
        instruments: (n, k), and their names (`region=north` for an indicator).
        controls: (n, p) independent columns, the constant first; scaled to a length alike.
        cluster: (n,) codes, or None.
        dropped: Rows left out for a missing value or a weight of zero.
    """

    outcome: Array
    treatment: Array
    instruments: Array
    instrument_names: tuple[str, ...]
    controls: Array
    cluster: NDArray[np.intp] | None
    dropped: int
    words: dict[str, tuple[str, str]]

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.outcome)

    @property
    def clusters(self) -> int | None:
        """How many clusters there are."""
        return None if self.cluster is None else int(self.cluster.max()) + 1

    def without_controls(self, values: Array) -> Array:
        """What of `values` the controls do not explain."""
        return values - self._basis @ (self._basis.T @ values)

    @cached_property
    def _basis(self) -> Array:
        return np.linalg.qr(self.controls)[0]


def draw_sample(
    context: ToolContext,
    tool: str,
    *,
    outcome: str,
    treatment: str,
    instruments: Sequence[str],
    controls: Sequence[str],
    cluster: str | None = None,
    weights: str | None = None,
) -> InstrumentSample:
    """The complete rows of the columns named.

    Raises:
        ToolRetry: A column does not do for its role.
        ToolFailed: There are too few rows for the columns.
    """
    refuse_same(tool, outcome=outcome, treatment=treatment, instruments=instruments, controls=controls)
    refuse_same(tool, outcome=outcome, weights=weights, cluster=cluster)
    refuse_same(tool, treatment=treatment, weights=weights)
    ordered = [*sorted(set(instruments)), *sorted(set(controls))]
    rows = take(
        context,
        tool,
        numbers={"outcome": outcome, "treatment": treatment, "weights": weights},
        keys={"cluster": cluster},
        controls=ordered,
    )
    for role, column in (("outcome", outcome), ("treatment", treatment)):
        refuse_constant(rows, tool, role, column)
    numeric = np.column_stack([rows.numbers(outcome), rows.numbers(treatment), rows.controls])
    for name, values in zip((outcome, treatment, *rows.control_names), numeric.T, strict=True):
        if not np.isfinite(values).all():
            raise ToolRetry(
                f"{name!r} holds infinite values",
                where=tool,
                fix="Leave those rows out, or name another column",
            )
    root, kept = _roots(rows, tool, weights)
    codes = _codes(rows, tool, cluster)
    is_instrument = np.array([_belongs(label, instruments) for label in rows.control_names], dtype=bool)
    for name in instruments:
        if not any(_belongs(label, [name]) for label in rows.control_names):
            raise ToolRetry(
                f"{name!r} has one value only over the complete rows, so it moves nothing",
                where=f"{tool} argument instruments",
                fix="Name an instrument that varies, or give rows in which it does",
            )
    order = np.lexsort([*numeric.T[::-1]])
    order = order[kept[order]]
    scaled = numeric[order] * root[order, None]
    columns = np.column_stack([root[order], scaled[:, 2:][:, ~is_instrument]])
    sample = InstrumentSample(
        outcome=scaled[:, 0],
        treatment=scaled[:, 1],
        instruments=scaled[:, 2:][:, is_instrument],
        instrument_names=tuple(np.array(rows.control_names, dtype=object)[is_instrument]),
        controls=_independent(columns),
        cluster=None if codes is None else np.unique(codes[order], return_inverse=True)[1].astype(np.intp),
        dropped=rows.dropped + int((~kept).sum()),
        words=rows.words,
    )
    _check(sample, tool, treatment)
    return sample


def _roots(rows: Rows, tool: str, weights: str | None) -> tuple[Array, NDArray[np.bool_]]:
    """Each row's root of its weight, of mean square one, and whether the weight is above zero."""
    if weights is None:
        return np.ones(len(rows)), np.ones(len(rows), dtype=bool)
    values = rows.numbers(weights)
    if values.min() < 0.0 or not np.isfinite(values).all() or values.max() == 0.0:
        bad = "negative" if values.min() < 0.0 else "infinite" if values.max() > 0.0 else "only zero"
        raise ToolRetry(
            f"{weights!r} holds {bad} values, and a weight must be a number from zero upwards",
            where=f"{tool} argument weights",
            fix="Name a column of weights that are not negative, or leave weights out",
        )
    kept = values > 0.0
    return np.sqrt(values / values[kept].mean()), kept


def _codes(rows: Rows, tool: str, cluster: str | None) -> NDArray[np.intp] | None:
    if cluster is None:
        return None
    codes = np.unique(rows.frame[cluster].astype(str).to_numpy(str), return_inverse=True)[1].astype(np.intp)
    if codes.max() == 0:
        raise ToolRetry(
            f"{cluster!r} has one value only, and errors cannot be clustered in one cluster",
            where=f"{tool} argument cluster",
            fix="Name a column with many groups, or leave cluster out",
        )
    return codes


def _belongs(label: str, names: Sequence[str]) -> bool:
    return any(label == name or label.startswith(f"{name}=") for name in names)


def _independent(columns: Array) -> Array:
    """The columns that no columns before them explain, each of length √n."""
    length = np.linalg.norm(columns, axis=0)
    scaled = columns / length * np.sqrt(len(columns))
    left = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    if len(left) < columns.shape[1]:
        left = np.r_[left, np.zeros(columns.shape[1] - len(left))]
    return scaled[:, left > _COLLINEAR * np.sqrt(len(columns))]


def _check(sample: InstrumentSample, tool: str, treatment: str) -> None:
    k, p = sample.instruments.shape[1], sample.controls.shape[1]
    if sample.n < k + p + _SPARE_ROWS:
        raise ToolFailed(
            f"{sample.n} rows are too few for {k} instrument(s) and {p} control column(s)",
            where=tool,
            fix="Give more rows, or fewer instruments and controls",
        )
    if _vanishes(sample.without_controls(sample.treatment), sample.treatment):
        raise ToolRetry(
            f"the controls explain {treatment!r} entirely, so no variation of it is left",
            where=f"{tool} argument controls",
            fix="Leave out the control that holds the treatment",
        )
    left = sample.without_controls(sample.instruments)
    for name, values, whole in zip(sample.instrument_names, left.T, sample.instruments.T, strict=True):
        if _vanishes(values, whole):
            raise ToolRetry(
                f"the controls explain the instrument {name!r} entirely, so it moves nothing beyond them",
                where=f"{tool} argument instruments",
                fix=f"Leave {name!r} out, or the controls that hold it",
            )
    if np.linalg.matrix_rank(left / np.linalg.norm(left, axis=0), tol=1e-7) < k:
        raise ToolRetry(
            "an instrument is a combination of the others (and the controls)",
            where=f"{tool} argument instruments",
            fix=f"Leave one of {', '.join(sample.instrument_names)} out",
        )
    residual = sample.without_controls(sample.treatment)
    residual = residual - left @ np.linalg.lstsq(left, residual, rcond=None)[0]
    if _vanishes(residual, sample.treatment):
        raise ToolRetry(
            f"the instruments determine {treatment!r} entirely, so they are the treatment under another name",
            where=f"{tool} argument instruments",
            fix="Name an instrument that only moves the treatment, or use estimate_effect",
        )


def _vanishes(left: Array, whole: Array) -> bool:
    return float(np.linalg.norm(left)) <= _COLLINEAR * float(np.linalg.norm(whole))
