"""Synthetic control: a treated unit against a convex mix of units that were not treated.

Weights on the simplex, three estimators, and inference by placebos, by conformal permutation or by the jackknife.
"""

from __future__ import annotations

from liftos_agents.tools.donor_pool.arguments import SyntheticControlArguments
from liftos_agents.tools.donor_pool.panel import DonorPanel, donor_panel
from liftos_agents.tools.donor_pool.result import SyntheticControlResult

__all__ = ["DonorPanel", "SyntheticControlArguments", "SyntheticControlResult", "donor_panel"]
