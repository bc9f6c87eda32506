"""What media add to a forecast: a marketing-mix fit, its baseline carried on, and the planned spend's response on top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.verdict import EXTRAPOLATION_FACTOR
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.forecasting.arguments import Amount

Array = NDArray[np.float64]

DRAWS = 500
RECENT = 13


@dataclass(frozen=True)
class MediaPart:
    """Media in the outcome, of the past and of the periods to come.

    Attributes:
        past: (T,) mean contribution of the spend that was.
        ahead: (D, H) draws of the contribution of the planned spend, carry-over of the past included.
        spend: Channel to planned money over the horizon.
        evidence: Id of the fit.
    """

    past: Array
    ahead: Array
    spend: dict[str, float]
    evidence: str
    warnings: tuple[str, ...]


def media_part(
    context: ToolContext, plan: dict[str, Amount | list[Amount]], horizon: int, periods: int
) -> MediaPart:
    """The media part of a table of media.

    The plan acts by the decision draws alone: planned spend is set, and says nothing of the demand to come.

    Raises:
        ToolRetry: The plan names no channel, or is not as long as the horizon.
        ToolFailed: The fit is refused, or does not cover the series.
    """
    found = context.run("fit_mmm")
    if found.result["status"] == "refused":
        raise ToolFailed(
            f"no marketing-mix fit to forecast with: {found.result['refusals'][0]}",
            where="forecast argument method",
            fix="Leave out spend_plan, and take method auto",
        )
    posterior = MediaPosterior.from_npz(context.get_artifact(str(found.result["posterior"]))).thin(DRAWS)
    if len(posterior.outcome) != periods:
        raise ToolFailed(
            f"the fit covers {len(posterior.outcome)} periods and the series {periods}",
            where="forecast",
            fix="Leave out spend_plan, and take method structural",
        )
    path = _path(posterior, plan, horizon)
    tail = posterior.reach
    history = posterior.spend[-tail:] if tail else posterior.spend[:0]
    ahead = posterior.contribution(path, decision=True, history=history).sum(axis=2)
    beyond = path.max(axis=0) > EXTRAPOLATION_FACTOR * posterior.spend.max(axis=0)
    return MediaPart(
        past=posterior.contribution(decision=True).sum(axis=2).mean(axis=0),
        ahead=ahead,
        spend={name: float(path[:, c].sum()) for c, name in enumerate(posterior.channels)},
        evidence=found.id,
        warnings=tuple(
            f"Planned spend on {name} goes beyond {EXTRAPOLATION_FACTOR:g} × its highest period so far: its response is extrapolated."
            for name, far in zip(posterior.channels, beyond, strict=True)
            if far
        ),
    )


def _path(posterior: MediaPosterior, plan: dict[str, Amount | list[Amount]], horizon: int) -> Array:
    """(H, C) spend per period: as planned, else the mean of late."""
    for name in plan:
        if name not in posterior.channels:
            raise ToolRetry(
                f"there is no channel {name!r}",
                where="forecast argument spend_plan",
                fix=f"There are: {', '.join(posterior.channels)}",
            )
    path = np.repeat(posterior.spend[-RECENT:].mean(axis=0)[None, :], horizon, axis=0)
    for c, name in enumerate(posterior.channels):
        amount = plan.get(name)
        if isinstance(amount, list):
            if len(amount) != horizon:
                raise ToolRetry(
                    f"the plan of {name!r} has {len(amount)} periods and the horizon {horizon}",
                    where="forecast argument spend_plan",
                    fix="Give one amount a period, or the total over the horizon",
                )
            path[:, c] = amount
        elif amount is not None:
            path[:, c] = amount / horizon
    return path
