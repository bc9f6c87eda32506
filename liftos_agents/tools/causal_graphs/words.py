"""A causal graph out of edges in words: `price -> sales; season causes price; ads affect sales and traffic`."""

from __future__ import annotations

import re

from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.errors import ToolRetry

_ARROWS = {"→": "->", "⟶": "->", "⇒": "->", "←": "<-", "⟵": "<-", "↔": "<->", "⟷": "<->"}
_ADVERB = r"(?:(?:also|directly|partly|strongly|may|might|can|could|will|both)\s+)*"
_VERB = (
    r"(?:causes?|affects?|influences?|drives?|determines?|changes?|shifts?|increases?|raises?|lifts?|reduces?|lowers?|decreases?|"
    r"impacts?|leads?\s+to|feeds?\s+into|(?:has|have)\s+an?\s+(?:effect|influence|impact)\s+on)"
)
_PASSIVE = (
    r"(?:(?:is|are|was|were)\s+(?:partly\s+)?(?:caused|affected|influenced|driven|determined|changed|set|increased|raised|reduced|lowered)"
    r"\s+by|depends?\s+on|responds?\s+to|results?\s+from|comes?\s+from)"
)
_BACK = re.compile(rf"\s+{_ADVERB}{_PASSIVE}\s+", re.I)
_FORWARD = re.compile(rf"\s+{_ADVERB}{_VERB}\s+", re.I)
_DENIED = re.compile(
    r"\s+(?:(?:does|do|did|is|are|has|have|can)\s*(?:not|n't)|cannot|never|(?:has|have)\s+no\s+(?:effect|influence|impact)\s+on)\b",
    re.I,
)
_SIGN = re.compile(r"\s*(<-+>|<=+>|-+>|=+>|<-+|<=+)\s*")
_UNDIRECTED = re.compile(r"\s-+\s|\w--\w")
_UNSEEN = re.compile(
    r"\s+(?:is|are)\s+(?:an?\s+)?(?:unobserved|hidden|latent|unmeasured|not\s+observed|not\s+measured)\b.*",
    re.I,
)
_SHARED = re.compile(
    r"\s+(?:(?:share|have)\s+an?\s+(?:unobserved|hidden|latent|unmeasured)\s+(?:common\s+)?cause|are\s+confounded)\b.*",
    re.I,
)
_LIST = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|as\s+well\s+as)\s+|\s*&\s*|\s*\+\s*", re.I)
_QUOTED = re.compile(r"\"([^\"]+)\"|`([^`]+)`|(?<!\w)'([^']+)'(?!\w)")
_ARTICLE = re.compile(r"^(?:(?:the|both|that|then|and|also)\s+)+", re.I)


def read_words(text: str) -> CausalGraph:
    """The graph of statements split by semicolons, line ends or full stops.

    A statement is a chain of arrows (`a -> b <- c`, `a <-> b` for a hidden common cause), a verb (`a and b cause c`, `c depends on a`),
    `u is unobserved`, `a and b share a hidden cause`, or a denial (`a does not affect b`), which adds nodes alone. Names with
    commas or the word "and" stand in quotes.

    Raises:
        ToolRetry: A statement is not understood (it is quoted), an edge has no direction, or the graph is wrong as such.
    """
    quoted: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quoted.append(next(g for g in found.groups() if g is not None))
        return f"\x00{len(quoted) - 1}\x00"

    plain = _QUOTED.sub(keep, text)
    for sign, ascii_sign in _ARROWS.items():
        plain = plain.replace(sign, ascii_sign)
    reading = _Reading(quoted)
    for line in re.split(r";|\n|\.(?=\s|$)", re.sub(r"(?m)(?:#|//).*$", "", plain)):
        statement = line.strip().strip(",").strip()
        if statement:
            reading.statement(statement)
    for source, target in sorted(reading.denied):
        if (source, target) in reading.edges:
            raise ToolRetry(
                f"the graph says that {source} causes {target}, and that it does not",
                where="graph",
                fix="Leave out one of the two statements",
            )
    return CausalGraph.of_edges(
        reading.edges, nodes=reading.nodes, latent=reading.latent, hidden=reading.hidden
    )


