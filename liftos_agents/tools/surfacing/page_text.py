"""HTML to the lines that a reader sees, with what is hidden from readers set apart."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from liftos_agents.tools.surfacing.injection import set_aside

_TAG = re.compile(
    r"</?(?:html|body|head|title|h[1-6]|p|br|div|span|ul|ol|li|b|strong|table|tr|td)\b[^<>]{0,400}>", re.I
)
_PAGE = re.compile(
    r"<!doctype\s+html|<(?:html|head|body|title|meta)\b[^<>]{0,400}>|<[^<>]{1,400}\bitemscope\b|<script[^<>]{1,400}ld\+json",
    re.I,
)
_INVISIBLE_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|text-indent\s*:\s*-\d{3,}|left\s*:\s*-\d{3,}|color\s*:\s*(?:#fff(?:fff)?|white)\b",
    re.I,
)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SILENT = {"script", "style", "noscript", "template", "svg", "iframe"}
# What frames a page and what opens at a click: neither the product's text nor hidden from readers.
_FRAME = {"nav", "footer", "aside", "dialog", "select"}
_OPENS = re.compile(
    r"\b(?:tab|tabs|tabpanel|tab-pane|accordion|collapse|collapsible|dropdown|menu|submenu|modal|dialog|drawer|offcanvas|popup|popover|tooltip"
    r"|carousel|slider|lightbox|cookie|consent|newsletter|search|login|cart|minicart|overlay)\b",
    re.I,
)
_BREAKS = {"p", "div", "section", "article", "ul", "ol", "table", "dl", "dd", "header", "footer", "main"}


def is_markup(text: str) -> bool:
    """Whether `text` holds HTML tags."""
    return bool(_TAG.search(text))


def is_page(text: str) -> bool:
    """Whether `text` is a page, or a part of one that carries structured data, rather than a text with stray tags."""
    return bool(_PAGE.search(text))


def visible_lines(markup: str) -> tuple[str, tuple[str, ...]]:
    """The text that a reader of the page sees, and the pieces that are hidden from readers.

    Line breaks outside all tags are kept, so that plain text with a stray tag stays plain text. Headings become `# …`, list items `- …`, table rows `a | b`; scripts and styles are
    dropped, as are navigation, footer and what opens at a click. A frame that is never closed is taken for a part of the text.
    """
    page = _read(markup, _FRAME)
    if page.aside:
        page = _read(markup, set())
    orders = set_aside(" ".join(" ".join(page.said_aside).split()))[1]
    return "".join(page.shown), tuple(piece for piece in (*page.hidden, *orders) if piece)


def _read(markup: str, frame: set[str]) -> _Page:
    page = _Page(frame)
    page.feed(markup)
    page.close()
    return page


class _Page(HTMLParser):
    def __init__(self, frame: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.aside: list[str] = []
        self.said_aside: list[str] = []
        self._frame = frame
        self.shown: list[str] = []
        self.hidden: list[str] = []
        self._silent: list[str] = []
        self._covered: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag in ("br", "hr"):
                self.shown.append("\n")
            return
        if tag in _SILENT:
            self._silent.append(tag)
            return
        self._depth += 1
        named = dict(attrs)
        hidden = "hidden" in named or bool(_INVISIBLE_STYLE.search(named.get("style") or ""))
        called = f"{named.get('class') or ''} {named.get('role') or ''} {named.get('id') or ''}"
        # Within a part set aside its own tag is counted, so that its end is found.
        if tag in self.aside or (
            not self._covered and (tag in self._frame or (hidden and self._frame and _OPENS.search(called)))
        ):
            self.aside.append(tag)
            return
        if self.aside:
            return
        if self._covered or hidden:
            if not self._covered:
                self.hidden.append("")
            self._covered.append(tag)
            return
        if tag == "title" or re.fullmatch(r"h[1-6]", tag):
            self.shown.append("\n" + "#" * (1 if tag == "title" else int(tag[1])) + " ")
        elif tag in ("li", "dt"):
            self.shown.append("\n- ")
        elif tag == "tr":
            self.shown.append("\n")
        elif tag in _BREAKS:
            self.shown.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            self._silent.remove(tag)
            return
        self._depth = max(0, self._depth - 1)
        if tag in self.aside:
            del self.aside[len(self.aside) - 1 - self.aside[::-1].index(tag) :]
        elif self.aside:
            return
        elif tag in self._covered:
            del self._covered[len(self._covered) - 1 - self._covered[::-1].index(tag) :]
        elif tag == "title" or re.fullmatch(r"h[1-6]", tag) or tag in _BREAKS or tag in ("tr", "li"):
            self.shown.append("\n")
        elif tag in ("td", "th"):
            self.shown.append(" | ")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self.aside:
            self.said_aside.append(data)
            return
        if self._covered:
            self.hidden[-1] = f"{self.hidden[-1]} {data.strip()}".strip()
        else:
            breaks = r"[ \t\r\f\n]+" if self._depth else r"[ \t\r\f]+"
            self.shown.append(re.sub(breaks, " ", data))

    def handle_comment(self, data: str) -> None:
        if len(data.split()) >= 4 and "[if" not in data:
            self.hidden.append(" ".join(data.split()))
