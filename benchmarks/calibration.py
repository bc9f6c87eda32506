"""Simulation-based calibration of the marketing-mix sampler (Talts et al. 2018).

Truths are drawn from the prior, data from the truths, and the rank of each truth among its posterior draws must be uniform.
Run: python benchmarks/calibration.py [--model all|plain|demand|hill] [--datasets 1000] [--off-grid 200]. A stopped run resumes.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from scipy.stats import chi2

from liftos_agents.domain.response_curve import geometric_adstock, hill_saturation, logistic_saturation
from liftos_agents.tools.mmm.demand_factor import (
    LOADING_SCALE,
    PERSISTENCE,
    UNIQUE_RATE,
    UNIQUE_SHAPE,
    Observables,
)
from liftos_agents.tools.mmm.design import baseline
from liftos_agents.tools.mmm.gibbs import DEMAND_SCALE, NOISE_RATE, NOISE_SHAPE, Problem, sample
from liftos_agents.tools.mmm.grid import Cells, curves, hill_cells, logistic_cells, tabulate
from liftos_agents.tools.mmm.priors import half_normal, scale_prior

Array = NDArray[np.float64]

RESULTS = Path(__file__).parent / "results"
BASE_SEED = 20_261_121
MODELS = ("plain", "demand", "hill")
WEEKS, CHANNELS, ADSTOCK_LENGTH = 104, 3, 8
CHAINS, DRAWS, WARMUP, THIN = 4, 250, 120, 10
BINS = 20


def main(arguments: Sequence[str] = ()) -> None:
    """Run, resume or finish the calibrations and write their results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=("all", *MODELS), default="all")
    parser.add_argument("--datasets", type=int, default=1000)
    parser.add_argument(
        "--off-grid", type=int, default=200, help="further datasets whose truths lie between the cells"
    )
    options = parser.parse_args(arguments)
    for model in MODELS if options.model == "all" else (options.model,):
        calibrate(model, options.datasets, options.off_grid)


