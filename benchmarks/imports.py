"""How quickly the package and its command start, as ratios to `import langgraph.graph`.

Each start is a new interpreter; the three are taken in turn, so that a busy machine slows all alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.report import write

ROUNDS = 9
COMMANDS = {
    "import langgraph.graph": [sys.executable, "-c", "import langgraph.graph"],
    "import liftos_agents": [sys.executable, "-c", "import liftos_agents"],
    "liftos --help": [sys.executable, "-m", "liftos_agents", "--help"],
}
GOALS = {"import liftos_agents": 0.4, "liftos --help": 1.0}


def main() -> None:
    """Measure and write `results/imports.json`."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(ROUNDS + 1):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if turn:
                seconds[name].append(time.perf_counter() - started)
    reference = statistics.median(seconds["import langgraph.graph"])
    rows = [
        {
            "what": name,
            "median_seconds": round(statistics.median(taken), 4),
            "ratio": round(statistics.median(taken) / reference, 3),
            "goal": GOALS.get(name),
        }
        for name, taken in seconds.items()
    ]
    write("imports", "Start-up against `import langgraph.graph`", rows, settings={"rounds": ROUNDS})


if __name__ == "__main__":
    main()
