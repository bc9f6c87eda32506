"""Takes keys, tokens, passwords and e-mail addresses out of what is stored or leaves."""

from __future__ import annotations

import re

_SECRET_NAME = (
    r"(?:[\w-]*(?:password|passwd|secret|api[_-]?key|authorization|access[_-]?token|refresh[_-]?token))"
)

_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (
        ("private key-----",),
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL),
        "[redacted key]",
    ),
    (("eyj",), re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), "[redacted token]"),
    (("sk-", "sk_"), re.compile(r"\b[srp]k[-_](?:[A-Za-z]+[-_])*[A-Za-z0-9_-]{16,}"), "[redacted key]"),
    (("gh", "github_pat_"), re.compile(r"\b(?:gh[pousr]_|github_pat_)\w{20,}"), "[redacted token]"),
    (("xox",), re.compile(r"\bxox[abeoprs]-[\w-]{10,}"), "[redacted token]"),
    (("akia", "asia"), re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), "[redacted key]"),
    (("aiza",), re.compile(r"\bAIza[\w-]{35}"), "[redacted key]"),
    (("bearer ", "basic "), re.compile(r"\b(?i:(bearer|basic))\s+[\w.~+/=-]{12,}"), r"\1 [redacted token]"),
    (("://",), re.compile(r"(\w+://)[^\s/@:\"']*:[^\s/@\"']+@"), r"\1[redacted login]@"),
    (
        ("password", "passwd", "secret", "api", "authorization", "token"),
        re.compile(rf"(?i)(\"{_SECRET_NAME}\"\s*:\s*\")(?:[^\"\\]|\\.)+(?=\")"),
        r"\1[redacted]",
    ),
    (
        ("password", "passwd", "secret", "api", "authorization", "token"),
        re.compile(rf"(?i)\b({_SECRET_NAME}\s*[=:]\s*)(?!\[redacted)[^\s\"',;&]{{4,}}"),
        r"\1[redacted]",
    ),
    (
        ("@",),
        re.compile(r"[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b"),
        "[redacted e-mail]",
    ),
)


def redact(text: str) -> str:
    """`text` without its secrets; JSON stays JSON.

    A pattern runs only where its cue occurs, so that clean text costs a few searches.
    """
    lowered = text.lower()
    for cues, pattern, replacement in _PATTERNS:
        if any(cue in lowered for cue in cues):
            text = pattern.sub(replacement, text)
    return text
