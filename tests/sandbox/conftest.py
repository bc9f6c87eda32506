import pytest

from liftos_agents.sandbox import ChannelSpec, MarketSpec
from liftos_agents.sandbox.spec import DemandSpec, NoiseSpec, PlannerSpec


@pytest.fixture(scope="session")
def small():
    """A maker of small specifications: three channels with everything else plain."""
    return small_market


def small_market(
    *,
    weeks: int = 60,
    weeks_before: int = 0,
    confounding: float = 0.0,
    retention: float = 0.4,
    credit: float = 1.0,
    poaching: float = 0.0,
    tracking_loss: float = 0.0,
    noise: float = 0.03,
    saturation: str = "hill",
    slopes: tuple[float, ...] = (1.0, 1.4, 2.5),
) -> MarketSpec:
    """Three channels with everything else plain."""
    names = ("search", "social", "tv")[: len(slopes)]
    return MarketSpec(
        weeks=weeks,
        weeks_before=weeks_before,
        base_revenue=200_000,
        saturation=saturation,
        demand=DemandSpec(volatility=0.2, season=0.1),
        planner=PlannerSpec(confounding=confounding),
        noise=NoiseSpec(level=noise),
        tracking_loss=tracking_loss,
        channels=tuple(
            ChannelSpec(
                name=name,
                mean_spend=10_000 * (c + 1),
                effect=40_000 / (c + 1) + 5_000,
                half_saturation=8_000 * (c + 1),
                slope=slope,
                retention=retention,
                credit=credit,
                poaching=poaching,
                volatility=0.4,
            )
            for c, (name, slope) in enumerate(zip(names, slopes, strict=True))
        ),
    )
