"""The tool behind an effect, run again: through the store where the data stay, on a frame of its own where they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from liftos_agents.data.dataset import Dataset
from liftos_agents.data.store import TransientStore
from liftos_agents.domain.effect import EffectResult, Term
from liftos_agents.domain.evidence import Evidence
from liftos_agents.errors import UserError
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import spec


@dataclass(frozen=True)
class Found:
    """What a further run says; without estimate, `why` says why there is none."""

    label: str
    estimate: float | None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    why: str = ""

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return (self.low is not None and self.low > 0.0) or (self.high is not None and self.high < 0.0)

    def term(self) -> Term:
        """As a term of a result."""
        return Term(
            meaning=self.label if not self.why else f"{self.label}: {self.why}",
            estimate=self.estimate,
            standard_error=self.standard_error,
            low=self.low,
            high=self.high,
            n=self.n,
        )


class Rerun:
    """Runs the tool of one evidence again.

    Args:
        evidence: The effect that is attacked.
        quick: Arguments that make each further run cheaper, alike for all of them.
    """

    def __init__(self, context: ToolContext, evidence: Evidence, quick: Mapping[str, Any]) -> None:
        self.context = context
        self.evidence = evidence
        self.tool = evidence.tool
        known = spec(evidence.tool).arguments_model.model_fields
        self.arguments = {k: v for k, v in evidence.arguments.items() if k in known} | dict(quick)
        given = context.dataset.frame
        assert given is not None
        self.frame = given

    def takes(self, name: str) -> bool:
        """Whether the tool has this argument."""
        return name in self.arguments

    def column(self, name: str) -> str | None:
        """The column that an argument names, if it names one."""
        value = self.arguments.get(name)
        return value if isinstance(value, str) and value in self.frame.columns else None

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns that an argument lists."""
        value = self.arguments.get(name)
        return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ()

    def again(self, label: str, **changes: Any) -> Found:
        """The same data under changed arguments; kept in the store like any other call."""
        try:
            found = self.context.run(self.tool, **{**self.arguments, **changes})
        except UserError as error:
            return Found(label, None, why=error.what)
        return _found(label, spec(self.tool).result_model.model_validate(found.result))

    def on(self, frame: pd.DataFrame, label: str, **changes: Any) -> Found:
        """Changed data; nothing of it is kept."""
        wanted = spec(self.tool)
        try:
            arguments = wanted.arguments_model.model_validate({**self.arguments, **changes})
            dataset = Dataset.of_frame(frame.reset_index(drop=True), label)
            surroundings = ToolContext(
                f"{self.evidence.id} {label}",
                TransientStore(),
                given_dataset=dataset,
                cancelled=self.context.cancelled,
            )
            return _found(label, wanted.function(surroundings, arguments))
        except UserError as error:
            return Found(label, None, why=error.what)

    def rng(self, purpose: int) -> np.random.Generator:
        """Draws for one purpose; the same for the same evidence."""
        return np.random.default_rng([self.context.seed % 2**32, purpose])


def _found(label: str, result: Any) -> Found:
    assert isinstance(result, EffectResult)
    interval = result.interval
    return Found(
        label,
        result.estimate,
        result.standard_error,
        None if interval is None else interval.low,
        None if interval is None else interval.high,
        result.n,
        "" if result.estimate is not None else " ".join(result.reasons) or "no point estimate",
    )
