"""What a world of simulated datasets is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd


@dataclass(frozen=True)
class Simulated:
    """One dataset, the call that asks about it, and the truth.

    Attributes:
        truth: The estimand's value in this very dataset's world, on the scale of the result's `estimate`.
    """

    frame: pd.DataFrame
    arguments: dict[str, Any]
    truth: float


@dataclass(frozen=True)
class World:
    """A way to make datasets.

    Attributes:
        kind: `holds`: every assumption does; `violated`: a testable one does not, by a bias of `bias` standard errors.
        exactness: `two_sided`: a 90 % interval is to cover 87 to 93 %; `at_least`: 87 % or more (placebo, Anderson–Rubin,
            conformal sets).
        make: Dataset number to dataset; the same number gives the same dataset.
        datasets: How many are played.
        bias: About how many standard errors the violation moves the estimate.
    """

    name: str
    tool: str
    kind: Literal["holds", "violated"]
    make: Callable[[int], Simulated]
    exactness: Literal["two_sided", "at_least"] = "two_sided"
    datasets: int = 1000
    bias: float | None = None
    notes: str = field(default="")
