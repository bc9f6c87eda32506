"""The twin: a market fitted to a user's own data, one posterior draw a world, in which a plan is rehearsed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.verdict import RECOMMEND_PROBABILITY
from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.noise import Array, normal
from liftos_agents.sandbox.realism import realism
from liftos_agents.sandbox.rehearsal import QUANTILES, Rehearsal, Sweep

WEAKER = 0.8
DEARER = 0.85
TIRING = 0.1
ANSWER = 0.05
_TAIL = 0.1


def rehearse(
    posterior: MediaPosterior,
    plan: ArrayLike,
    hold: ArrayLike,
    *,
    worth: float = 1.0,
    cost: float = 1.0,
    draws: int = 1000,
    seed: int = 0,
) -> Rehearsal:
    """How a plan fares against holding, world by world.

    Each world is one decision draw. Both sides come out of the observed spends and are followed by the hold's
    last level until what they caused has faded. The two meet the same luck in `difference`, each its own in
    `seen_difference`. Curves are on spend, so that they hold the inflation of prices that was seen: dearer media, tired
    creatives and a rival's answer beyond it are assumed, labelled and swept.

    Args:
        posterior: Of the user's data.
        plan, hold: Spend per period, shape (H, C).
        worth: Profit per unit of outcome before media cost: margin × value.
        cost: What a unit of spend takes from profit; 0 where outcome is not money.
        draws: Worlds at most; the posterior is thinned evenly.
        seed: Of the luck.

    Raises:
        ArgumentError: The two plans differ in shape, or hold negative or no numbers.
    """
    new, old = _paths(posterior, plan, hold)
    worlds = posterior.thin(draws)
    tail = worlds.reach
    by_channel = [_outcome(worlds, path, old[-1:], tail) for path in (new, old)]
    outcomes = [outcome.sum(axis=2) for outcome in by_channel]
    extra = cost * float(new.sum() - old.sum())
    periods = len(new)
    whole = worth * (outcomes[0].sum(axis=1) - outcomes[1].sum(axis=1))
    during = worth * (outcomes[0][:, :periods].sum(axis=1) - outcomes[1][:, :periods].sum(axis=1))
    difference = whole - extra
    luck = _luck(worlds, periods, seed) * worth
    profits = [
        worth * outcome.sum(axis=1) - cost * float(path.sum()) + luck[side]
        for side, (outcome, path) in enumerate(zip(outcomes, (new, old), strict=True))
    ]
    seen = profits[0] - profits[1]
    more = new.sum(axis=0) > old.sum(axis=0)
    base = np.maximum(old.sum(axis=0), 1e-9 * (1.0 + new.sum()))
    grown = np.where(more, new.sum(axis=0) / base - 1.0, 0.0)
    dearer = _outcome(worlds, old + (new - old) * np.where(new > old, DEARER, 1.0), old[-1:], tail)
    change = by_channel[0] - by_channel[1]
    tired = by_channel[0] * np.exp(-TIRING * np.minimum(grown, 1.0)) - by_channel[1]
    harsher = {
        "weaker_effects": (
            "Every channel that gets more brings in a fifth less than the fit says",
            (change * np.where(more, WEAKER, 1.0)).sum(axis=(1, 2)),
        ),
        "dearer_media": (
            "What a channel gets beyond holding buys 15 % less, as in an auction that one's own bids drive up",
            (dearer - by_channel[1]).sum(axis=(1, 2)),
        ),
        "tired_creatives": (
            "Creatives of a channel that gets more wear out: twice the spend takes 10 % off its effect",
            tired.sum(axis=(1, 2)),
        ),
    }
    sweeps = {
        name: _sweep(words, worth * outcome - extra, difference) for name, (words, outcome) in harsher.items()
    }
    spent, held = float(new.sum()), float(old.sum())
    larger = spent / held - 1.0 if held > 0.0 else 0.0
    if larger > 0.0:
        stolen = worth * ANSWER * min(larger, 1.0) * worlds.baseline.mean(axis=1) * periods
        sweeps["rival_answers"] = _sweep(
            "A rival answers the larger total: the baseline falls by .05 % for each 1 % more",
            difference - stolen,
            difference,
        )
    sweeps["no_spill_over"] = _sweep(
        "Nothing counts that happens after the plan's last period", during - extra, difference
    )
    failing = [name for name, sweep in sweeps.items() if sweep.probability_beats_hold < RECOMMEND_PROBABILITY]
    beats = _share(difference)
    return Rehearsal(
        worlds=worlds.draws,
        periods=periods,
        difference=Estimate.of(difference),
        probability_beats_hold=beats,
        cvar10=_cvar(difference),
        quantiles=tuple(significant(float(q)) for q in np.quantile(difference, QUANTILES)),
        seen_difference=Estimate.of(seen),
        probability_seen=_share(seen),
        plan_profit=Estimate.of(profits[0]),
        hold_profit=Estimate.of(profits[1]),
        sweeps=sweeps,
        hangs_on=tuple(sorted(failing, key=lambda name: sweeps[name].difference.mean)),
        realism=realism(worlds, seed=seed),
        holds_up=min([beats, *(s.probability_beats_hold for s in sweeps.values())]) >= RECOMMEND_PROBABILITY,
    )


def _paths(posterior: MediaPosterior, plan: ArrayLike, hold: ArrayLike) -> tuple[Array, Array]:
    new, old = np.asarray(plan, dtype=np.float64), np.asarray(hold, dtype=np.float64)
    if new.shape != old.shape or new.ndim != 2 or new.shape[1] != len(posterior.channels) or len(new) == 0:
        raise ArgumentError(
            f"plan and hold need one row a period and one column a channel, got {new.shape} and {old.shape}",
            fix=f"Channels are {', '.join(posterior.channels)}",
        )
    both = np.stack([new, old])
    if not bool(np.isfinite(both).all()) or bool((both < 0).any()):
        raise ArgumentError("spend must be a number of at least 0 in every period")
    return new, old


def _outcome(worlds: MediaPosterior, path: Array, level: Array, tail: int) -> Array:
    """What each channel brings in by period, (D, H + tail, C), in outcome units."""
    whole = np.concatenate([path, np.repeat(level, tail, axis=0)])
    history = worlds.spend[-tail:] if tail else worlds.spend[:0]
    return worlds.contribution(whole, decision=True, history=history)


def _luck(worlds: MediaPosterior, periods: int, seed: int) -> Array:
    """Noise in the sum of `periods` outcomes, one row a side, shape (2, D); outcome units."""
    draws = np.concatenate(
        [normal([seed], np.arange(worlds.draws), f"luck of the {side}") for side in ("plan", "hold")]
    )
    return draws * worlds.noise * np.sqrt(periods)


def _sweep(assumption: str, difference: Array, plain: Array) -> Sweep:
    gain = float(plain.mean())
    return Sweep(
        assumption=assumption,
        difference=Estimate.of(difference),
        probability_beats_hold=_share(difference),
        cvar10=_cvar(difference),
        lost=significant(1.0 - float(difference.mean()) / gain) if gain > 0.0 else None,
    )


def _share(difference: Array) -> float:
    return float((difference > 0.0).mean())


def _cvar(difference: Array) -> float:
    worst = np.sort(difference)[: max(1, round(_TAIL * difference.size))]
    return significant(float(worst.mean()))
