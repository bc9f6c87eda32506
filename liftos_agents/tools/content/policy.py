"""What a line may not hold: shouting, gimmicks, contact details, claims without proof."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from liftos_agents.tools.content.counting import emojis
from liftos_agents.tools.surfacing.lexicon import mentions, words

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh")
OWN_RULES = ("superlative", "guarantee", "health", "clickbait", "urgency", "personal_attribute")
_WORD = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"([^\w\s])\s*\1|[?.,;:][?,;:]|\.{2,}")
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+|00)?(?:\(?\d{2,5}\)?[ /.-]){2,}\d{2,8}(?!\w)|\+\d{8,15}|(?<![\d.,])\d{9,15}(?!\d)|(?<![\w.,])\(?0\d{2,5}\)?[ /-]\d{5,9}(?!\w)"
)
_ADDRESS = re.compile(
    r"https?://|\bwww\.|(?<![\w.-])[\w.-]{1,64}@[\w-]{1,63}\.\w+|\b[\w-]+\.(?:com|net|org|io|shop|store|de|fr|es|it|nl|pl|co\.uk)\b",
    re.I,
)
_GIMMICK = re.compile(r"[*#~^_|<>\\={}\[\]•●★☆→✓✔©®™]|[\U0001f000-\U0001faff\u2600-\u27bf]")
_PRICE = re.compile(
    r"[€$£¥]\s?\d|\d\s?(?:€|£|\$|¥|zł|EUR|USD|GBP|CHF|PLN|円|元|euros?\b|dollars?\b)|\b(?:EUR|USD|GBP|CHF|PLN)\s?\d"
)
_REDUCED = re.compile(
    r"\d\s?%\s?(?:off|rabatt|weniger|günstiger|de réduction|de remise|de descuento|di sconto|de desconto|korting|taniej|rabatu|オフ|折)|[-–−]\s?\d{1,2}\s?%",
    re.I,
)


@dataclass(frozen=True)
class Rule:
    """One rule of the policy: what it means to break it, on whose word, and what to do."""

    name: str
    severity: str
    source: str
    fix: str
    errors_on: tuple[str, ...] = ()

    def severity_on(self, platform: str) -> str:
        """`error` where the platform refuses such a line, else the rule's own severity."""
        return "error" if platform in self.errors_on else self.severity


def broken(text: str, language: str = "en") -> tuple[tuple[Rule, str], ...]:
    """Rules of wording that `text` breaks, with the words that break them; English counts in every language."""
    found: list[tuple[Rule, str]] = []
    for name, rule in _rules().items():
        for code in dict.fromkeys((language if language in LANGUAGES else "en", "en")):
            match = pattern.search(text) if (pattern := _pattern(name, code)) else None
            if name == "price_claim":
                match = None if _PRICE.search(text) else match or _REDUCED.search(text)
            if match is not None:
                found.append((rule, match.group(0).casefold()))
                break
    return tuple(found)


def fault(
    text: str, *, headline: bool = False, brand: str | None = None, language: str = "en", allowed: str = ""
) -> str | None:
    """Why `text` cannot be a line of ours, or None; `allowed` are signs that the platform takes."""
    if "!" in text and (headline or text.count("!") > 1):
        return "exclamation mark"
    if _REPEATED.search(text):
        return "repeated punctuation"
    if phone(text):
        return "phone number"
    if address(text):
        return "web or mail address"
    if signs(text, allowed):
        return "symbols"
    if shouted(text, brand):
        return "capitals"
    if found := unsupported(text, language):
        return f"superlative or claim: {found}"
    return None


def unsupported(text: str, language: str = "en") -> str | None:
    """The first superlative or claim that no advert of ours makes, whatever the facts say."""
    if said := mentions("superlatives", text):
        return said[0]
    return next((words for rule, words in broken(text, language) if rule.name in OWN_RULES), None)


def phone(text: str) -> str | None:
    """The first phone number in `text`, or None."""
    match = _PHONE.search(text)
    return match.group(0) if match else None


def address(text: str) -> str | None:
    """The first web or mail address in `text`, or None."""
    match = _ADDRESS.search(text)
    return match.group(0) if match else None


def signs(text: str, allowed: str = "") -> tuple[str, ...]:
    """Gimmicky signs and pictograms in `text`, apart from those in `allowed`."""
    found = [s for s in _GIMMICK.findall(text) if s not in allowed]
    return tuple(dict.fromkeys([*found, *(e for e in emojis(text) if e not in found)]))


def repeated(text: str) -> str | None:
    """Stacked punctuation in `text`, or None."""
    match = _REPEATED.search(text)
    return match.group(0) if match else None


def shouted(text: str, brand: str | None = None) -> tuple[str, ...]:
    """Words of five letters and more that are all capitals, the brand and known short forms apart."""
    kept = {w.casefold() for w in _WORD.findall(brand or "")} | words("acronyms")
    return tuple(
        w
        for w in _WORD.findall(text)
        if len(w) >= 5 and w.isalpha() and w.isupper() and w.casefold() not in kept
    )


@cache
def _rules() -> dict[str, Rule]:
    return {
        name: Rule(name, entry["severity"], entry["source"], entry["fix"], tuple(entry.get("errors_on", ())))
        for name, entry in _table().items()
    }


@cache
def _pattern(rule: str, language: str) -> re.Pattern[str] | None:
    phrases = _table()[rule].get(language)
    if not phrases:
        return None
    longest_first = sorted(phrases, key=lambda p: (-len(p), p))
    if language in ("ja", "zh"):
        return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    entries = (re.escape(p).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for p in longest_first)
    return re.compile(rf"(?<![\w#%])(?:{'|'.join(entries)})(?!\w)", re.IGNORECASE)


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(
        resources.files("liftos_agents.tools.content").joinpath("policy.toml").read_text("utf-8")
    )