def calibrate(model: str, datasets: int, off_grid: int) -> None:
    """Run, resume or finish one model's calibration."""
    state = RESULTS / f".calibration-{model}.jsonl"
    done = _resume(state)
    wanted = [(index, False) for index in range(datasets)]
    wanted += [(index, True) for index in range(off_grid)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    started = time.perf_counter()
    with Progress(*columns) as progress, state.open("a", encoding="utf-8") as log:
        task = progress.add_task(f"calibrating {model}", total=len(wanted), completed=0)
        for key in wanted:
            if key not in done:
                done[key] = positions(model, *key)
                log.write(json.dumps([*key, done[key]]) + "\n")
                log.flush()
            progress.advance(task)
    seconds = time.perf_counter() - started
    between = [done[key] for key in wanted if key[1]]
    write(
        model,
        summary([done[key] for key in wanted if not key[1]]),
        summary(between) if between else None,
        seconds,
    )
    state.unlink()


def positions(model: str, index: int, off_grid: bool) -> dict[str, float]:
    """Each truth's position in (0, 1) among its posterior draws, ties broken at random; one simulated dataset."""
    rng = np.random.default_rng([BASE_SEED, index, off_grid])
    dates = np.datetime64("2022-01-03", "D") + 7 * np.arange(WEEKS)
    design = baseline(dates, season_order=2)
    cells = hill_cells() if model == "hill" else logistic_cells()
    observed, path = (None, np.zeros(WEEKS))
    if model == "demand":
        observed, path = _demand(rng)
    series = _spend(rng, observed)
    chosen = rng.choice(len(cells.mass), size=CHANNELS, p=cells.mass)
    scale = scale_prior(CHANNELS)
    effect = np.abs(rng.normal(0.0, float(rng.choice(scale.values, p=scale.mass)), CHANNELS))
    noise = 1.0 / np.sqrt(rng.gamma(NOISE_SHAPE, 1.0 / NOISE_RATE))
    shapes = _shapes(rng, cells, chosen, off_grid)
    media = np.stack([_curve(cells, series[:, c], *shapes[c]) for c in range(CHANNELS)])
    coefficients = rng.normal(0.0, noise * design.prior_scale)
    strength = rng.normal(0.0, DEMAND_SCALE * noise) if observed is not None else 0.0
    outcome = design.columns @ coefficients + effect @ media + strength * path + rng.normal(0.0, noise, WEEKS)

    whitener = design.whitener(WEEKS)
    tables = []
    for channel in range(CHANNELS):
        transformed = curves(cells, series[:, channel], adstock_length=ADSTOCK_LENGTH)
        tables.append(tabulate(cells, transformed, whitener.whiten(transformed)))
    problem = Problem(
        outcome=whitener.whiten(outcome),
        whitener=whitener,
        tables=tuple(tables),
        priors=tuple(half_normal(cells, 1.0) for _ in range(CHANNELS)),
        scale=scale,
        observables=observed,
    )
    draws = sample(problem, draws=DRAWS, chains=CHAINS, warmup=WARMUP, rng=rng)
    found: dict[str, float] = {"noise": _position(rng, draws.noise, noise)}
    total, true_total = np.zeros_like(draws.noise), 0.0
    for channel in range(CHANNELS):
        cell = draws.cell[..., channel]
        contribution = draws.effect[..., channel] * tables[channel].total[cell]
        truth = float(effect[channel] * media[channel].sum())
        total, true_total = total + contribution, true_total + truth
        found[f"effect {channel}"] = _position(rng, draws.effect[..., channel], float(effect[channel]))
        found[f"contribution {channel}"] = _position(rng, contribution, truth)
        if not off_grid:
            found[f"retention {channel}"] = _position(rng, cells.retention[cell], shapes[channel][0])
            found[f"steepness {channel}"] = _position(rng, cells.steepness[cell], shapes[channel][1])
    found["all media"] = _position(rng, total, true_total)
    if draws.demand_effect is not None and draws.demand is not None:
        spread = np.abs(draws.demand_effect) * draws.demand.std(axis=-1)
        found["demand's part"] = _position(rng, spread, float(abs(strength) * path.std()))
    return found


def summary(found: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Coverage of 50 % and 90 % intervals and the χ² p-value of uniform ranks, by kind of quantity, channels pooled."""
    kinds: dict[str, list[float]] = {}
    for one in found:
        for name, position in one.items():
            kinds.setdefault(name.rstrip(" 012"), []).append(position)
    result: dict[str, dict[str, float]] = {}
    for kind, values in kinds.items():
        places = np.asarray(values)
        counts = np.histogram(places, bins=BINS, range=(0.0, 1.0))[0]
        statistic = float(((counts - len(places) / BINS) ** 2 / (len(places) / BINS)).sum())
        result[kind] = {
            "n": len(places),
            "coverage_90": round(float(np.mean((places > 0.05) & (places < 0.95))), 4),
            "coverage_50": round(float(np.mean((places > 0.25) & (places < 0.75))), 4),
            "mean_position": round(float(places.mean()), 4),
            "chi2": round(statistic, 2),
            "p_uniform": round(float(chi2.sf(statistic, BINS - 1)), 4),
        }
    return result


def write(
    model: str,
    on_grid: dict[str, dict[str, float]],
    off_grid: dict[str, dict[str, float]] | None,
    seconds: float,
) -> None:
    """Merge this model's result into calibration.json and write calibration.md from all of them."""
    target = RESULTS / "calibration.json"
    stored = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    stored[model] = {
        "settings": {
            "base_seed": BASE_SEED,
            "weeks": WEEKS,
            "channels": CHANNELS,
            "chains": CHAINS,
            "draws": DRAWS,
            "warmup": WARMUP,
            "thinned_by": THIN,
        },
        "seconds_of_last_stretch": round(seconds, 1),
        "on_grid": on_grid,
        "off_grid": off_grid,
    }
    target.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    lines = [
        "# Calibration of the marketing-mix sampler",
        "",
        f"Simulation-based calibration: truths from the prior, {WEEKS} weeks × {CHANNELS} channels, {CHAINS} × {DRAWS} draws thinned "
        f"by {THIN}, seeds fixed beforehand, ties broken at random. Positions of truths among their draws should be uniform; "
        "channels are pooled, so their positions within a dataset are not quite independent.",
        "",
    ]
    for name in sorted(stored):
        for part, title in (("on_grid", "truths on the grid"), ("off_grid", "truths between the cells")):
            rows = stored[name][part]
            if rows:
                lines += [f"## {name}: {title}", "", *_table(rows), ""]
    (RESULTS / "calibration.md").write_text("\n".join(lines), encoding="utf-8")


def _table(rows: dict[str, dict[str, float]]) -> list[str]:
    lines = [
        "| quantity | n | 90 % covers | 50 % covers | mean position | χ² p |",
        "|---|---|---|---|---|---|",
    ]
    return lines + [
        f"| {kind} | {row['n']} | {row['coverage_90']:.1%} | {row['coverage_50']:.1%} | {row['mean_position']:.3f} "
        f"| {row['p_uniform']:.3f} |"
        for kind, row in rows.items()
    ]


def _resume(state: Path) -> dict[tuple[int, bool], dict[str, float]]:
    if not state.exists():
        return {}
    rows = [json.loads(line) for line in state.read_text(encoding="utf-8").splitlines()]
    return {(index, off_grid): found for index, off_grid, found in rows}


def _demand(rng: np.random.Generator) -> tuple[Observables, Array]:
    """A latent path from its prior with the observables that it drives: a proxy and every log spend."""
    rho = float(rng.choice(PERSISTENCE))
    path = np.empty(WEEKS)
    path[0] = rng.normal()
    for week in range(1, WEEKS):
        path[week] = rho * path[week - 1] + np.sqrt(1.0 - rho**2) * rng.normal()
    count = CHANNELS + 1
    unique = 1.0 / rng.gamma(UNIQUE_SHAPE, 1.0 / UNIQUE_RATE, count)
    loading = rng.normal(0.0, LOADING_SCALE * np.sqrt(unique))
    values = path[:, None] * loading + rng.normal(size=(WEEKS, count)) * np.sqrt(unique)
    names = ("proxy", *(f"log spend {channel}" for channel in range(CHANNELS)))
    return Observables(names, values, np.ones((WEEKS, count))), path


def _spend(rng: np.random.Generator, observed: Observables | None) -> Array:
    """Spends with maximum one; where demand is modelled, their logs are the observables."""
    if observed is None:
        logs = rng.normal(0.0, 0.5, (WEEKS, CHANNELS))
        logs += 0.4 * rng.normal(size=(WEEKS, 1))
        spend = np.exp(logs)
        spend[:, -1] *= rng.random(WEEKS) < 0.7
    else:
        logs = observed.values[:, 1:]
        spend = np.exp(0.4 * logs / logs.std(axis=0))
    return spend / spend.max(axis=0)


def _shapes(
    rng: np.random.Generator, cells: Cells, chosen: NDArray[np.intp], off_grid: bool
) -> list[tuple[float, float, float]]:
    """Retention, steepness and slope per channel: the chosen cell's, or a point between it and its neighbours."""
    result = []
    for cell in chosen:
        retention, steepness = float(cells.retention[cell]), float(cells.steepness[cell])
        if off_grid:
            retention = float(np.clip(retention + rng.uniform(-0.02, 0.02), 0.0, 0.97))
            steepness *= float(np.exp(rng.uniform(-0.09, 0.09)))
        result.append((retention, steepness, float(cells.slope[cell])))
    return result


def _curve(cells: Cells, series: Array, retention: float, steepness: float, slope: float) -> Array:
    carried = geometric_adstock(series, retention, length=ADSTOCK_LENGTH)
    if cells.saturation == "logistic":
        return logistic_saturation(carried, steepness)
    return hill_saturation(carried, steepness, slope)


def _position(rng: np.random.Generator, draws: Array, truth: float) -> float:
    thinned = draws[:, ::THIN].ravel()
    below = int((thinned < truth).sum())
    tied = int((thinned == truth).sum())
    return (below + rng.uniform(0.0, tied + 1.0)) / (len(thinned) + 1.0)


if __name__ == "__main__":
    main(sys.argv[1:])
