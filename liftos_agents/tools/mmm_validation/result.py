"""What `validate_mmm` hands back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.effect import Check, Explanations, Term
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.mmm.lift_result import LiftTestAgreement
from liftos_agents.tools.mmm_validation.backtest import Backtest
from liftos_agents.tools.mmm_validation.placebo import Placebo
from liftos_agents.tools.mmm_validation.recovery import Recovery
from liftos_agents.tools.mmm_validation.shocks import Shocks
from liftos_agents.tools.mmm_validation.stability import Perturbed

ValidationStatus = Literal["valid", "doubtful", "not valid", "refused"]


class ValidateMmmResult(BaseModel):
    """How a marketing-mix fit stands up to trial.

    Attributes:
        status: `valid`: no check failed; `doubtful`: some did; `not valid`: one failed on which every figure rests (the chains, the
            recovery of known truth); `refused`: the fit itself was refused, see `reasons`.
        checks: Each trial with its bar.
        terms: Each channel's recovery: the median relative error, with the share of replicas whose interval held the truth in words.
        backtest: None where the data are too short for an origin.
        recovery: None where no replica was asked for.
        stability: Perturbed fits by name; empty where none was asked for.
        experiments: Each given lift test beside the data without it.
        fit: Id of the fit's evidence.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: ValidationStatus
    verdict: str
    fit: str
    fit_status: str
    outcome: str
    n: int
    checks: tuple[Check, ...] = ()
    terms: dict[str, Term] = {}
    backtest: Backtest | None = None
    recovery: Recovery | None = None
    stability: dict[str, Perturbed] = {}
    placebos: tuple[Placebo, ...] = ()
    shocks: Shocks | None = None
    experiments: tuple[LiftTestAgreement, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    explanations: Explanations
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]

    def summary(self) -> str:
        """The verdict, every check with its bar, and what to do, a line each."""
        lines = [self.verdict, *(f"{_mark(check)} {check.name}: {check.meaning}" for check in self.checks)]
        return "\n".join([*lines, *self.warnings, *self.advice])

    def plot(self, kind: str | None = None) -> Figure:
        """The first picture, or the one of `kind`.

        Raises:
            ValueError: There is no such picture.
        """
        for figure in self.figures:
            if kind in (None, figure.kind):
                return figure
        there = ", ".join(sorted({f.kind for f in self.figures})) or "none"
        raise ValueError(f"no picture of kind {kind!r}; there are: {there}")


def units(outcome: str) -> dict[str, str]:
    """Path patterns and their units; `outcome` is that of the fit's outcome."""
    return {
        "n": "periods",
        "checks": "number",
        "terms.*.estimate": "share",
        "terms.*.low": "share",
        "terms.*.high": "share",
        "terms.*.n": "count",
        "backtest.horizon": "periods",
        "backtest.season": "periods",
        **{f"backtest.{name}": "ratio" for name in ("mase", "relative_error", "crps")},
        **{f"backtest.{name}": "share" for name in ("mape", "naive_mape", "coverage")},
        **{f"backtest.folds.*.{name}": "share" for name in ("mape", "naive_mape", "covered")},
        **{f"backtest.folds.*.{name}": outcome for name in ("actual", "mean", "p05", "p95")},
        "recovery.replicas": "count",
        "recovery.rank_correlation": "number",
        **{
            f"recovery.{name}": "share"
            for name in ("coverage", "total_coverage", "total_error", "total_absolute_error", "channels")
        },
        "stability.*.largest_shift": "number",
        "stability.*.total_change": "share",
        "placebos.*.share": "share",
        "placebos.*.probability_of_no_effect": "probability",
        "shocks.found.*.residual": "number",
        "shocks.largest": "number",
        "shocks.level_shift": "number",
        **{f"experiments.*.{name}": outcome for name in ("lift", "standard_error", "expected", "fitted")},
        **{f"experiments.*.{name}": "number" for name in ("deviation", "fitted_deviation")},
        **dict.fromkeys(("verdict", "reasons", "warnings", "advice", "explanations"), "text"),
    }


def _mark(check: Check) -> str:
    return {True: "passed", False: "FAILED", None: "reported"}[check.passed]
