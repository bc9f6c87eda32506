"""Vega-Lite of a picture that is given as data: one file a kind of picture."""

from __future__ import annotations

from liftos_agents.domain.figure_marks.specification import vega_lite

__all__ = ["vega_lite"]
