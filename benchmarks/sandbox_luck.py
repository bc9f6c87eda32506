"""How much common luck narrows a comparison: the variance of a difference in profit, with the same seeds and with other seeds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.report import write
from liftos_agents.sandbox import policies, scenarios
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.noise import Array, uniform
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Briefing, Policy

SEEDS = 400
HORIZON = 52
GOAL = 20.0
RESAMPLES = 1_000
SCENARIOS = ("textbook", "confounded", "saturated", "shop")


class MoreTelevision:
    """Hold, with a fifth more on TV."""

    name = "+20 % TV"

    def begin(self, briefing: Briefing, history: Report) -> None:
        """The budgets."""
        self._budgets = briefing.incumbent.copy()
        self._budgets[:, briefing.channels.index("tv")] *= 1.2

    def decide(self, week: int, seen: Report | None) -> Decision:
        """The same each week."""
        return Decision(self._budgets)


def main() -> None:
    """Measure and write `results/sandbox_luck.json`."""
    rivals: dict[str, Callable[[], Policy]] = {
        "+20 % TV": MoreTelevision,
        "follow_platform_roas": _maker("follow_platform_roas"),
        "thompson": _maker("thompson"),
    }
    rows: list[dict[str, object]] = []
    for scenario in SCENARIOS:
        held, held_expected = _profit(_maker("hold"), scenario, 0)
        for name, make in rivals.items():
            earned, expected = _profit(make, scenario, 0)
            common, apart = earned - held, _profit(make, scenario, SEEDS)[0] - held
            decided = (expected - held_expected).var(ddof=1) / common.var(ddof=1)
            ratio = float(apart.var(ddof=1) / common.var(ddof=1))
            low, high = _interval(common, apart)
            rows.append(
                {
                    "scenario": scenario,
                    "hold against": name,
                    "difference": round(float(common.mean())),
                    "deviation, same seeds": round(float(common.std(ddof=1))),
                    "deviation, other seeds": round(float(apart.std(ddof=1))),
                    "variance cut by": round(ratio, 1),
                    "95 %": f"{low:.0f} … {high:.0f}",
                    "left without sales' luck": f"{decided:.0%}",
                    "goal": GOAL,
                    "met": "yes" if ratio >= GOAL else "no",
                }
            )
    notes = [
        "Simulated data. Profit with its luck, a world; the goal is for hold against +20 % TV and against another policy.",
        "Other seeds: the second policy plays worlds that the first did not; the interval resamples worlds.",
        "Left without sales' luck: variance of the paired difference in expected profit, as a share of that in profit. It is "
        "what differs between worlds and what a policy, deciding from noisy reports, makes of each: no pairing takes it away.",
    ]
    write(
        "sandbox_luck",
        "How much common luck narrows a comparison of policies",
        rows,
        settings={"seeds": SEEDS, "weeks decided": HORIZON},
        notes=notes,
    )


def _maker(name: str) -> Callable[[], Policy]:
    def make() -> Policy:
        policy = policies.named(name)
        assert isinstance(policy, Policy)
        return policy

    return make


def _profit(make: Callable[[], Policy], scenario: str, first: int) -> tuple[Array, Array]:
    """Profit with its luck, and expected profit, (S,)."""
    play = MarketPlay(scenarios.load(scenario), range(first, first + SEEDS), HORIZON)
    policy, seen = make(), None
    policy.begin(Briefing.of(play), play.history)
    while not play.done:
        seen, _ = play.step(policy.decide(play.week, seen))
    return play.score.profit, play.score.expected_profit


def _interval(common: Array, apart: Array) -> tuple[float, float]:
    """95 % of the ratio of variances over resampled worlds."""
    drawn = [
        np.floor(uniform(np.arange(RESAMPLES), np.arange(SEEDS), stream) * SEEDS).astype(int)
        for stream in ("same seeds", "other seeds")
    ]
    ratios = apart[drawn[1]].var(axis=1, ddof=1) / common[drawn[0]].var(axis=1, ddof=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
