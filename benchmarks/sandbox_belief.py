"""Would a measurement scientist believe the simulated market? Regressions, claims, geo holdouts and a marketing-mix fit in it.

Run: python -m benchmarks sandbox_belief [--worlds 200] [--fits 24] [--broken 10] [--alarms 16] [--part fit].
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.report import RESULTS, write
from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.errors import UserError
from liftos_agents.sandbox import scenarios, simulate, simulate_many
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.experiments import ExperimentDesign, ExperimentReading
from liftos_agents.sandbox.mechanisms import BreakSpec
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.marketing_mix import fit
from liftos_agents.tools.mmm.result import FitMmmResult

FIRST = 40_000
REGIONS, TEST_WEEKS = 20, 8
PARTS = ("regression", "claims", "holdout", "fit", "alarms")
EFFECT_BREAK, SPEND_RULE = "effect breaks in mid-window", "spend set by sales"
NOISY_RULE = "spend set by sales with 10 % noise of its own"
BASE_BREAK = "baseline falls by 20 % in mid-window"
SEARCH_BREAK = "effect of search breaks in mid-window"
ALARM_WORLDS = ("confounded", "saturated", "shop", SEARCH_BREAK, BASE_BREAK, NOISY_RULE)
ALARMS = ("spend_set_by_sales", "effects_stable", "baseline_stable", "residual_autocorrelation")
ALARMS_NOTE = (
    "alarms: the same for more kinds of worlds and shorter chains, counting the checks of the model alone "
    f"({', '.join(ALARMS)}), not those of the sampler; `complains` is the share of worlds in which one of them fails."
)
METHODS = ("geo_experiment", "trimmed_match", "tbr")
Row = dict[str, Any]


def main(arguments: Sequence[str] = ()) -> None:
    """Measure all parts, or one of them beside what was measured of the others, and write `results/sandbox_belief.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="of regressions, claims and holdouts")
    parser.add_argument("--fits", type=int, default=24, help="worlds for the fit where its model holds")
    parser.add_argument("--broken", type=int, default=10, help="worlds of each kind in which it does not")
    parser.add_argument("--alarms", type=int, default=16, help="worlds of each kind for the count of alarms")
    parser.add_argument("--part", choices=PARTS, help="measure this alone and keep the file's other rows")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    seeds = range(FIRST, FIRST + options.worlds)
    parts = (options.part,) if options.part else PARTS
    rows: list[Row] = []
    if "regression" in parts:
        for name in ("textbook", "confounded", "confounded_regions"):
            rows += regression(name, seeds)
    if "claims" in parts:
        for name in ("textbook", "confounded", "confounded_regions", "shop"):
            rows.append(claims(name, seeds))
    if "holdout" in parts:
        for channel, factor in (("social", 0.0), ("search", 0.0), ("tv", 0.0)):
            rows += holdouts(channel, factor, seeds)
    if "fit" in parts:
        for name in ("textbook", EFFECT_BREAK, SPEND_RULE):
            fits = options.fits if name == "textbook" else options.broken
            rows.append(mix_fits(name, range(FIRST, FIRST + fits)))
            print(rows[-1], flush=True)
    if "alarms" in parts:
        for name in ALARM_WORLDS:
            rows.append(alarms(name, range(FIRST, FIRST + options.alarms)))
            print(rows[-1], flush=True)
    rows = sorted([*rows, *_kept(parts)], key=lambda row: PARTS.index(row["what"].split(",")[0]))
    settings = {
        "first_seed": FIRST,
        "worlds": options.worlds,
        "fits": options.fits,
        "alarms": options.alarms,
        "test_weeks": TEST_WEEKS,
    }
    took = "" if options.part else f"The whole took {time.perf_counter() - started:.0f} s."
    write(
        "sandbox_belief",
        "Would a measurement scientist believe the simulated market?",
        rows,
        settings=settings,
        notes=[
            "regression: least squares of weekly revenue on the week's spend; `value` is the median of credited over caused revenue, "
            "`share` that of worlds in which it credits more than was caused.",
            "claims: what all platforms claim over what media caused; `share` of worlds above 100 %.",
            f"holdout: one channel off in one region, drawn at random, of each of {REGIONS // 2} pairs of neighbours in size "
            f"(`textbook_regions`), {TEST_WEEKS} weeks before and {TEST_WEEKS} in the test; `share` of 90 % intervals with the true "
            "revenue lost within the test per unit of spend saved, `whole` with that which counts what is lost afterwards as "
            "well; [low, high] is a 95 % interval of `share`; `value` the median estimate over the truth, `width` the median width over it.",
            "fit: `share` of 90 % decision intervals of channels' contributions with the truth, [low, high] clustered by world; `complains` "
            "is the share of worlds in which a check fails or the result is not accepted, and `checks` says which checks failed.",
            *([ALARMS_NOTE] if any(row["what"] == "alarms" for row in rows) else []),
            *([took] if took else []),
        ],
    )


def _kept(parts: Sequence[str]) -> list[Row]:
    """The file's rows of parts that are not measured anew."""
    file = RESULTS / "sandbox_belief.json"
    if not file.exists():
        return []
    return [row for row in json.loads(file.read_text())["rows"] if row["what"].split(",")[0] not in parts]


def regression(name: str, seeds: Sequence[int]) -> list[Row]:
    """What a naive regression credits, over the truth, for all media and for each channel."""
    batch = simulate_many(scenarios.load(name), seeds)
    names = batch.spec.names
    credited, caused = (np.empty((len(seeds), len(names))) for _ in range(2))
    for index in range(len(seeds)):
        world = batch.market(index)
        design = np.column_stack([np.ones(len(world.revenue)), world.spend])
        slopes = np.linalg.lstsq(design, world.revenue, rcond=None)[0][1:]
        credited[index] = slopes * world.spend.sum(axis=0)
        caused[index] = [world.truth.channels[c].contribution for c in names]
    found = {"all media": (credited.sum(axis=1), caused.sum(axis=1))}
    found |= {channel: (credited[:, c], caused[:, c]) for c, channel in enumerate(names)}
    return [
        {"what": "regression", "world": name, "of": of, "n": len(seeds)} | _over(above / below, 1.0)
        for of, (above, below) in found.items()
    ]


def claims(name: str, seeds: Sequence[int]) -> Row:
    """What platforms claim over what media caused."""
    batch = simulate_many(scenarios.load(name), seeds)
    shown = slice(batch.spec.weeks_before, None)
    ratio = batch.claimed[:, shown].sum(axis=(1, 2)) / batch.incremental[:, shown].sum(axis=(1, 2))
    return {"what": "claims", "world": name, "of": "all media", "n": len(seeds)} | _over(ratio, 1.0)


def _over(ratio: Array, bound: float) -> Row:
    low, high = np.quantile(ratio, (0.1, 0.9))
    return {
        "value": round(float(np.median(ratio)), 3),
        "p10": round(float(low), 3),
        "p90": round(float(high), 3),
        "share": round(float((ratio > bound).mean()), 3),
    }


def holdouts(channel: str, factor: float, seeds: Sequence[int]) -> list[Row]:
    """How the ways of reading a holdout cover the truth."""
    loaded = scenarios.load("textbook_regions")
    rules = loaded.experiments.model_copy(update={"largest_share": 1.0})
    spec = loaded.model_copy(update={"experiments": rules})
    designs = {
        world: ExperimentDesign(channel, _one_of_each_pair(seed), TEST_WEEKS, factor)
        for world, seed in enumerate(seeds)
    }
    tested, plain = (MarketPlay(spec, list(seeds), TEST_WEEKS, keep=True) for _ in range(2))
    readings: dict[int, Sequence[ExperimentReading]] = {}
    for week in range(TEST_WEEKS):
        report, _ = tested.step(Decision(tested.incumbent, experiments=designs if week == 0 else None))
        readings |= report.readings
        plain.step(Decision(plain.incumbent))
    saved = plain.score.spend - tested.score.spend
    within = (_expected(plain) - _expected(tested)) / saved
    whole = (plain.score.expected_profit - tested.score.expected_profit + saved) / spec.margin / saved
    found: dict[str, list[tuple[float, float, float]]] = {}
    for world in range(len(seeds)):
        (reading,) = readings[world]
        for method, interval in _read(reading).items():
            found.setdefault(method, []).append(interval)
    rows: list[Row] = []
    for method, intervals in found.items():
        point, low, high = np.array(intervals).T
        hits = (low <= within) & (within <= high)
        ends = stats.binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
        rows.append(
            {
                "what": f"holdout, {method}",
                "world": "textbook_regions",
                "of": channel,
                "n": len(hits),
                "value": round(float(np.nanmedian(point / within)), 3),
                "share": round(float(hits.mean()), 3),
                "low": round(float(ends.low), 3),
                "high": round(float(ends.high), 3),
                "whole": round(float(((low <= whole) & (whole <= high)).mean()), 3),
                "width": round(float(np.nanmedian((high - low) / within)), 2),
            }
        )
        print(rows[-1], flush=True)
    return rows


def _one_of_each_pair(seed: int) -> tuple[int, ...]:
    drawn = np.random.default_rng([FIRST, seed]).integers(0, 2, REGIONS // 2)
    return tuple(int(2 * pair + side) for pair, side in enumerate(drawn))


def _expected(play: MarketPlay) -> Array:
    """Expected revenue of the weeks played, (S,)."""
    assert play.kept is not None
    flows, _ = play.response.respond(play.tape(0, play.week), play.kept.budgets, carry=play.kept.start)
    return flows.expected.sum(axis=(1, 2))


def _read(reading: ExperimentReading) -> dict[str, tuple[float, float, float]]:
    """Estimate and 90 % interval of the return, by every way of reading; NaN where one gives none."""
    point, error = reading.incremental_return()
    found = {"the reading's own": (point, point - 1.645 * error, point + 1.645 * error)}
    frame = _table(reading)
    for method in METHODS:
        given = {
            "method": method,
            "outcome": "revenue",
            "treatment": "held_out",
            "unit": "region",
            "time": "week",
            "spend": "spend",
            "treatment_time": reading.before,
            "pair": "pair" if method == "trimmed_match" else None,
        }
        try:
            result = tools.run("measure_incrementality", frame, store=TransientStore(), **given).result
            iroas = result["terms"]["iroas"]
            low = -np.inf if iroas["low"] is None else iroas["low"]
            high = np.inf if iroas["high"] is None else iroas["high"]
            found[method] = (iroas["estimate"], low, high)
        except UserError as error_:
            print(method, error_, file=sys.stderr)
            found[method] = (np.nan, np.nan, np.nan)
    return found


def _table(reading: ExperimentReading) -> pd.DataFrame:
    weeks, regions = reading.revenue.shape
    return pd.DataFrame(
        {
            "week": np.repeat(np.arange(weeks), regions),
            "region": np.tile([f"region {g + 1:02d}" for g in range(regions)], weeks),
            "pair": np.tile([f"pair {g // 2 + 1:02d}" for g in range(regions)], weeks),
            "held_out": np.tile(reading.treated.astype(int), weeks),
            "revenue": reading.revenue.ravel(),
            "spend": reading.spend.ravel(),
        }
    )


def mix_fits(name: str, seeds: Sequence[int]) -> Row:
    """How the marketing-mix fit covers the truth of its worlds, and how often it complains."""
    covered, complaints, failed = [], [], Counter[str]()
    for seed in seeds:
        data, truth = _data_of(name, seed)
        found = fit(data).result
        covered.append(_covered(found, truth))
        bad = [check.name for check in found.checks if not check.passed]
        complaints.append(bool(bad) or found.status != "accepted")
        failed.update(bad)
    rates = np.array([rate for rate in covered if rate is not None])
    margin = 1.96 * rates.std(ddof=1) / len(rates) ** 0.5 if len(rates) > 1 else np.nan
    return {
        "what": "fit",
        "world": name,
        "of": "all channels",
        "n": len(seeds),
        "share": round(float(rates.mean()), 3) if len(rates) else None,
        "low": round(float(rates.mean() - margin), 3) if len(rates) else None,
        "high": round(float(rates.mean() + margin), 3) if len(rates) else None,
        "complains": round(float(np.mean(complaints)), 3),
        "checks": ", ".join(f"{check} {count}" for check, count in failed.most_common()) or "none",
    }


def _covered(found: FitMmmResult, truth: Mapping[str, float]) -> float | None:
    if not found.channels:
        return None
    intervals = {name: found.channels[name].decision_contribution for name in truth}
    return float(np.mean([intervals[n].p05 <= true <= intervals[n].p95 for n, true in truth.items()]))


def alarms(name: str, seeds: Sequence[int]) -> Row:
    """How often the checks of the model fail."""
    failed, complaints = Counter[str](), 0
    for seed in seeds:
        data, _ = _data_of(name, seed)
        found = fit(replace(data, draws=100, chains=2, holdout_weeks=0)).result
        bad = [check.name for check in found.checks if check.name in ALARMS and not check.passed]
        bad += ["refused"] if found.status == "refused" else []
        complaints += bool(bad)
        failed.update(bad)
    return {
        "what": "alarms",
        "world": name,
        "of": "all channels",
        "n": len(seeds),
        "complains": round(complaints / len(seeds), 3),
        "checks": ", ".join(f"{check} {count}" for check, count in failed.most_common()) or "none",
    }


def _data_of(name: str, seed: int) -> tuple[MmmInput, dict[str, float]]:
    if name in (SPEND_RULE, NOISY_RULE):
        return _spend_set_by_sales(scenarios.load("textbook"), seed, 0.1 if name == NOISY_RULE else 0.0)
    changes = {
        EFFECT_BREAK: BreakSpec(what="effect", value=0.2, week=70, spread=16),
        SEARCH_BREAK: BreakSpec(what="effect", value=0.2, week=70, spread=16, channel="search"),
        BASE_BREAK: BreakSpec(what="base", value=0.8, week=70, spread=16),
    }
    spec = scenarios.load("textbook" if name in changes else name)
    if name in changes:
        spec = spec.model_copy(update={"breaks": (changes[name],)})
    world = simulate(spec, seed)
    frame = world.frame()
    data = MmmInput(
        dates=frame["date"].to_numpy().astype("datetime64[D]"),
        outcome=frame["revenue"].to_numpy(np.float64),
        spend=world.spend,
        channels=spec.names,
        controls={"search_interest": np.log(frame["search_interest"].to_numpy(np.float64))},
        demand_proxies=("search_interest",),
        seed=seed,
    )
    return data, {c: world.truth.channels[c].contribution for c in spec.names}


def _spend_set_by_sales(spec: MarketSpec, seed: int, noise: float) -> tuple[MmmInput, dict[str, float]]:
    """Budgets are each channel's share of last week's revenue, for 130 weeks after 26 of the incumbent's.

    `noise` is the standard deviation of what the planner adds to the budgets' logarithm.
    """
    short = spec.model_copy(update={"weeks": 26})
    play = MarketPlay(short, [seed], spec.weeks - short.weeks, keep=True)
    rng = np.random.default_rng([FIRST, seed, 1])
    seen: Report = play.history
    share = play.incumbent / seen.revenue.mean()
    last = seen.revenue[:, -1:]
    while not play.done:
        budgets = share * last
        report, _ = play.step(Decision(budgets * np.exp(noise * rng.standard_normal(budgets.shape))))
        seen, last = seen.then(report), report.revenue
    world = simulate(short, seed)
    assert play.kept is not None
    flows, _ = play.response.respond(play.tape(0, play.week), play.kept.budgets, carry=play.kept.start)
    caused = world.incremental.sum(axis=0) + flows.incremental.sum(axis=(0, 1, 2))
    data = MmmInput(
        dates=np.array(seen.dates(spec), dtype="datetime64[D]"),
        outcome=seen.revenue[0],
        spend=seen.spend[0],
        channels=spec.names,
        controls={"search_interest": np.log(seen.search_interest[0])},
        demand_proxies=("search_interest",),
        seed=seed,
    )
    return data, dict(zip(spec.names, map(float, caused), strict=True))


if __name__ == "__main__":
    main(sys.argv[1:])
