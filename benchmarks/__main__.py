"""Run the benchmarks named, or all of them in turn."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks

SUPPORT = {"__main__", "effect_worlds", "report", "peer_pymc_marketing"}


def main(names: list[str]) -> None:
    """Run each benchmark's `main`, all when none is named."""
    known = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in SUPPORT)
    unknown = set(names) - set(known)
    if unknown:
        sys.exit(f"No benchmark {sorted(unknown)}; there are: {', '.join(known)}")
    for name in names or known:
        print(f"── {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


main(sys.argv[1:])
