"""The fitted marketing mix that a tool stands on: posterior, money terms and what the fit says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.panel import Frequency
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.verdict import MARGIN_ABSENT
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry

Array = NDArray[np.float64]

PERIODS_A_QUARTER: dict[Frequency, int] = {"day": 91, "week": 13, "month": 3}
PERIODS_A_YEAR: dict[Frequency, int] = {"day": 364, "week": 52, "month": 12}


class FailedCheck(BaseModel):
    """A diagnostic that the fit did not pass, as the fit reports it."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: float | None = None
    threshold: float | None = None
    meaning: str = ""


@dataclass(frozen=True, eq=False)
class MediaFit:
    """A fit and what a decision about money needs of it.

    Attributes:
        evidence: Id of the fit's evidence.
        status: `accepted`, `downgraded` or `refused`.
        reasons: Why a fit is refused.
        posterior: None when it is refused.
        value: Money per unit of outcome; 1 where outcome is money, or where nobody said what it is worth.
        is_money: Whether outcome × value is money; if not, gains are in outcome units.
        margin: Profit per unit of revenue; 1 when nobody said.
    """

    evidence: str
    status: str
    reasons: tuple[str, ...]
    failed_checks: tuple[FailedCheck, ...]
    result: Mapping[str, Any]
    posterior: MediaPosterior | None
    frequency: Frequency
    value: float
    is_money: bool
    margin: float
    margin_stated: bool
    currency: str | None

    @property
    def worth(self) -> float:
        """Profit before media cost per unit of outcome; without a money value, the outcome itself."""
        return self.margin * self.value if self.is_money else 1.0

    @property
    def cost(self) -> float:
        """What a unit of spend takes from the gain: nothing where the outcome is not money."""
        return 1.0 if self.is_money else 0.0

    @property
    def gain_unit(self) -> str:
        """Unit of gains."""
        return "money" if self.is_money else "outcome"

    @property
    def return_unit(self) -> str:
        """Unit of outcome per unit of spend."""
        return "ratio" if self.is_money else "outcome_per_spend"

    def assumptions(self) -> list[str]:
        """What every reading of the fit takes for granted, a sentence each."""
        said = ["Curves come from the fit's decision draws, which allow for a confounder that nobody saw."]
        if not self.is_money:
            said.append(
                "The outcome has no money value, so gains are in its own unit and no profit is shown."
            )
        elif not self.margin_stated:
            said.append(MARGIN_ABSENT)
        return said

    def current_period(self) -> Array:
        """Mean spend per period of the last year (or of all data where the last year has none), shape (C,)."""
        assert self.posterior is not None
        spend = self.posterior.spend
        recent = spend[-PERIODS_A_YEAR[self.frequency] :]
        return (recent if recent.sum() > 0.0 else spend).mean(axis=0)


def media_fit(
    context: ToolContext, *, margin: float | None, settings: Mapping[str, Any], draws: int
) -> MediaFit:
    """The fit of the context's data, cached like every other evidence.

    Args:
        context: The calling tool's.
        margin: Profit per unit of revenue as the caller states it; None for what the data says.
        settings: Further arguments of `fit_mmm`.
        draws: Posterior draws to keep, evenly thinned.

    Raises:
        ToolRetry: `settings` do not fit `fit_mmm`.
    """
    asked = dict(settings)
    if margin is not None:
        if asked.get("margin", margin) != margin:
            raise ToolRetry("two different margins", where="fit.margin", fix="State one of them")
        asked["margin"] = margin
    found = context.run("fit_mmm", **asked)
    result = found.result
    status = str(result.get("status", "accepted"))
    panel = context.panel
    posterior = None
    if status != "refused" and result.get("posterior"):
        posterior = MediaPosterior.from_npz(context.get_artifact(str(result["posterior"]))).thin(draws)
    stated = result.get("margin") if result.get("margin_stated") else asked.get("margin", panel.margin)
    is_money = panel.roles.outcome_kind == "revenue" or panel.roles.value_per_outcome is not None
    return MediaFit(
        evidence=found.id,
        status=status if posterior is not None else "refused",
        reasons=_reasons(result),
        failed_checks=_failed(result),
        result=result,
        posterior=posterior,
        frequency=result.get("frequency") or panel.frequency,
        value=posterior.value_per_outcome if posterior is not None else 1.0,
        is_money=is_money,
        margin=1.0 if stated is None else float(stated),
        margin_stated=stated is not None,
        currency=result.get("currency") or panel.currency,
    )


def _failed(result: Mapping[str, Any]) -> tuple[FailedCheck, ...]:
    return tuple(
        FailedCheck(
            name=str(check["name"]),
            value=check.get("value"),
            threshold=check.get("threshold"),
            meaning=str(check.get("meaning", "")),
        )
        for check in result.get("checks") or ()
        if not check.get("passed", True)
    )


def _reasons(result: Mapping[str, Any]) -> tuple[str, ...]:
    given = result.get("refusals") or ()
    return tuple(
        str(one.get("reason") or one.get("message") or one) if isinstance(one, Mapping) else str(one)
        for one in given
    )
