"""What a request says of causes in a table: the columns' descriptions, a graph, and which analysis is meant."""

from __future__ import annotations

import re
from typing import Any

from liftos_agents.domain.causal_words import asks_for_credit, asks_for_effect, names_columns
from liftos_agents.domain.task import SpecialistTask

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("forecast", r"\bforecast\w*|\bpredict\w* (?:next|the next|future|sales|revenue|demand)|\bprognos\w*|\bvorhersag\w*|\bpronostic\w*|\bwhat will .{2,40} be\b|\bexpected? (?:next|in the next)"),
        ("seasonality", r"\bseason\w*|\bday of (?:the )?week|\bweekdays?\b|\bweekends?\b|\bholidays?\b|\bwhich (?:day|month)|\bchristmas\b|\bsaison\w*"),
        ("test_design", r"\bsample size|\bhow many (?:users|visitors|customers|people|geos|regions|weeks)\b.{0,60}\b(?:need|test|detect)|\b(?:plan|design|set up|size|prepare)\w*\b.{0,40}\b(?:test|experiment|hold-?out)|\bminimum detectable|\bstatistical power"),
        ("discovery", r"\bcausal (?:graph|diagram|structure|discovery)\b|\bwhat causes\b|\bdiscover\w*.{0,20}caus|\bdag\b|\bcauses of\b|\bwhich variables (?:cause|drive)"),
        ("instruments", r"\b(?:which|what|find|are there|suitable|candidate|valid)\b.{0,30}\binstruments?\b"),
        ("paths", r"\bcredit(?:ed|s)?\b|\bpaths?\b|\bjourneys?\b|\btouch-?points?\b|\bmulti-?touch\b|\bmarkov\b|\bshapley\b"),
        ("validation", r"\bvalidat\w*|\bbacktest\w*|\b(?:is|how good is|trust|check)\b.{0,20}\b(?:model|mmm|fit)\b(?: valid| reliable| any good)?|\bout[- ]of[- ]sample"),
        ("incrementality", r"\bgeo[- ]?(?:test|experiment|holdout|lift)\w*|\bhold-?out\b|\blift test|\bincrementality\b|\bmatched markets?\b|\bat random\b|\brandomly\b|\brandomi[sz]ed\b|\b(?:test|treatment|control) groups?\b|\bcontrol (?:regions?|markets?|stores?|cities)\b|\btest (?:regions?|markets?|geos?)\b"),
        ("robustness", r"\brobust\w*|\bplacebo\b|\bsensitiv\w*|\be-value|\bhow sure\b|\bhidden confound\w*|\bunobserved\b|\bunmeasured\b"),
    )
)  # fmt: skip
_SHARE = r"(?:%|per ?cent|prozent|pour cent)"
_GEO = re.compile(
    r"\b(?:geos?|regions?|markets?|cities|states|stores|counties|dmas?)\b|\bgeo[- ]", re.IGNORECASE
)
_FROM_TO = re.compile(
    rf"(?P<a>\d+(?:[.,]\d+)?)\s*{_SHARE}?\s*(?:to|vs\.?|versus|against|auf|à|->|→)\s*(?P<b>\d+(?:[.,]\d+)?)\s*{_SHARE}",
    re.IGNORECASE,
)
_RATE = re.compile(
    rf"(?:rate|baseline|conversion|converts?|ctr)\w*\s*(?:of|is|at|=|:|about|now|currently)*\s*(?P<a>\d+(?:[.,]\d+)?)\s*{_SHARE}",
    re.IGNORECASE,
)
_LIFT = re.compile(
    rf"(?:lift|uplift|increase|improvement|effect|change|difference|gain)s?\s*(?:of|by|=|:|as small as|about)*\s*(?P<a>\d+(?:[.,]\d+)?)\s*(?:{_SHARE})(?P<points>[- ]points?)?|"
    rf"(?P<b>\d+(?:[.,]\d+)?)\s*{_SHARE}(?P<points2>[- ]points?)?\s*(?:relative )?(?:lift|uplift|increase|improvement|effect)",
    re.IGNORECASE,
)
_TRAFFIC = re.compile(
    r"(?P<a>\d[\d,]*)\s*(?:users?|visitors?|visits?|sessions?|customers?|orders?)\s*(?:a|per|each|every)\s*day",
    re.IGNORECASE,
)


def causal_slots(task: SpecialistTask) -> dict[str, Any]:
    """The slots `$descriptions`, `$graph`, `$rows_only`, `$effect`, `$names_columns` and `$analysis`."""
    table = next((d for d in task.datasets if d.kind == "table" and not d.catalogue), None)
    said = f"{task.goal} {task.question}"
    return {
        "$descriptions": table.descriptions if table else {},
        "$graph": table.graph if table else None,
        "$rows_only": table is not None and not table.channels,
        "$effect": asks_for_effect(task.goal) or asks_for_effect(task.question),
        "$names_columns": table is not None and names_columns(task.goal, table),
        "$test": _test(task.question),
        "$analysis": [
            *(name for name, pattern in _KINDS if pattern.search(said)),
            *(["credit"] if asks_for_credit(said) else []),
        ],
    }


def _test(said: str) -> dict[str, Any]:
    """What is said of an experiment to plan: shares as fractions."""
    found: dict[str, Any] = {"kind": "geo" if _GEO.search(said) else "ab"}
    change = _FROM_TO.search(said)
    rate, lift = _RATE.search(said), _LIFT.search(said)
    if change is not None:
        baseline, target = (float(change[name].replace(",", ".")) / 100.0 for name in ("a", "b"))
        found |= {
            "baseline": baseline,
            "minimum_effect": round(target - baseline, 10),
            "effect_scale": "absolute",
        }
    else:
        if rate is not None:
            found["baseline"] = float(rate["a"].replace(",", ".")) / 100.0
        if lift is not None:
            points = lift["points"] or lift["points2"]
            found["minimum_effect"] = float((lift["a"] or lift["b"]).replace(",", ".")) / 100.0
            found["effect_scale"] = "absolute" if points else "relative"
    traffic = _TRAFFIC.search(said)
    if traffic is not None:
        found["daily_traffic"] = float(traffic["a"].replace(",", ""))
    return found
