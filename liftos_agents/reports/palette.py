"""The colours of the pictures as a page's style sheet has them, in light and in dark."""

from __future__ import annotations

from liftos_agents.domain.palette import DARK, FAINT, INK, LIGHT, LINE, MAIN, OTHER, PAPER, PLAN, QUIET

__all__ = ["DARK", "FAINT", "INK", "LIGHT", "LINE", "MAIN", "OTHER", "PAPER", "PLAN", "QUIET", "style_rules"]


def style_rules() -> str:
    """CSS: the variables of both themes, and a rule for each colour in a picture that gives it the theme's form."""
    light = "".join(f"--{name}:{colour};" for name, colour in LIGHT.items())
    dark = "".join(f"--{name}:{colour};" for name, colour in DARK.items())
    drawn = "".join(
        f'.drawn [fill="{colour}"]{{fill:var(--{name})}}.drawn [stroke="{colour}"]{{stroke:var(--{name})}}'
        for name, colour in LIGHT.items()
    )
    return (
        f":root{{color-scheme:light;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
        f"{drawn}"
    )