class _Reading:
    def __init__(self, quoted: list[str]) -> None:
        self.quoted = quoted
        self.nodes: list[str] = []
        self.edges: list[tuple[str, str]] = []
        self.hidden: list[tuple[str, str]] = []
        self.latent: list[str] = []
        self.denied: set[tuple[str, str]] = set()
        self.first_written: dict[str, str] = {}

    def statement(self, text: str) -> None:
        """Reads one statement."""
        if found := _SHARED.search(text):
            names = self.names(text[: found.start()], text)
            if len(names) < 2:
                raise _not_understood(text)
            self.hidden += [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
        elif found := _UNSEEN.search(text):
            self.latent += self.names(text[: found.start()], text)
        elif found := _DENIED.search(text):
            rest = re.sub(rf"^\s*(?:{_VERB}|{_PASSIVE})?\s*", "", text[found.end() :], flags=re.I)
            for source in self.names(text[: found.start()], text):
                self.denied.update((source, target) for target in self.names(rest, text))
        else:
            self.links(text)

    def links(self, text: str) -> None:
        """Reads a statement that has arrows or verbs."""
        parts, signs = _split(text)
        if not signs:
            if _UNDIRECTED.search(text):
                raise ToolRetry(
                    f"{self.shown(text)!r} has no direction, and a causal graph says which of two is the cause",
                    where="graph",
                    fix="Write -> from the cause to the effect",
                )
            if _LIST.search(text) or len(text.split()) > 4:
                raise _not_understood(self.shown(text))
            self.names(text, text)
            return
        if len(signs) > 1 and any(_LIST.search(part) for part in parts[1:-1]):
            smaller = _separate(text)
            if smaller is None:
                raise ToolRetry(
                    f"{self.shown(text)!r} can be read in more than one way",
                    where="graph",
                    fix="Put a semicolon between statements",
                )
            for statement in smaller:
                self.links(statement)
            return
        groups = [self.names(part, text) for part in parts]
        for left, sign, right in zip(groups, signs, groups[1:], strict=False):
            pairs = [(a, b) for a in left for b in right]
            if sign == "<->":
                self.hidden += pairs
            else:
                self.edges += pairs if sign == "->" else [(b, a) for a, b in pairs]

    def names(self, text: str, statement: str) -> list[str]:
        """The names in a list."""
        found = [self.shown(_ARTICLE.sub("", part.strip())).strip() for part in _LIST.split(text)]
        if not all(found):
            raise _not_understood(self.shown(statement))
        found = [self.first_written.setdefault(" ".join(name.casefold().split()), name) for name in found]
        self.nodes += found
        return found

    def shown(self, text: str) -> str:
        """Text with what was quoted put back."""
        return re.sub("\x00(\\d+)\x00", lambda found: self.quoted[int(found[1])], text)


def _split(text: str) -> tuple[list[str], list[str]]:
    """Parts between the links of a statement, and each link as `->`, `<-` or `<->`."""
    for pattern, sign in ((_SIGN, None), (_BACK, "<-"), (_FORWARD, "->")):
        links = list(pattern.finditer(f" {text} " if sign else text))
        if links:
            whole = f" {text} " if sign else text
            ends = [0, *(link.end() for link in links)]
            starts = [*(link.start() for link in links), len(whole)]
            parts = [whole[a:b].strip() for a, b in zip(ends, starts, strict=True)]
            return parts, [sign or _sign(link[1]) for link in links]
    return [text], []


def _sign(arrow: str) -> str:
    if arrow[0] == "<":
        return "<->" if arrow[-1] == ">" else "<-"
    return "->"


def _separate(text: str) -> list[str] | None:
    """The statement cut at its commas or its "and"s, when each part is a statement of its own."""
    for cut in (r"\s*,\s*(?:and\s+)?", r"\s*,\s*(?:and\s+)?|\s+and\s+"):
        parts = re.split(cut, text, flags=re.I)
        if len(parts) > 1 and all(len(_split(part)[1]) == 1 for part in parts):
            return parts
    return None


def _not_understood(text: str) -> ToolRetry:
    return ToolRetry(
        f"{text!r} is not understood as a statement about causes",
        where="graph",
        fix='Write "cause -> effect", or "cause affects effect", with a semicolon between statements',
    )
