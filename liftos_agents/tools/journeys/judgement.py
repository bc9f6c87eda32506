"""What credit on observed journeys rests on, what was checked of it, and why methods differ."""

from __future__ import annotations

import numpy as np

from liftos_agents.domain.amount import format_count, format_number, format_share
from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.tools.journeys.credit import METHODS, Credits
from liftos_agents.tools.journeys.journeys import Journeys

OBSERVATIONAL = (
    "Credit along observed journeys is not what a channel added: people who were going to buy are also shown more. Over "
    "663 experiments on Facebook, where the median lift by stage of the funnel was 29, 18 and 5 %, estimates from "
    "observed data with double machine learning said 83, 58 and 24 %."
)
MEMORY_SHIFT = 0.05
"""Share of conversions that may move to other channels with one touch more of memory before the chain is doubted."""

CONFLICT_RATIO = 5.0
CONFLICT_SHARE = 0.02
"""A channel with less credit than this by every method is too small to conflict over."""

_WHOLE_JOURNEY = ("markov", "shapley", "time_decay", "position", "linear")
"""Methods that look at the whole journey; the two ends differ from each other by their nature."""

_MOST_SENTENCES = 4


def memory_shift(credits: Credits) -> float:
    """The share of conversions that changes channel when the chain remembers one touch more."""
    now = credits.amounts["markov"]
    return float(np.abs(credits.higher_order - now).sum() / 2.0 / max(now.sum(), 1e-300))


def assumptions(journeys: Journeys, credits: Credits, order: int) -> tuple[Assumption, ...]:
    """Every one, the untestable named as such."""
    shift = memory_shift(credits)
    lost = float(journeys.lost.sum())
    return (
        Assumption(
            name="A touch is not shown to people because they were going to convert anyway",
            how_checked="Nothing in journeys can show it; only an experiment that holds a channel back can. "
            + OBSERVATIONAL,
            verdict="not checked",
        ),
        Assumption(
            name="Every touch that counts is in the table, on every device and offline",
            how_checked="What is not recorded is not seen.",
            verdict="not checked",
        ),
        Assumption(
            name=f"What comes next depends on the last {_touches(order)} alone (Markov chain)",
            how_checked=f"With one touch more of memory {format_share(shift)} of the credit changes channel.",
            verdict="nothing speaks against it" if shift <= MEMORY_SHIFT else "doubtful",
        ),
        Assumption(
            name="Journeys that did not convert are in the table like those that did",
            how_checked=f"{format_count(lost)} journeys without conversion beside {format_count(journeys.total)} conversions."
            if lost > 0.0
            else "There is none without conversion: removal and sets are judged on converters alone.",
            verdict="nothing speaks against it" if lost > 0.0 else "does not hold",
        ),
    )


def checks(journeys: Journeys, credits: Credits, order: int) -> tuple[Check, ...]:
    """Sums, memory, journeys without conversion, and agreement of the methods."""
    total = journeys.total
    gap = max(abs(float(a.sum()) - total) for a in credits.amounts.values()) / total
    ratio = _largest_ratio(credits)
    shift = memory_shift(credits)
    return (
        Check(
            name="credit_sums_to_conversions",
            value=gap,
            threshold=1e-9,
            passed=gap <= 1e-9,
            meaning="Largest difference between a method's credit and the conversions, as a share of them.",
        ),
        Check(
            name="memory_of_the_chain",
            value=shift,
            threshold=MEMORY_SHIFT,
            passed=shift <= MEMORY_SHIFT,
            meaning="Share of the credit that changes channel with one touch more of memory; a higher order may fit.",
        ),
        Check(
            name="journeys_without_conversion",
            value=float(journeys.lost.sum()),
            threshold=1.0,
            passed=float(journeys.lost.sum()) >= 1.0,
            meaning="Without journeys that did not convert, the chain and the sets cannot tell what converts.",
        ),
        Check(
            name="methods_agree",
            value=ratio,
            threshold=CONFLICT_RATIO,
            passed=ratio <= CONFLICT_RATIO,
            meaning="Largest ratio of two whole-journey methods' credit for one channel; beyond the bar move no money on credit.",
        ),
    )


def why_they_differ(journeys: Journeys, credits: Credits) -> tuple[str, ...]:
    """Where last touch and the chain part most, and what in the journeys parts them."""
    total = journeys.total
    chain, last = credits.amounts["markov"], credits.amounts["last_touch"]
    first = credits.amounts["first_touch"]
    said = [
        "First and last touch look at one end of a journey; linear, position and time decay share it out by rule; Shapley "
        "by which channels were met; the chain by what is lost without a channel."
    ]
    order = sorted(range(len(chain)), key=lambda c: (-abs(last[c] - chain[c]), journeys.channels[c]))
    for c in order[:_MOST_SENTENCES]:
        if abs(last[c] - chain[c]) < 0.01 * total:
            continue
        more = "more" if last[c] > chain[c] else "less"
        said.append(
            f"{journeys.channels[c]}: last touch gives it {format_number(float(last[c]))} and the chain "
            f"{format_number(float(chain[c]))}. It ends {format_share(float(last[c]) / total)} of the converting journeys and "
            f"begins {format_share(float(first[c]) / total)}; without it the chain loses "
            f"{format_share(float(credits.removal[c]))} of the conversions, so last touch counts it for {more}."
        )
    return tuple(said)


def conflicts(journeys: Journeys, credits: Credits) -> list[str]:
    """Channels over which two methods differ more than fivefold."""
    found: list[str] = []
    table = np.array([credits.amounts[m] for m in _WHOLE_JOURNEY])
    for c, name in enumerate(journeys.channels):
        column = table[:, c]
        high, low = int(column.argmax()), int(column.argmin())
        if column[high] < CONFLICT_SHARE * journeys.total or column[high] <= CONFLICT_RATIO * max(
            column[low], 0.0
        ):
            continue
        names = [METHODS[m] for m in _WHOLE_JOURNEY]
        found.append(
            f"Methods conflict over {name}: {names[high]} gives it {format_number(float(column[high]))}, "
            f"{names[low]} {format_number(float(column[low]))}. Do not move money on either."
        )
    return found


def _largest_ratio(credits: Credits) -> float:
    """Over channels that matter by some method."""
    table = np.array([credits.amounts[m] for m in _WHOLE_JOURNEY])
    matters = table.max(axis=0) >= CONFLICT_SHARE * table[0].sum()
    low, high = table.min(axis=0)[matters], table.max(axis=0)[matters]
    ratios = high / np.maximum(low, 1e-9 * table[0].sum())
    return float(min(ratios.max(initial=1.0), 1e6))


def _touches(order: int) -> str:
    return "touch" if order == 1 else f"{order} touches"
