"""What a marketing-mix fit knows: joint draws of every channel's curve, and what they answer."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, fields
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liftos_agents.domain.response_curve import (
    geometric_adstock,
    hill_saturation,
    hill_saturation_slope,
    lagged,
    logistic_saturation,
    logistic_saturation_slope,
)

Array = NDArray[np.float64]
Saturation = Literal["logistic", "hill"]

_ARRAYS = (
    "retention",
    "steepness",
    "slope",
    "effect",
    "decision_effect",
    "noise",
    "baseline",
    "scale",
    "spend",
    "outcome",
    "conversion_lag",
)


@dataclass(frozen=True, eq=False)
class MediaPosterior:
    """Joint posterior draws (D) over channels (C) of a fit to T periods.

    Effects are in outcome units per period at full saturation. `decision_effect` holds the same draws after the
    sensitivity to an unseen confounder; decisions about money use those.
    """

    channels: tuple[str, ...]
    saturation: Saturation
    retention: Array
    """(D, C) share of an effect carried to the next period."""
    steepness: Array
    """(D, C) logistic λ, or the Hill half-saturation point, on spend / scale."""
    slope: Array | None
    """(D, C) Hill slope; None for the logistic curve."""
    effect: Array
    """(D, C) outcome units per period at full saturation."""
    decision_effect: Array
    """(D, C)"""
    noise: Array
    """(D,) standard deviation of the noise, outcome units."""
    baseline: Array
    """(D, T) outcome units."""
    scale: Array
    """(C,) the spend that is 1.0 on the curve's axis."""
    adstock_length: int
    spend: Array
    """(T, C)"""
    outcome: Array
    """(T,)"""
    value_per_outcome: float = 1.0
    conversion_lag: Array | None = None
    """(C, L) shares of what a channel causes that are bought 0, 1, 2, … periods later; None where all is bought at once."""

    @property
    def draws(self) -> int:
        """How many joint draws there are."""
        return int(self.effect.shape[0])

    @property
    def waits(self) -> int:
        """Periods by which the last purchase comes after its cause."""
        return 0 if self.conversion_lag is None else self.conversion_lag.shape[1] - 1

    @property
    def reach(self) -> int:
        """Periods after its own in which a spend still brings in something, by carry-over and by the lag to purchase."""
        return self.adstock_length - 1 + self.waits

    def saturation_at(self, x: ArrayLike) -> Array:
        """Saturation at `x` (..., C) on the curve's axis (spend / scale), shape (D, ..., C)."""
        points = np.asarray(x, dtype=np.float64)
        steepness, slope = self._shapes(points.ndim)
        if slope is None:
            return logistic_saturation(points, steepness)
        return hill_saturation(points, steepness, slope)

    def response(self, spend: ArrayLike, *, decision: bool = False) -> Array:
        """Steady-state contribution per period, (D, ..., C), at constant spend (..., C); outcome units."""
        points = np.asarray(spend, dtype=np.float64) / self.scale
        return self._effects(points.ndim, decision) * self.saturation_at(points)

    def response_slope(self, spend: ArrayLike, *, decision: bool = False) -> Array:
        """The derivative of `response` in spend, (D, ..., C); outcome units per unit of spend."""
        points = np.asarray(spend, dtype=np.float64) / self.scale
        return self._effects(points.ndim, decision) * self._saturation_slope(points) / self.scale

    def contribution(
        self,
        spend_path: ArrayLike | None = None,
        *,
        decision: bool = False,
        history: ArrayLike | None = None,
    ) -> Array:
        """Contribution along a spend path with carry-over and lag to purchase, (D, T', C); outcome units.

        Args:
            spend_path: (T', C) spend per period; the fitted spend when absent.
            decision: use the decision draws.
            history: (H, C) spend in the periods just before the path, of which the last `reach` count; nothing when absent.

        Raises:
            ValueError: when a path's columns are not the posterior's channels.
        """
        carried, earlier = self._carried(spend_path, history)
        return self._effects(2, decision) * self._bought(self._curve(carried), earlier)

    def contribution_slope(self, spend_path: ArrayLike | None = None, *, decision: bool = False) -> Array:
        """What each period gains per unit of proportional growth of the path, (D, T', C); outcome units."""
        carried, earlier = self._carried(spend_path, None)
        if self.conversion_lag is None:
            return self._effects(2, decision) * self._curve_slope(carried) * carried
        return self._effects(2, decision) * self._bought(self._curve_slope(carried) * carried, earlier)

    def thin(self, draws: int) -> MediaPosterior:
        """The posterior with at most `draws` draws, evenly spaced.

        Raises:
            ValueError: when `draws` is below one.
        """
        if draws < 1:
            raise ValueError(f"draws must be at least 1, got {draws!r}")
        if draws >= self.draws:
            return self
        keep = (np.arange(draws) * self.draws) // draws
        return MediaPosterior(
            channels=self.channels,
            saturation=self.saturation,
            retention=self.retention[keep],
            steepness=self.steepness[keep],
            slope=None if self.slope is None else self.slope[keep],
            effect=self.effect[keep],
            decision_effect=self.decision_effect[keep],
            noise=self.noise[keep],
            baseline=self.baseline[keep],
            scale=self.scale,
            adstock_length=self.adstock_length,
            spend=self.spend,
            outcome=self.outcome,
            value_per_outcome=self.value_per_outcome,
            conversion_lag=self.conversion_lag,
        )

    def to_npz(self) -> bytes:
        """The posterior as an .npz file: no pickle, and the same bytes for the same draws."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _ARRAYS}
        plain["channels"] = list(self.channels)
        meta = np.frombuffer(json.dumps(plain, sort_keys=True).encode(), dtype=np.uint8)
        members: list[tuple[str, NDArray[Any]]] = [("meta", meta)]
        for name in _ARRAYS:
            values = cast("Array | None", getattr(self, name))
            if values is not None:
                members.append((name, np.ascontiguousarray(values, dtype=np.float64)))
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, values in members:
                content = io.BytesIO()
                np.lib.format.write_array(content, values, allow_pickle=False)
                entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                archive.writestr(entry, content.getvalue())
        return buffer.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> MediaPosterior:
        """The posterior that `to_npz` wrote.

        Raises:
            ValueError: when `content` is not such a file.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                stored: dict[str, NDArray[Any]] = {name: archive[name] for name in archive.files}
            values: dict[str, Any] = json.loads(stored.pop("meta").tobytes().decode())
            values.update(stored)
            values["channels"] = tuple(values["channels"])
            values.setdefault("slope", None)
            values.setdefault("conversion_lag", None)
            return cls(**values)
        except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError("not a stored media posterior") from error

    def _carried(self, spend_path: ArrayLike | None, history: ArrayLike | None) -> tuple[Array, int]:
        """Adstocked path on the curve's axis, (D, E + T', C), after the E periods before it that are bought from within it."""
        path = self.spend if spend_path is None else np.asarray(spend_path, dtype=np.float64)
        if path.ndim != 2 or path.shape[1] != len(self.channels):
            raise ValueError(
                f"a spend path has one column a channel: expected (periods, {len(self.channels)}), got {path.shape}"
            )
        before = np.zeros((0, path.shape[1])) if history is None else np.asarray(history, dtype=np.float64)
        whole = np.concatenate([before, path]) / self.scale
        carried = geometric_adstock(whole.T, self.retention, length=self.adstock_length)
        earlier = min(self.waits, len(before))
        return np.swapaxes(carried[..., len(before) - earlier :], -1, -2), earlier

    def _bought(self, caused: Array, earlier: int) -> Array:
        """What is caused per period, (D, E + T', C), at the time when it is bought, (D, T', C)."""
        if self.conversion_lag is None:
            return caused
        return np.swapaxes(lagged(np.swapaxes(caused, -1, -2), self.conversion_lag)[..., earlier:], -1, -2)

    def _curve(self, carried: Array) -> Array:
        steepness = self.steepness[:, None, :]
        if self.slope is None:
            return logistic_saturation(carried, steepness)
        return hill_saturation(carried, steepness, self.slope[:, None, :])

    def _curve_slope(self, carried: Array) -> Array:
        steepness = self.steepness[:, None, :]
        if self.slope is None:
            return logistic_saturation_slope(carried, steepness)
        return hill_saturation_slope(carried, steepness, self.slope[:, None, :])

    def _saturation_slope(self, points: Array) -> Array:
        steepness, slope = self._shapes(points.ndim)
        if slope is None:
            return logistic_saturation_slope(points, steepness)
        return hill_saturation_slope(points, steepness, slope)

    def _shapes(self, dimensions: int) -> tuple[Array, Array | None]:
        """Steepness and slope with the axes that points of so many dimensions broadcast against."""
        steepness = _spread(self.steepness, dimensions)
        return steepness, None if self.slope is None else _spread(self.slope, dimensions)

    def _effects(self, dimensions: int, decision: bool) -> Array:
        return _spread(self.decision_effect if decision else self.effect, dimensions)


def _spread(values: Array, dimensions: int) -> Array:
    """(D, C) as (D, 1, …, C), so that it broadcasts against points of `dimensions` axes."""
    draws, channels = values.shape
    return values.reshape(draws, *([1] * max(dimensions - 1, 0)), channels)
