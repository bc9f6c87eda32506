"""Run the benchmarks named, or all of them in turn; what begins with a dash and follows is for the one that is named."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks

SUPPORT = {"__main__", "effect_worlds", "report", "peer_pymc_marketing"}


def main(names: list[str]) -> None:
    """Run each benchmark's `main`, all when none is named."""
    options = [position for position, word in enumerate(names) if word.startswith("-")]
    names, given = (names[: options[0]], names[options[0] :]) if options else (names, [])
    if given and len(names) != 1:
        sys.exit("Options are for one benchmark: name it before them")
    known = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in SUPPORT)
    unknown = set(names) - set(known)
    if unknown:
        sys.exit(f"No benchmark {sorted(unknown)}; there are: {', '.join(known)}")
    for name in names or known:
        print(f"── {name}", flush=True)
        main_of = importlib.import_module(f"benchmarks.{name}").main
        main_of(given) if given else main_of()


main(sys.argv[1:])
