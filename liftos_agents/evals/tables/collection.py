"""The tables by name: each maker is a pure function of its own random stream."""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from liftos_agents.errors import NotFoundError

Maker = Callable[[np.random.Generator], pd.DataFrame]
SEED = 20_250_101
_MAKERS: dict[str, Maker] = {}


def simulated(maker: Maker) -> Maker:
    """Registers a maker of a table under its own name."""
    _MAKERS[maker.__name__] = maker
    return maker


def table(name: str) -> pd.DataFrame:
    """The simulated table of that name.

    Raises:
        NotFoundError: There is no such table.
    """
    makers = _all()
    if name not in makers:
        raise NotFoundError(f"no simulated table {name!r}", fix=f"There are: {', '.join(sorted(makers))}")
    return makers[name](np.random.default_rng([SEED, zlib.crc32(name.encode())]))


def table_names() -> tuple[str, ...]:
    """Names of all simulated tables."""
    return tuple(sorted(_all()))


@cache
def _all() -> dict[str, Maker]:
    own = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"{own}.{module.name}")
    return _MAKERS
