"""AIPW with five folds on 50,000 rows × 20 controls against DoubleML's interactive regression, same learners and folds.

The peer runs in an environment of its own, made on first use (`--peer PATH` names another interpreter). Both use the same
scikit-learn learners with the same settings, the same folds and one split; each uses the machine's cores as it does by default.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peer_environment import interpreter
from benchmarks.report import write
from liftos_agents import tools
from liftos_agents.data import Dataset, TransientStore, load
from liftos_agents.tools.adjustment.asked import asked
from liftos_agents.tools.adjustment.cross_fitting import fold_of_row
from liftos_agents.tools.adjustment.learners import BOOSTING, PENALTY
from liftos_agents.tools.context import ToolContext

PEER = "DoubleML==0.11.4"
ROWS, CONTROLS, FOLDS, REPEATS = 50_000, 20, 5, 7
TRUTH = 1.0

PEER_SCRIPT = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
from doubleml import DoubleMLData, DoubleMLIRM
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
path, learner, boosting, penalty = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), float(sys.argv[4])
frame = pd.read_parquet(path) if path.endswith("parquet") else pd.read_csv(path)
fold = frame.pop("fold").to_numpy()
names = [c for c in frame.columns if c not in ("y", "d")]
if learner == "boosting":
    regression, propensity = HistGradientBoostingRegressor(**boosting), HistGradientBoostingClassifier(**boosting)
else:
    regression = RidgeCV(alphas=np.logspace(-4, 2, 13) * len(frame) * 0.4)
    propensity = LogisticRegression(C=1 / penalty, solver="newton-cholesky", max_iter=200, tol=1e-8)
    frame[names] = (frame[names] - frame[names].mean()) / frame[names].std(ddof=0)
for _ in sys.stdin:
    started, began = time.perf_counter(), time.process_time()
    data = DoubleMLData(frame, "y", "d", names)
    model = DoubleMLIRM(data, regression, propensity, n_folds=int(fold.max()) + 1, normalize_ipw=True, draw_sample_splitting=False)
    model.set_sample_splitting([[(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(int(fold.max()) + 1)]])
    model.fit()
    low, high = model.confint(level=0.9).to_numpy()[0]
    said = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - began,
            "estimate": float(model.coef[0]), "standard_error": float(model.se[0])}
    print(json.dumps(said), flush=True)
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Estimate with both, and write `results/peer_estimate_effect.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python interpreter that has the peer")
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args(arguments)
    python = options.peer or interpreter("doubleml", PEER)
    frame = _data(options.rows)
    rows: list[dict[str, Any]] = []
    for learner in ("boosting", "linear"):
        own, peer = _runs(frame, learner, python)
        for name, found in (("liftos estimate_effect", own), (PEER, peer)):
            rows.append(
                {
                    "learners": learner,
                    "tool": name,
                    "seconds": float(np.median(found["seconds"])),
                    "cpu_seconds": float(np.median(found["cpu"])),
                    "ratio": float(np.median(found["seconds"]) / np.median(own["seconds"])),
                    "estimate": found["estimate"],
                    "standard_error": found["standard_error"],
                    "truth": TRUTH,
                }
            )
            print(rows[-1], flush=True)
    write(
        "peer_estimate_effect",
        "AIPW, five folds, against DoubleML on the same data, folds and learners",
        rows,
        settings={"rows": options.rows, "controls": CONTROLS, "folds": FOLDS, "repeats": REPEATS},
        notes=[
            f"Median of {REPEATS} runs each, turn by turn after one that is not counted, both with the threads that they take by default (own: folds side by side, each on one thread, so that the "
            "bytes do not depend on them; peer: scikit-learn's within a fit); the ratio is to the own tool of the same learners.",
            "Own time is the whole tool: folds, nuisances, overlap, balance, sensitivity, other methods beside it, pictures. The peer's is "
            "data object, fit and interval.",
            "Boosting: the same scikit-learn learner on both sides. Linear: scikit-learn's logistic regression on both sides; ridge "
            "regression with its penalty by generalised cross-validation in own code, by scikit-learn's RidgeCV for the peer.",
        ],
    )


def _data(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(404)
    x = rng.standard_normal((rows, CONTROLS))
    odds = 0.5 * x[:, 0] - 0.4 * x[:, 1] + 0.3 * np.sin(x[:, 2])
    d = (rng.random(rows) < 1.0 / (1.0 + np.exp(-odds))).astype(float)
    y = x[:, :5] @ np.array([1.0, 0.5, -0.5, 0.3, 0.2]) + x[:, 2] ** 2 + TRUTH * d + rng.standard_normal(rows)
    return pd.DataFrame({f"x{i + 1:02d}": x[:, i] for i in range(CONTROLS)} | {"d": d, "y": y})


def _names(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(c for c in frame.columns if c not in ("d", "y"))


def _runs(frame: pd.DataFrame, learner: str, python: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Own runs and the peer's, turn by turn, so that a slow minute of the machine meets both; the first of each is left out."""
    own: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    dataset = load(frame)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        _for_peer(frame).to_csv(path, index=False)
        command = [str(python), "-c", PEER_SCRIPT, str(path), learner, json.dumps(BOOSTING), str(PENALTY)]
        with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
            assert peer.stdin is not None
            assert peer.stdout is not None
            for _ in range(REPEATS + 1):
                own.append(_own(dataset, frame, learner))
                peer.stdin.write("go\n")
                peer.stdin.flush()
                theirs.append(json.loads(peer.stdout.readline()))
            peer.stdin.close()
    return _together(own[1:]), _together(theirs[1:])


def _together(runs: list[dict[str, float]]) -> dict[str, Any]:
    return runs[0] | {key: [run[key] for run in runs] for key in ("seconds", "cpu")}


def _own(dataset: Dataset, frame: pd.DataFrame, learner: str) -> dict[str, float]:
    started, began = time.perf_counter(), time.process_time()
    found = tools.run(
        "estimate_effect",
        dataset,
        store=TransientStore(),
        outcome="y",
        treatment="d",
        controls=_names(frame),
        method="aipw",
        learners=learner,
        splits=1,
        folds=FOLDS,
    )
    seconds, cpu = time.perf_counter() - started, time.process_time() - began
    kept = {key: found.result[key] for key in ("estimate", "standard_error")}
    return {"seconds": seconds, "cpu": cpu, **kept}


def _for_peer(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the tool's own order, with the tool's own folds."""
    context = ToolContext("benchmark", TransientStore(), load(frame))
    study = asked(
        context, outcome="y", treatment="d", controls=_names(frame), segments=(), cluster=None, weights=None
    ).study
    ordered = pd.DataFrame(study.controls, columns=list(study.names))
    return ordered.assign(d=study.treatment, y=study.outcome, fold=fold_of_row(study, FOLDS, 0, 0))


if __name__ == "__main__":
    main(sys.argv[1:])
