"""How much common luck narrows a comparison: the variance of a difference in profit, with the same seeds and with other seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.report import write
from liftos_agents.evals.contestants.mmm_greedy import MmmGreedy
from liftos_agents.sandbox import policies, scenarios
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.noise import Array, uniform
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Briefing, OneWorldAtATime, Policy

SEEDS, FUTURES, PAST = 400, 24, 10_000
HORIZON = 52
GOAL, WITH_GOAL = 20.0, ("+20 % TV", "mmm_greedy, fitted once", "mmm_greedy")
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


class FittedOnce(MmmGreedy):
    """Goes on with the plan that the weeks shown lead to."""

    def decide(self, week: int, seen: Report | None) -> Decision:
        """Without a further fit."""
        return super().decide(min(week, 1), seen)


def main() -> None:
    """Measure and write `results/sandbox_luck.json`."""
    rows = [*_across_worlds(), *_futures()]
    notes = [
        "Simulated data. Profit with its luck, a world; the goal is for hold against +20 % TV and against mmm_greedy, which fits anew every quarter.",
        "Worlds differ in all their luck, that of the weeks shown included. Futures are of one market: all show the same weeks, "
        "and only the luck of the weeks decided differs; that is where policies are compared before one of them spends.",
        "Other seeds: the second policy plays worlds that the first did not; the interval resamples worlds.",
        "Left without sales' luck: variance of the paired difference in expected profit, as a share of that in profit. It is "
        "what differs between worlds and what a policy, deciding from noisy reports, makes of each: no pairing takes it away.",
        "What mmm_greedy does across worlds stands in sandbox_contest.",
    ]
    write(
        "sandbox_luck",
        "How much common luck narrows a comparison of policies",
        rows,
        settings={"worlds": SEEDS, "futures": FUTURES, "weeks decided": HORIZON},
        notes=notes,
    )


def _across_worlds() -> list[dict[str, object]]:
    rivals: dict[str, Callable[[], Policy]] = {
        "+20 % TV": MoreTelevision,
        "follow_platform_roas": _maker("follow_platform_roas"),
        "thompson": _maker("thompson"),
    }
    rows: list[dict[str, object]] = []
    for scenario in SCENARIOS:
        pair = range(SEEDS), range(SEEDS, 2 * SEEDS)
        held = _profit(_maker("hold"), scenario, pair[0])
        for name, make in rivals.items():
            common, apart = (_profit(make, scenario, seeds) for seeds in pair)
            rows.append(_row(scenario, "worlds", name, held, common, apart))
    return rows


def _futures() -> list[dict[str, object]]:
    """Of one market; few, since every fit costs seconds. Other seeds are those of the next future, the last one's the first."""
    rivals: dict[str, Callable[[], Policy]] = {
        "+20 % TV": MoreTelevision,
        "mmm_greedy, fitted once": lambda: OneWorldAtATime("once", FittedOnce),
        "mmm_greedy": lambda: OneWorldAtATime("mmm_greedy", MmmGreedy),
    }
    rows: list[dict[str, object]] = []
    for scenario in SCENARIOS:
        held = _profit(_maker("hold"), scenario, range(FUTURES), PAST)
        for name, make in rivals.items():
            common = _profit(make, scenario, range(FUTURES), PAST)
            apart = _Profit(*(np.roll(each, 1) for each in common))
            rows.append(_row(scenario, "futures", name, held, common, apart))
            print(rows[-1], flush=True)
    return rows


def _row(
    scenario: str, what: str, name: str, held: _Profit, common: _Profit, apart: _Profit
) -> dict[str, object]:
    paired, unpaired = common.booked - held.booked, apart.booked - held.booked
    left = (common.expected - held.expected).var(ddof=1) / paired.var(ddof=1)
    ratio = float(unpaired.var(ddof=1) / paired.var(ddof=1))
    low, high = _interval(paired, unpaired)
    return {
        "scenario": scenario,
        "of": f"{len(paired)} {what}",
        "hold against": name,
        "difference": round(float(paired.mean())),
        "deviation, same seeds": round(float(paired.std(ddof=1))),
        "deviation, other seeds": round(float(unpaired.std(ddof=1))),
        "variance cut by": round(ratio, 1),
        "95 %": f"{low:.0f} … {high:.0f}",
        "left without sales' luck": f"{left:.0%}",
        "goal": GOAL if name in WITH_GOAL else None,
        "met": ("yes" if ratio >= GOAL else "no") if name in WITH_GOAL else None,
    }


def _maker(name: str) -> Callable[[], Policy]:
    def make() -> Policy:
        policy = policies.named(name)
        assert isinstance(policy, Policy)
        return policy

    return make


class _Profit(NamedTuple):
    """Of each world, (S,): with its luck, and expected."""

    booked: Array
    expected: Array


def _profit(make: Callable[[], Policy], scenario: str, seeds: range, past: int | None = None) -> _Profit:
    play = MarketPlay(scenarios.load(scenario), seeds, HORIZON, past=past)
    policy, seen = make(), None
    policy.begin(Briefing.of(play), play.history)
    while not play.done:
        seen, _ = play.step(policy.decide(play.week, seen))
    return _Profit(play.score.profit, play.score.expected_profit)


def _interval(common: Array, apart: Array) -> tuple[float, float]:
    """95 % of the ratio of variances over resampled worlds."""
    worlds = len(common)
    drawn = [
        np.floor(uniform(np.arange(RESAMPLES), np.arange(worlds), stream) * worlds).astype(int)
        for stream in ("same seeds", "other seeds")
    ]
    ratios = apart[drawn[1]].var(axis=1, ddof=1) / common[drawn[0]].var(axis=1, ddof=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
