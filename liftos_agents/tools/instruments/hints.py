"""Kinds of instrument that the literature argues for, known by a column's name, and what would break each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Standing = Literal["argued for", "doubtful", "unknown"]


@dataclass(frozen=True)
class Hint:
    """What a column's name suggests.

    Attributes:
        kind: The sort of instrument, in words.
        standing: `argued for`: such columns have served; `doubtful`: they mostly act on outcomes by themselves; `unknown`.
        breaks_exclusion: What would let it move the outcome past the treatment.
    """

    kind: str
    standing: Standing
    breaks_exclusion: str


RANDOM = "random assignment or encouragement"

UNKNOWN = Hint(
    "no known kind",
    "unknown",
    "Any way in which it moves the outcome other than through the treatment, or anything that moves both it and the outcome.",
)

_HINTS: tuple[tuple[str, Hint], ...] = (
    (
        r"lott?ery|lot_?num|draft|random|coin|assign|allocated|encourag|invit|offer|voucher|z_?score_draw",
        Hint(
            RANDOM,
            "argued for",
            "The offer changing behaviour by itself (hope, disappointment, other help that comes with it), or people who drop out by side.",
        ),
    ),
    (
        r"eligib|entitle|qualif|threshold|cut_?off|cohort_rule|reform|law|mandate|compuls",
        Hint(
            "eligibility or a rule",
            "argued for",
            "Other rules with the same boundary or date, or people who arrange to be eligible.",
        ),
    ),
    (
        r"dist|near|proxim|miles|kilomet|(^|_)km($|_)|travel_?time|closest",
        Hint(
            "distance or nearness",
            "argued for",
            "People who choose where to live by what moves the outcome, or places with other advantages: hold region, city and family fixed.",
        ),
    ),
    (
        r"qob|quarter.*birth|birth.*(quarter|month|day)|month_?of_?birth|born",
        Hint(
            "date of birth",
            "argued for",
            "Births by season that differ by family, or age itself moving the outcome; and it is often weak.",
        ),
    ),
    (
        r"judge|examiner|caseworker|officer|lenien|strict|physician_pref|prefer.*provider",
        Hint(
            "leniency of who decides",
            "argued for",
            "Deciders who differ in other ways that matter, or cases that are not given to them at random.",
        ),
    ),
    (
        r"cost|wholesale|input_?price|tariff|tax|duty|fuel|exchange_?rate|(^|_)fx($|_)|subsid|supply|cpm|auction_?floor",
        Hint(
            "cost or supply shifter",
            "argued for",
            "Demand that moves with the cost (a common season or trend), or costs that show in quality.",
        ),
    ),
    (
        r"rain|weather|temperature|snow|storm|drought|wind",
        Hint(
            "weather",
            "argued for",
            "Weather that moves the outcome by itself, as it does most things that people do outdoors.",
        ),
    ),
    (
        r"twin|same_?sex|sibling|firstborn|sex_?of_?first",
        Hint(
            "composition of the family by chance",
            "argued for",
            "Parents who react to it in more ways than through the treatment.",
        ),
    ),
    (
        r"shift_?share|bartik|exposure_?share|leave_?one_?out|(^|_)loo($|_)",
        Hint(
            "shift-share or leave-one-out mean",
            "argued for",
            "Shares that are related to trends of the outcome, or shocks that are not as good as random.",
        ),
    ),
    (
        r"lag|prev|past|last_?(year|month|week)",
        Hint(
            "an earlier value",
            "doubtful",
            "Whatever persists and moves both the earlier value and the outcome now: nearly always something.",
        ),
    ),
    (
        r"fath|moth|parent|mom|dad|family|husb|spouse|sibs",
        Hint(
            "family background",
            "doubtful",
            "Families give more than the treatment: ability, money, contacts, which move the outcome by themselves.",
        ),
    ),
    (
        r"(^|_)iq($|_)|kww|ability|score|test|grade|income|wage|salary|wealth|hours|employ|age$|exper|married|kids",
        Hint(
            "a characteristic of the unit",
            "doubtful",
            "It belongs to the unit and moves the outcome by itself: a control rather than an instrument, or a result of the treatment.",
        ),
    ),
    (
        r"after|post|follow_?up|result|final|later|end_?line",
        Hint(
            "something from after the treatment",
            "doubtful",
            "It may be moved by the treatment or by the outcome, and then it is not an instrument at all.",
        ),
    ),
)


def hint_of(name: str) -> Hint:
    """What the name suggests; the first kind that fits, of those argued for first."""
    spelt = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s.\-]+", "_", name).lower()
    return next((hint for pattern, hint in _HINTS if re.search(pattern, spelt)), UNKNOWN)
