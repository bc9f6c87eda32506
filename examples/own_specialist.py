"""A host's own tool and specialist, added without touching the package.

The tool measures how seasonal sales are; the specialist answers questions about it. The router and the offline
model learn of both from what is handed in here. The data is simulated.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents import LiftOS, sandbox
from liftos_agents.domain.specialist import Specialist
from liftos_agents.tools import ToolContext, tool


class SeasonArguments(BaseModel):
    """How finely the season is described."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pairs: int = Field(default=2, ge=1, le=6, description="Pairs of sine and cosine over the year.")


class SeasonResult(BaseModel):
    """How much of the outcome's variance the season explains, and when it peaks."""

    model_config = ConfigDict(frozen=True)

    share: float
    peak_month: str
    periods: int
    units: dict[str, str] = {"share": "share", "peak_month": "text", "periods": "count"}


@tool("measure_season", version="1", summary="How seasonal the outcome is, and when it peaks.", data="panel")
def measure_season(context: ToolContext, arguments: SeasonArguments) -> SeasonResult:
    """R² of a yearly Fourier series, and the month of its highest point."""
    panel = context.panel
    year = (panel.dates - panel.dates[0]).astype(float) / 365.2425
    waves = [f(2 * np.pi * k * year) for k in range(1, arguments.pairs + 1) for f in (np.sin, np.cos)]
    design = np.column_stack([np.ones_like(year), *waves])
    fitted = design @ np.linalg.lstsq(design, panel.outcome, rcond=None)[0]
    peak = panel.dates[int(np.argmax(fitted))]
    return SeasonResult(
        share=float(fitted.var() / panel.outcome.var()),
        peak_month=f"{peak.astype('datetime64[M]').astype(object):%B}",
        periods=panel.periods,
    )


PROMPT = """You say how seasonal sales are. Every number in a text is a reference into evidence.

Your playbook:

```yaml
playbook: 1
intents:
  - name: season
    default: true
    about:
      - how seasonal sales are
    steps:
      - {id: season, tool: measure_season, arguments: {}}
    headline:
      - text: "The season explains {season:share|pct} of the variation of sales; it peaks in {season:peak_month|text}."
    claims:
      - text: "Measured over {season:periods|count} periods."
```
"""

SEASON_TELLER = Specialist(
    name="season_teller",
    purpose="Says how seasonal sales are and in which month they peak.",
    prompt=PROMPT,
    prompt_version="1",
    tools=("measure_season",),
    needs="table",
    handles=("seasonality of sales", "in which month sales peak"),
    examples=("How seasonal are our sales?", "In which month do sales peak?"),
)


def main() -> None:
    """Ask a question that only the new specialist can answer."""
    shop = sandbox.simulate(sandbox.scenarios.load("shop"))
    with LiftOS(tools=[measure_season], specialists=[SEASON_TELLER]) as lift:
        answer = lift.ask("How seasonal are our sales, and in which month do they peak?", data=shop.frame())
        print(answer.plan.steps[0].agent, "·", answer.answer.headline)
        print(lift.why(answer.run_id, answer.answer.claims[0].id).tree().label)


if __name__ == "__main__":
    main()
