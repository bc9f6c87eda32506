"""Nodes of a graph matched to the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.errors import ToolRetry


@dataclass(frozen=True)
class Matched:
    """A graph whose nodes are called as columns are; nodes without column are unobserved.

    Attributes:
        renamed: Node of the text to the column that it is, where they differ.
        notes: What a reader should know, a sentence each.
    """

    graph: CausalGraph
    renamed: dict[str, str]
    notes: tuple[str, ...]


def match_columns(graph: CausalGraph, columns: Sequence[str]) -> Matched:
    """The graph with its nodes matched to columns.

    A node is a column of the same name, else of the same letters and digits in any case (`TV spend` is `tv_spend`), tried on the
    node's name and then on its label.

    Raises:
        ToolRetry: A node could be two columns, or two nodes are one column.
    """
    names: dict[str, str] = {}
    unseen: list[str] = []
    notes: list[str] = []
    for node in graph.nodes:
        column = find_column(node, columns) or find_column(graph.labels.get(node, ""), columns)
        if node in graph.latent:
            if column is not None:
                notes.append(f"{node} is unobserved in the graph, so the column of that name is not used.")
            continue
        if column is None:
            unseen.append(node)
            continue
        if column in names.values():
            other = next(n for n, c in names.items() if c == column)
            raise ToolRetry(
                f"nodes {other!r} and {node!r} of the graph are both the column {column!r}",
                where="graph",
                fix="Give them one name, or rename the column of one",
            )
        names[node] = column
    for node in sorted(set(graph.latent) & set(names.values())):
        names[node] = f"{node} (unobserved)"
    if unseen:
        notes.append(f"No column is called {' or '.join(unseen)}: taken as unobserved.")
    changed = {node: column for node, column in names.items() if node != column}
    renamed = {node: column for node, column in changed.items() if node not in graph.latent}
    return Matched(graph.with_latent(unseen).renamed(changed), renamed, tuple(notes))


def find_column(name: str, columns: Sequence[str]) -> str | None:
    """The column that a name means, or None.

    Raises:
        ToolRetry: It could be two.
    """
    if not name or name in columns:
        return name or None
    near = [column for column in columns if _folded(column) == _folded(name)] if _folded(name) else []
    if len(near) > 1:
        raise ToolRetry(
            f"{name!r} of the graph could be the column {' or '.join(map(repr, near))}",
            where="graph",
            fix="Write the column's name as it is in the data",
        )
    return near[0] if near else None


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
