"""The colours of every picture, by what they stand for; told apart by people who see few colours, too.

A picture holds the light colours. On a page a style sheet names each of them in its dark form, so that one
picture serves both.
"""

from __future__ import annotations

LIGHT = {
    "ink": "#1b1f24",
    "quiet": "#59616b",
    "line": "#d9d6d0",
    "paper": "#fbfaf8",
    "main": "#0b5c4a",
    "plan": "#b04a12",
    "other": "#2b66a8",
    "faint": "#868d96",
}
DARK = {
    "ink": "#e9e7e3",
    "quiet": "#a9b1ba",
    "line": "#3a4148",
    "paper": "#15181b",
    "main": "#6fcfb2",
    "plan": "#ffa871",
    "other": "#8ec1f5",
    "faint": "#7d868f",
}

INK, QUIET, LINE, PAPER = LIGHT["ink"], LIGHT["quiet"], LIGHT["line"], LIGHT["paper"]
MAIN, PLAN, OTHER, FAINT = LIGHT["main"], LIGHT["plan"], LIGHT["other"], LIGHT["faint"]
