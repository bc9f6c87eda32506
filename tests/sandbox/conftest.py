from collections.abc import Callable, Iterator
from typing import Any

import pytest

from liftos_agents.sandbox import ChannelSpec, MarketSpec, arena
from liftos_agents.sandbox.spec import DemandSpec, NoiseSpec, PlannerSpec


@pytest.fixture(scope="session")
def small():
    """A maker of small specifications: three channels with everything else plain."""
    return small_market


@pytest.fixture
def state_on_ray(tmp_path) -> Iterator[Callable[..., bytes]]:
    """Plays a run of the arena on a real Ray; what its state file then holds."""
    import ray

    def play(*run: Any, horizon: int) -> bytes:
        state = tmp_path / "on Ray"
        arena.play(*run, horizon=horizon, jobs=2, backend="ray", state=state)
        return state.read_bytes()

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        yield play
    finally:
        ray.shutdown()


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


@pytest.fixture(scope="session")
def everything():
    """A maker of specifications with every mechanism on."""
    return every_mechanism


def every_mechanism(regions: int = 1, weeks: int = 30, **changes) -> MarketSpec:
    """Four channels in a market with every mechanism on, and no bounds of budgets unless `changes` has them."""
    return MarketSpec.model_validate(
        {
            "weeks": weeks,
            "weeks_before": 6,
            "base_revenue": 400_000,
            "trend": 0.05,
            "carryover_weeks": 6,
            "media_follows_demand": True,
            "tracking_loss": 0.1,
            "margin": 0.6,
            "demand": {"volatility": 0.2, "season": 0.2, "holiday": 0.3},
            "planner": {"confounding": 0.8, "common_shock": 0.2},
            "promotions": {"share": 0.2},
            "noise": {"kind": "negative_binomial", "level": 0.05, "order_value": 40},
            "geos": {"count": regions, "volatility": 0.1 if regions > 1 else 0.0},
            "interactions": [
                {"upper": "tv", "lower": "search", "strength": 0.4},
                {"upper": "video", "lower": "social", "strength": 0.2},
            ],
            "rival": {"kind": "reactive", "reaction": 0.8, "memory": 0.5, "price": 0.3, "steal": 0.05},
            "breaks": [
                {"what": "effect", "value": 0.5, "week": 12, "spread": 8, "channel": "social"},
                {"what": "price", "value": 1.3, "week": 10, "spread": 5},
                {"what": "base", "value": 0.9, "week": 20, "spread": 10},
                {"what": "tracking", "value": 0.4, "week": 15, "spread": 6},
            ],
            "channels": [
                {
                    "name": "search",
                    "mean_spend": 20_000,
                    "effect": 120_000,
                    "half_saturation": 22_000,
                    "retention": 0.1,
                    "poaching": 0.1,
                    "window": 1,
                    "search": {"volume": 24_000},
                },
                {
                    "name": "social",
                    "mean_spend": 15_000,
                    "effect": 70_000,
                    "half_saturation": 15_000,
                    "slope": 1.5,
                    "retention": 0.4,
                    "delay": [0.5, 0.3, 0.2],
                    "window": 2,
                    "credit": 1.3,
                    "auction": {"demand": 0.5, "pressure": 0.3},
                    "fatigue": {"strength": 0.3, "memory": 0.8, "refresh_cost": 4_000},
                },
                {
                    "name": "tv",
                    "mean_spend": 30_000,
                    "effect": 90_000,
                    "half_saturation": 35_000,
                    "slope": 2.0,
                    "retention": 0.7,
                    "carryover": "delayed",
                    "peak": 2,
                    "active": 0.7,
                    "delay": [0.6, 0.4],
                },
                {
                    "name": "video",
                    "mean_spend": 10_000,
                    "effect": 40_000,
                    "half_saturation": 12_000,
                    "retention": 0.5,
                    "auction": {"demand": 1.0, "pressure": 0.1},
                    "fatigue": {"strength": 0.2},
                },
            ],
            **changes,
        }
    )
