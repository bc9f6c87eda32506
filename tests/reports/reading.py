"""A page read by a parser of its own, so that tests see what a browser would."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "input", "img"}


class Node:
    """One element with its text and what lies within it."""

    def __init__(self, name: str, attributes: dict[str, str | None], parent: Node | None) -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.parts: list[Node | str] = []

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def all(self, name: str = "", class_: str = "") -> list[Node]:
        """Every element below with this name and class, in order."""
        found: list[Node] = []
        for part in self.parts:
            if isinstance(part, Node):
                if (not name or part.name == name) and (
                    not class_ or class_ in (part.attributes.get("class") or "").split()
                ):
                    found.append(part)
                found += part.all(name, class_)
        return found

    def without(self, class_: str) -> str:
        """The text less that of elements with this class."""
        kept = [
            part if isinstance(part, str) else part.without(class_)
            for part in self.parts
            if isinstance(part, str) or class_ not in (part.attributes.get("class") or "").split()
        ]
        return "".join(kept)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {}, None)
        self.at = self.root
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), self.at)
        self.at.parts.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.parts.append(Node(tag, dict(attrs), self.at))

    def handle_endtag(self, tag: str) -> None:
        if self.at.name != tag:
            self.faults.append(f"</{tag}> closes <{self.at.name}>")
        if self.at.parent is not None:
            self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.parts.append(data)


def read(html: str) -> Node:
    """The page as a tree; every element must be closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.faults == []
    assert reader.at is reader.root
    return reader.root
