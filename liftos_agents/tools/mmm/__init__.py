"""The marketing-mix engine: a collapsed grid-Gibbs over carry-over, saturation and effect of every channel.

`fit(MmmInput) -> MmmFit` is its face; the modules are its parts, named after what they hold. Heavy imports wait for use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.tools.mmm.input import LiftTest, MmmInput, RoiPrior
    from liftos_agents.tools.mmm.marketing_mix import MmmFit, fit
    from liftos_agents.tools.mmm.result import FitMmmResult

__all__ = ["FitMmmResult", "LiftTest", "MmmFit", "MmmInput", "RoiPrior", "fit"]

_HOMES = {
    "FitMmmResult": "result",
    "LiftTest": "input",
    "MmmFit": "marketing_mix",
    "MmmInput": "input",
    "RoiPrior": "input",
    "fit": "marketing_mix",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
