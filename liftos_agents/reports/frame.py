"""The shell of every page: head, theme, and a policy that lets the browser load nothing and run no script but the page's own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from liftos_agents.reports import palette
from liftos_agents.reports.markup import Markup, element, joined

_LONGEST_TITLE = 80


def framed(
    title: str,
    body: Markup,
    *,
    scripts: Sequence[str] = ("page.js",),
    styles: Sequence[str] = ("page.css",),
) -> str:
    """A whole HTML document, the same bytes for the same input.

    Args:
        scripts, styles: Files of this room; scripts run at the end of the body, in this order.
    """
    whole = " ".join(title.split())
    head = joined(
        (
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", http_equiv="Content-Security-Policy", content=_policy(scripts)),
            element("meta", name="referrer", content="no-referrer"),
            element("title", whole if len(whole) <= _LONGEST_TITLE else whole[: _LONGEST_TITLE - 1] + "…"),
            element("style", Markup(palette.style_rules() + "".join(_asset(name) for name in styles))),
        ),
        "\n",
    )
    end = joined(element("script", Markup(_asset(name))) for name in scripts)
    return f'<!doctype html>\n<html lang="en-GB">\n<head>\n{head}\n</head>\n<body>\n{body}{end}\n</body>\n</html>\n'


def theme_switch() -> Markup:
    """The button that `page.js` brings to life."""
    return element("button", "Theme: auto", type="button", id="theme", hidden=True)


@lru_cache
def _asset(name: str) -> str:
    return resources.files(__package__ or "liftos_agents.reports").joinpath(name).read_text("utf-8").strip()


def _policy(scripts: Sequence[str]) -> str:
    digests = [hashlib.sha256(_asset(name).encode()).digest() for name in scripts]
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )
