"""What the effect tools share: columns taken from a table with clear errors, and results put into words."""

from __future__ import annotations

from liftos_agents.tools.effects.columns import Rows, refuse_same, take
from liftos_agents.tools.effects.outcome import build, refused
from liftos_agents.tools.effects.treated import Treated, TreatedValues

__all__ = ["Rows", "Treated", "TreatedValues", "build", "refuse_same", "refused", "take"]
