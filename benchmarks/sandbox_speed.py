"""How fast a market with every mechanism on is played, beside Gymnasium's own CartPole, and whether its memory stays flat.

Seconds are those of this process on the processor, so that neighbours on the machine count as little as they can. Every
episode's reset is counted.
"""

from __future__ import annotations

import os
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from benchmarks.report import write
from liftos_agents.sandbox import MarketEnv, MarketSpec, MarketVectorEnv
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.play import MarketPlay

ROUNDS = 7
HORIZON = 52
WORLDS = 1024
GEO_WORLDS = 256
IDENTIFIER = "liftos_agents.sandbox.environment:LiftOS/Market-v0"
NAMES = ("tv", "video", "social", "display", "search", "radio")


def main(options: Sequence[str] = ()) -> None:
    """Measure and write `results/sandbox_speed.json`; `--quick` plays a tenth of the million steps for memory."""
    single_pole, single = gymnasium.make("CartPole-v1"), gymnasium.make(IDENTIFIER, scenario=market(1))
    poles = gymnasium.make_vec("CartPole-v1", num_envs=WORLDS, vectorization_mode="vector_entry_point")
    many = MarketVectorEnv(market(1), num_envs=WORLDS, horizon=HORIZON)
    national, regional = MarketPlay(market(1), [0], HORIZON), MarketPlay(market(20), [0], HORIZON)
    work: dict[str, Callable[[], float]] = {
        "CartPole-v1, one, steps": lambda: _episodes(single_pole, 2_000),
        "market, one through gymnasium.make, steps": lambda: _episodes(single, 4 * HORIZON),
        f"CartPole-v1, its own vector of {WORLDS}, steps": lambda: _vector(poles, 100) * WORLDS,
        f"market, MarketVectorEnv of {WORLDS}, steps": lambda: _vector(many, HORIZON) * WORLDS,
        "market, 6 channels, weeks of 4096 worlds played": lambda: _played(national, 4096),
        f"market, 20 regions × 6 channels, weeks of {GEO_WORLDS} worlds played": lambda: _played(
            regional, GEO_WORLDS
        ),
    }
    goals = dict(zip(work, (None, 5_000, None, None, 1_000_000, 100_000), strict=True))
    rates: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(ROUNDS + 1):
        for name, play in work.items():
            rate = play()
            if turn:
                rates[name].append(rate)
    rows: list[dict[str, Any]] = [
        {
            "what": f"{name} a second",
            "p50": round(statistics.median(each)),
            "best": round(max(each)),
            "goal": goals[name],
        }
        for name, each in rates.items()
    ]
    rows += _openings(national, regional)
    steps = 100_000 if "--quick" in options else 1_000_000
    rows += _memory("MarketEnv", MarketEnv(market(1)), 1, steps)
    rows += _memory(f"MarketVectorEnv of {WORLDS}", many, WORLDS, 1_000_000)
    notes = [
        "Every mechanism is on: auctions, bids, delays, windows, fatigue, interactions, a reactive rival, breaks, budget rules.",
        "Rates and openings are of processor time (time.process_time). The rates of environments include resets; weeks played are of the 52 steps after the opening.",
        "One environment opens the worlds of up to eight episodes together; a round plays five of them, and opens the rest for nothing.",
        f"Load of the machine while measuring: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    ]
    write(
        "sandbox_speed",
        "How fast a market is played",
        rows,
        settings={
            "rounds": ROUNDS,
            "horizon": HORIZON,
            "numpy": np.__version__,
            "gymnasium": gymnasium.__version__,
        },
        notes=notes,
    )


def market(regions: int) -> MarketSpec:
    """Six channels in a market with every mechanism on."""
    return MarketSpec.model_validate(
        {
            "channels": [_channel(n, name) for n, name in enumerate(NAMES)],
            "weeks": 52,
            "demand": {"holiday": 0.1},
            "promotions": {"share": 0.1},
            "noise": {"kind": "negative_binomial", "level": 0.05},
            "tracking_loss": 0.1,
            "interactions": [{"upper": "tv", "lower": "search", "strength": 0.3}],
            "rival": {"kind": "reactive", "price": 0.2, "steal": 0.05},
            "breaks": [
                {"what": "effect", "value": 0.7, "week": 62, "spread": 20, "channel": "social"},
                {"what": "tracking", "value": 0.3, "week": 57},
            ],
            "geos": {"count": regions, "volatility": 0.1 if regions > 1 else 0.0},
            "budget": {"cap": 400_000, "pacing": 0.5, "lead_weeks": {"tv": 2}},
        }
    )


def _channel(number: int, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "mean_spend": 10_000 * (number + 1),
        "effect": 40_000,
        "half_saturation": 10_000 * (number + 1),
        "slope": 1.2,
        "retention": 0.4,
        "confounding": 0.5,
        "credit": 1.1,
        "poaching": 0.05,
        "carryover": "delayed" if name == "tv" else "geometric",
        "peak": int(name == "tv"),
        "delay": [0.6, 0.3, 0.1],
        "window": 2,
        "search": {"volume": 60_000} if name == "search" else None,
        "auction": None if name == "search" else {"pressure": 0.3},
        "fatigue": {"strength": 0.2, "refresh_cost": 2_000},
    }


def _episodes(env: gymnasium.Env[Any, Any], steps: int) -> float:
    """Steps a second, resets counted."""
    env.action_space.seed(0)
    actions = [env.action_space.sample() for _ in range(64)]
    started = time.process_time()
    env.reset(seed=0)
    for step in range(steps):
        _, _, terminated, truncated, _ = env.step(actions[step % 64])
        if terminated or truncated:
            env.reset()
    return steps / (time.process_time() - started)


def _vector(envs: Any, steps: int) -> float:
    envs.action_space.seed(0)
    actions = [envs.action_space.sample() for _ in range(4)]
    started = time.process_time()
    envs.reset(seed=0)
    for step in range(steps):
        envs.step(actions[step % 4])
    return steps / (time.process_time() - started)


def _played(first: MarketPlay, worlds: int) -> float:
    play = first.again(range(worlds))
    channels = len(play.spec.channels)
    decision = Decision(
        play.incumbent, bids=np.ones((worlds, channels)), refresh=np.zeros((worlds, channels), dtype=bool)
    )
    started = time.process_time()
    for _ in range(HORIZON):
        play.step(decision)
    return worlds * HORIZON / (time.process_time() - started)


def _openings(national: MarketPlay, regional: MarketPlay) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, play, worlds in (
        ("one world", national, 1),
        ("one world of 20 regions", regional, 1),
        (f"{WORLDS} worlds of 20 regions", regional, WORLDS),
    ):
        taken: list[float] = []
        for _ in range(3 if worlds > 1 else 31):
            started = time.process_time()
            play.again(range(worlds))
            taken.append(time.process_time() - started)
        rows.append({"what": f"opening {name}, ms", "p50": round(1e3 * statistics.median(taken), 2)})
    tracemalloc.start()
    kept = regional.again(range(WORLDS))
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept.seeds) == WORLDS
    what = f"{WORLDS} worlds of 20 regions, opened: MiB kept (of which the shown weeks by region "
    what += f"{kept.history.region_spend.nbytes / 2**20:.0f})"
    rows.append({"what": what, "p50": round(now / 2**20)})
    rows.append(
        {"what": f"{WORLDS} worlds of 20 regions, while opening: MiB at most", "p50": round(peak / 2**20)}
    )
    return rows


def _memory(name: str, env: Any, worlds: int, steps: int) -> list[dict[str, Any]]:
    """Memory of the process, at a tenth of `steps` and at their end."""
    env.action_space.seed(0)
    action = env.action_space.sample()
    env.reset(seed=0)
    rows: list[dict[str, Any]] = []
    for mark in (steps // 10, steps):
        played = rows[-1]["steps"] if rows else 0
        while played < mark:
            done = env.step(action)[2]
            played += worlds
            if np.all(done):
                env.reset()
        rows.append(
            {"what": f"{name}: MiB after {mark:,} steps", "p50": round(_resident(), 1), "steps": played}
        )
    return [{key: value for key, value in row.items() if key != "steps"} for row in rows]


def _resident() -> float:
    """MiB of this process in memory now; the most so far where the system does not tell."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


if __name__ == "__main__":
    main()
