"""Which column a phrase of a question means, by names, descriptions and the field's usual abbreviations."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from liftos_agents.tools.identification.column_profile import Column, words_of

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """Lower case without accents, umlauts as analysts' column names have them: ä and ae are a."""
    plain = _MARKS.sub("", unicodedata.normalize("NFD", text.lower())).replace("ß", "ss").replace("œ", "oe")
    return plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")


_STOP = frozenset(
    folded(word)
    for word in ["a", "an", "the", "of", "in", "on", "for", "to", "from", "by", "with", "and", "or", "is", "are", "was", "were", "be", "been", "being", "at", "as", "it", "its", "their", "our", "my", "your", "this", "that", "these", "those", "per", "each", "any", "all", "some", "what", "which", "who", "how", "why", "when", "where", "does", "did", "do", "has", "have", "had", "not", "no", "than", "then", "more", "less", "one", "another", "further", "additional", "extra", "people", "person", "effect", "impact", "causal", "average", "value", "variable", "column", "indicator", "dummy", "whether", "if", "got", "took", "get", "gets", "had", "us", "they", "them", "their", "her", "his", "der", "die", "das", "den", "dem", "des", "ein", "eine", "und", "im", "von", "zahl", "le", "la", "les", "des", "du", "de", "l", "d", "el", "los", "las", "del", "un", "une", "una", "nombre", "number", "amount", "level"]
)  # fmt: skip
_SAME: tuple[frozenset[str], ...] = tuple(
    frozenset(map(folded, group.split()))
    for group in (
        "wage wages earnings earning income pay salary salaries earn earned lwage re lohn bruttolohn gehalt einkommen verdienst salaire revenu sueldo ingresos salario",
        "school schooling education educ educated study studies degree schule schuljahre bildung scolarité educación",
        "treat treated treatment treatments programme program programmes policy intervention reform law behandlung behandelt traitement tratamiento",
        "employment jobs job emp employed labour lemp work working",
        "sales revenue turnover revenues umsatz umsätze absatz verkäufe ventes ventas chiffre ca ingresos",
        "conversion conversions converted convert purchase purchased purchases buy buys bought order orders ordered",
        "ad ads advert advertising advertisement campaign exposure exposed",
        "price prices pricing priced preis preise prix precio precios",
        "age alter edad âge",
        "rent rents alquiler alquileres miete mieten loyer loyers",
        "kilometre kilometres kilometer kilometers km mileage",
        "quantity quantities qty menge quantité cantidad volume",
        "temperature temp temperatures",
        "weight weights gewicht poids peso",
        "visitors besucher visiteurs visitantes",
        "letter letters brief briefe lettre carta mailing",
        "pain schmerz schmerzen douleur dolor",
        "emission emissions co2",
        "email emails mail newsletter mailing",
        "discount discounts coupon coupons voucher vouchers rabatt",
        "training trained train",
        "vote votes voted voting voter turnout gewählt wahlbeteiligung stimmen voto votos",
        "share shares anteil part",
        "gdp income output gdpcap",
        "spend spending spent cost costs budget expenditure ausgaben kosten dépense dépenses depense depenses gasto gastos",
        "visit visits visitor visitors traffic sessions session",
        "churn churned cancel cancelled cancellation",
        "experience exper expersq",
        "child children kids kid fertility births",
        "smoke smokes smoking smoker cigarettes cigs cigarette",
        "hour hours",
        "score scores test tests grade grades marks",
        "loyalty member membership members",
        "click clicks clicked",
        "tv television fernsehen télévision televisión",
        "incumbent incumbency winning win won elected victory",
        "death deaths died mortality",
        "crime crimes offences",
        "insurance insured insur coverage",
        "application applications applied apply enrolment enrolments enrol enrolled enrollment",
        "appointment appointments booking bookings booked",
        "demo demos trial trials signup signups",
    )
)
_UNITS = frozenset(
    folded(word)
    for word in ["pc", "ha", "kg", "mm", "cm", "eur", "usd", "gbp", "chf", "pct", "percent", "k", "mn", "mio", "bn", "t", "g", "d", "h", "m", "y", "w", "c", "mwh", "kwh", "gwh", "ug", "ugm", "mg", "yrs", "hrs", "days", "mo", "wk", "idx", "bu", "acre", "sqm", "log", "ln", "year", "jahr", "annee", "ano", "anio", "ab", "since", "first", "seit", "depuis", "desde"]
)  # fmt: skip
_ENOUGH = 0.45
_LABEL_FIT = 0.88
_NO_LABEL = frozenset(folded(w) for w in ["yes", "no", "ja", "nein", "oui", "non", "none", "true", "false", "other", "new", "high", "low", "medium", "male", "female"])  # fmt: skip


@dataclass(frozen=True)
class Mentioned:
    """A column with how well a phrase fits it, in [0, 1]."""

    column: str
    score: float


