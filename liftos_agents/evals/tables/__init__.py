"""Simulated tables of many subjects, for suites that ask which design a table supports.

`table(name)` gives one, the same bytes every time; no row of them was ever observed.
"""

from __future__ import annotations

from liftos_agents.evals.tables.collection import table, table_names

__all__ = ["table", "table_names"]
