"""Why a sentence says what it says, as a tree of terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.tree import Tree

if TYPE_CHECKING:
    from liftos_agents.tracing.branches import Branch
    from liftos_agents.tracing.explain import Explanation


def view(explanation: Explanation) -> Tree:
    """The explanation from the sentence down to data and decision."""
    root = explanation.tree()
    tree = Tree(f"[bold]{escape(root.label)}[/bold]", highlight=False)
    _grow(tree, root.below)
    return tree


def _grow(tree: Tree, branches: tuple[Branch, ...]) -> None:
    for branch in branches:
        _grow(tree.add(escape(branch.label)), branch.below)
