"""Takes keys, tokens, passwords and e-mail addresses out of what is stored or leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_SECRET = r"(?:password|passwd|secret|api[_-]?key|authorization|access[_-]?token|refresh[_-]?token)[\w-]*"
# Where a word begins: in JSON also behind an escape, as in `\\nsk-…`, whose `n` is no letter of the word.
_BEGINS = r"(?:\b|(?<=\\[nrtbf])|(?<=\\u[0-9a-fA-F]{4}))"
# Not within an escape, of which a part alone is no JSON.
_NO_ESCAPE = r"(?<!\\)(?<!\\u)(?<!\\u\w)(?<!\\u\w\w)(?<!\\u\w\w\w)"
_GAP = r"(?:\s|\\[nrt])*"
_SECRET_CUES = (
    "password",
    "passwd",
    "secret",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
    "access_token",
    "accesstoken",
    "access-token",
    "refresh_token",
    "refreshtoken",
    "refresh-token",
)

_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (
        ("private key-----",),
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^\"]*?-----END [A-Z ]*PRIVATE KEY-----"),
        "[redacted key]",
    ),
    (("eyj",), re.compile(_BEGINS + r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), "[redacted token]"),
    (
        ("sk-", "sk_", "rk_", "pk_"),
        re.compile(_BEGINS + r"[srp]k[-_](?:[A-Za-z]+[-_])*[A-Za-z0-9_-]{16,}"),
        "[redacted key]",
    ),
    (
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        re.compile(_BEGINS + r"(?:gh[pousr]_|github_pat_)\w{20,}"),
        "[redacted token]",
    ),
    (("xox",), re.compile(_BEGINS + r"xox[abeoprs]-[\w-]{10,}"), "[redacted token]"),
    (("akia", "asia"), re.compile(_BEGINS + r"(?:AKIA|ASIA)[A-Z0-9]{16}\b"), "[redacted key]"),
    (("aiza",), re.compile(_BEGINS + r"AIza[\w-]{35}"), "[redacted key]"),
    (
        ("bearer ", "basic "),
        re.compile(_BEGINS + r"(?i:(bearer|basic))\s+[\w.~+/=-]{12,}"),
        r"\1 [redacted token]",
    ),
    (("://",), re.compile(r"(://)[^\s/@:\"']*:[^\s/@\"']+@"), r"\1[redacted login]@"),
    (
        _SECRET_CUES,
        re.compile(rf"(?i)({_SECRET}\"\s*:\s*\")(?:[^\"\\]|\\.)+(?=\")"),
        r"\1[redacted]",
    ),
    (
        _SECRET_CUES,
        re.compile(
            rf"(?i)({_SECRET}{_GAP}[=:]{_GAP})(?!\[redacted|bearer \[|basic \[)"
            r"(?:[^\s\"',;&\\]|\\[^\"nrt\s]){4,}"
        ),
        r"\1[redacted]",
    ),
    (
        ("@",),
        re.compile(_NO_ESCAPE + r"[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b"),
        "[redacted e-mail]",
    ),
)
_CUES = {cue: cue.encode() for cues, _, _ in _PATTERNS for cue in cues}


def redact(text: str) -> str:
    """`text` without its secrets; JSON stays JSON."""
    clean = redactor([text])
    return clean(text) if clean else text


def redactor(texts: Iterable[str]) -> Callable[[str], str] | None:
    """A `redact` for these texts and their parts, or None when none of them can hold a secret.

    Only patterns whose cue occurs anywhere are tried; most runs have none, and cost a few searches.
    """
    # No cue holds a digit, a point or a comma; without them, results are mostly gone and the search is short.
    whole = "\n".join(texts).encode(errors="replace").translate(None, b"0123456789.,").lower()
    present = {cue for cue, needle in _CUES.items() if needle in whole}
    active = [
        (pattern, replacement) for cues, pattern, replacement in _PATTERNS if not present.isdisjoint(cues)
    ]

    if not active:
        return None

    def clean(text: str) -> str:
        for pattern, replacement in active:
            text = pattern.sub(replacement, text)
        return text

    return clean
