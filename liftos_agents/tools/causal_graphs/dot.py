"""The DOT language as far as causal graphs need it, DAGitty's dialect included.

Written from the grammar in Graphviz' documentation (https://graphviz.org/doc/info/lang.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.errors import ToolRetry

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<arrow><->|->|<-|--)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<html><(?:[^<>]|<[^<>]*>)*>)
    |(?P<word>-?(?:\.\d+|\d+(?:\.\d*)?)(?![\w.])|[\w.]+)
    |(?P<mark>[{}\[\]=;,:])""",
    re.S | re.X,
)
_UNSEEN = frozenset({"latent", "unobserved", "hidden", "unmeasured"})
_NO = frozenset({"0", "false", "no", "n"})


@dataclass(frozen=True)
class _Token:
    text: str
    kind: str
    line: int


@dataclass
class _Reading:
    tokens: list[_Token]
    position: int = 0
    nodes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    edges: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    hidden: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    node_defaults: dict[str, str] = field(default_factory=dict[str, str])
    edge_defaults: dict[str, str] = field(default_factory=dict[str, str])

    def peek(self, *marks: str) -> bool:
        """Whether the next token is one of these marks."""
        token = self.tokens[self.position]
        return token.kind in ("mark", "arrow") and token.text in marks

    def next(self) -> _Token:
        """The next token, taken."""
        token = self.tokens[self.position]
        if token.kind == "end":
            raise ToolRetry(
                "the DOT text ends too early", where="graph", fix="Close each { with a } and each [ with a ]"
            )
        self.position += 1
        return token

    def take(self, mark: str) -> bool:
        """Whether the next token was this mark, which is taken then."""
        if self.peek(mark):
            self.position += 1
            return True
        return False

    def name(self) -> str:
        """A node's name, taken."""
        token = self.next()
        if token.kind in ("mark", "arrow"):
            raise ToolRetry(
                f"the DOT text has {token.text!r} where a name should be (line {token.line})",
                where="graph",
                fix="Put names with spaces or signs in double quotes",
            )
        return token.text


def read_dot(text: str) -> CausalGraph:
    """The graph of a DOT text: nodes, edges, chains, groups in braces, attributes, quoted names.

    Raises:
        ToolRetry: The text breaks the grammar, or its graph is undirected, empty or has a cycle.
    """
    reading = _Reading(_tokens(text))
    opening = reading.next().text
    if opening.casefold() == "strict":
        opening = reading.next().text
    if not reading.peek("{"):
        reading.name()
    if not reading.take("{"):
        raise ToolRetry("the DOT text has no { after its name", where="graph", fix="Write digraph { a -> b }")
    _statements(reading)
    if opening.casefold() == "graph" and (reading.edges or reading.hidden or not reading.nodes):
        raise _undirected("is a `graph`", "Write `digraph` and -> for each arrow")
    return CausalGraph.of_edges(
        reading.edges,
        nodes=reading.nodes,
        hidden=reading.hidden,
        latent=[name for name, attributes in reading.nodes.items() if _unseen(attributes)],
        labels={n: a["label"] for n, a in reading.nodes.items() if a.get("label", n) not in ("", n, r"\N")},
    )


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        line = text.count("\n", 0, position) + 1
        if found is None:
            raise ToolRetry(
                f"the DOT text cannot be read at {text[position : position + 20]!r} (line {line})",
                where="graph",
                fix="Put names with spaces or signs in double quotes",
            )
        kind = found.lastgroup or "word"
        if kind == "quoted":
            tokens.append(_Token(re.sub(r"\\(.)", r"\1", found["quoted"]), kind, line))
        elif kind != "skip":
            tokens.append(_Token(found[kind], kind, line))
        position = found.end()
    return [*tokens, _Token("", "end", text.count("\n") + 1)]


def _statements(reading: _Reading) -> list[str]:
    """Reads up to the closing brace; returns the nodes named."""
    named: list[str] = []
    while not reading.take("}"):
        if reading.take(";") or reading.take(","):
            continue
        named += _statement(reading)
    return list(dict.fromkeys(named))


def _statement(reading: _Reading) -> list[str]:
    token = reading.tokens[reading.position]
    if token.kind == "word" and token.text.casefold() in ("graph", "node", "edge"):
        reading.next()
        attributes = _attributes(reading)
        if token.text.casefold() == "node":
            reading.node_defaults.update(attributes)
        elif token.text.casefold() == "edge":
            reading.edge_defaults.update(attributes)
        return []
    groups, arrows = [_group(reading)], list[str]()
    if reading.take("="):
        for node in groups[0]:
            reading.nodes.pop(node, None)
        reading.name()
        return []
    while reading.peek("->", "<-", "<->", "--"):
        arrows.append(reading.next().text)
        groups.append(_group(reading))
    attributes = _attributes(reading)
    if not arrows:
        for node in groups[0]:
            reading.nodes[node].update(attributes)
        return groups[0]
    direction = {**reading.edge_defaults, **attributes}.get("dir", "forward").casefold()
    for left, arrow, right in zip(groups, arrows, groups[1:], strict=False):
        for source in left:
            for target in right:
                _edge(reading, source, arrow, target, direction)
    return [node for group in groups for node in group]


def _group(reading: _Reading) -> list[str]:
    """The nodes on one side of an arrow: one name, or several in braces."""
    token = reading.tokens[reading.position]
    if token.kind == "word" and token.text.casefold() == "subgraph":
        reading.next()
        if not reading.peek("{"):
            reading.name()
    if reading.take("{"):
        return _statements(reading)
    name = reading.name()
    while reading.take(":"):
        reading.name()
    reading.nodes.setdefault(name, dict(reading.node_defaults))
    return [name]


def _attributes(reading: _Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    while reading.take("["):
        while not reading.take("]"):
            if reading.take(",") or reading.take(";"):
                continue
            key = reading.name()
            found[key.casefold()] = reading.name() if reading.take("=") else "true"
    return found


def _edge(reading: _Reading, source: str, arrow: str, target: str, direction: str) -> None:
    if arrow == "--" or direction == "none":
        raise _undirected(
            f"has {source} -- {target} without direction",
            f"Write {source} -> {target} or {target} -> {source}",
        )
    if arrow == "<->" or direction == "both":
        reading.hidden.append((source, target))
    elif (arrow == "<-") != (direction == "back"):
        reading.edges.append((target, source))
    else:
        reading.edges.append((source, target))


def _unseen(attributes: Mapping[str, str]) -> bool:
    if attributes.get("observed", "true").casefold() in _NO:
        return True
    return any(attributes.get(key, "no").casefold() not in _NO for key in _UNSEEN)


def _undirected(how: str, fix: str) -> ToolRetry:
    return ToolRetry(
        f"the DOT text {how}, and a causal graph says which of two is the cause", where="graph", fix=fix
    )