def mentioned(phrase: str, columns: Iterable[Column]) -> tuple[Mentioned, ...]:
    """Columns that `phrase` may mean, best first, those that fit too badly left out."""
    candidates = list(columns)
    said = [w for w in _words(phrase) if w not in _STOP]
    if not said:
        return ()
    rarity = _rarity(candidates)
    found = [Mentioned(c.name, _fit(phrase, said, c, rarity)) for c in candidates]
    return tuple(sorted((m for m in found if m.score >= _ENOUGH), key=lambda m: (-m.score, m.column)))


def label_in(phrase: str, labels: Sequence[str]) -> str | None:
    """The label (a region, a store) that `phrase` names, or None."""
    text = f" {' '.join(_words(phrase))} "
    best: tuple[float, str] | None = None
    for label in labels:
        words = [w for w in _words(label) if len(w) > 2 or w.isdigit()]
        if not words or (len(words) == 1 and words[0] in _STOP):
            continue
        here = sum(
            len(w) for w in words if f" {w} " in text or (len(w) > 4 and f" {w[: len(w) - 1]}" in text)
        )
        share = here / sum(map(len, words))
        whole = f" {' '.join(_words(label))} " in text
        score = 2.0 + len(label) / 100.0 if whole else share
        first = f" {words[0]} " in text and len(words[0]) > 3
        if (whole or share >= 0.5 or first) and (best is None or score > best[0]):
            best = (score, label)
    return None if best is None else best[1]


def _fit(phrase: str, said: Sequence[str], column: Column, rarity: Mapping[str, float]) -> float:
    name = folded(" ".join(column.words))
    text = f" {' '.join(_words(phrase))} "
    if f" {name} " in text or f" {column.name.lower()} " in f" {phrase.lower()} ":
        return 1.0
    joined = folded("".join(column.words))
    if len(joined) > 3 and joined in "".join(said):
        return 0.95
    if any(_says_label(text, label) for label in column.labels):
        return _LABEL_FIT
    own = _own_words(column, said)
    by_name = sum(max((_alike(w, s) for s in said), default=0.0) for w in own) / len(own) if own else 0.0
    covered = max((max((_alike(w, s) for w in own), default=0.0) for s in said), default=0.0) if own else 0.0
    score = 0.6 * by_name + 0.3 * covered
    if column.description:
        described = [w for w in _words(column.description) if w not in _STOP]
        weights = [rarity.get(_stem(s), 2.0) for s in said]
        hits = [max((_alike(w, s) for w in described), default=0.0) for s in said]
        by_text = sum(w * h for w, h in zip(weights, hits, strict=True)) / sum(weights)
        # A long description that happens to hold the words says less than a short one that is about them.
        focus = 1.0 - 0.015 * max(0, len(described) - 6)
        score = max(score, 0.9 * by_text * max(focus, 0.6))
    return min(score, 0.94)


def _own_words(column: Column, said: Sequence[str]) -> list[str]:
    """Words of a name that say what it measures: without units, dates and little words, unless the phrase has them."""
    words, found, i = tuple(map(folded, column.words)), list[str](), 0
    while i < len(words):
        pair = words[i] + words[i + 1] if i + 1 < len(words) else ""
        found.append(pair if pair in said else words[i])
        i += 2 if pair in said else 1
    plain = [w for w in found if w not in _STOP and not w.isdigit()]
    return [w for w in plain if w in said or w not in _UNITS] or plain


def _says_label(text: str, label: str) -> bool:
    words = [w for word in words_of(label) for w in _words(word) if w not in _STOP]
    if not words or all(len(w) < 3 or w in _NO_LABEL for w in words):
        return False
    return f" {' '.join(words)} " in f" {' '.join(w for w in text.split() if w not in _STOP)} "


def _alike(column_word: str, said: str) -> float:
    if column_word == said or _stem(column_word) == _stem(said):
        return 1.0
    if any(column_word in group and said in group for group in _SAME):
        return 0.9
    for prefix in ("ln", "log", "l"):
        rest = column_word.removeprefix(prefix)
        if rest != column_word and len(rest) >= 3 and _abbreviates(rest, said):
            return 0.75
    if _abbreviates(column_word, said) or _abbreviates(said, column_word):
        return 0.8
    one, other = sorted((_stem(column_word), _stem(said)), key=len)
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if shared >= max(4, 0.7 * len(other)) or (len(one) >= 5 and other.endswith(one)):
        return 0.8
    similar = fuzz.ratio(column_word, said) / 100.0
    return similar if similar >= 0.86 and min(len(column_word), len(said)) > 3 else 0.0


def _abbreviates(short: str, long: str) -> bool:
    return len(short) >= 3 and len(short) < len(long) and long.startswith(short)


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "ied", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
    return word


def _words(text: str) -> list[str]:
    return _WORD.findall(folded(text))


def _rarity(columns: Sequence[Column]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for column in columns:
        for word in {_stem(w) for w in (*map(folded, column.words), *_words(column.description))}:
            counts[word] = counts.get(word, 0) + 1
    return {word: 1.0 + math.log((1 + len(columns)) / count) for word, count in counts.items()}
