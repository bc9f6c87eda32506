"""Causal graphs: read from text, used to identify an effect, checked against data, and searched for in data.

`read_graph` turns text into a `CausalGraph`; `identify` says which effects it allows to be told, and how.
"""

from __future__ import annotations

from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.identify import FrontDoor, Identification, Instrument, identify
from liftos_agents.tools.causal_graphs.read_graph import read_graph

__all__ = ["CausalGraph", "FrontDoor", "Identification", "Instrument", "identify", "read_graph"]
