"""Which part of a question speaks of the cause and which of the outcome; dates, cutoffs and methods named in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from liftos_agents.tools.identification.question_dates import MONTH, dates_in
from liftos_agents.tools.identification.question_grammar import (
    ASKS,
    FOR_PART,
    PRONOUNS,
    SEGMENTS,
    SUBORDINATE,
    cause_and_outcome,
)

_USING = re.compile(
    r"\b(?:using|use|with|by|via|instrumented by|instrumenting with|instrument(?:ed)? (?:it )?with)\s+(?P<z>[\w\s,'().-]+?)\s+as\s+(?:an?\s+|the\s+)?instruments?(?:al variables?)?\b"
    r"|\binstrument(?:ed|ing)?\s+(?:[\w.\- ]+?\s+)?(?:by|with)\s+(?P<z2>[\w\s,'-]+)"
    r"|\b(?:mit|avec|con)\s+(?P<z3>[\w\s,'-]+?)\s+(?:als|comme|como)\s+instrument\w*"
)
_GIVEN = re.compile(
    r"\b(?:controlling for|control for|adjusting for|adjusted for|adjust for|accounting for|net of|taking account of|given|bereinigt um|kontrolliert für|en tenant compte de|controlando por)\s+(?P<c>.+?)(?=[?!;]|\.\s|\.?$)"
    r"|\bhold(?:ing)?\s+(?P<c2>.+?)\s+(?:constant|fixed|equal)\b"
    r"|\bhold(?:ing)? constant\s+(?P<c3>.+?)(?=[?!;]|\.\s|\.?$)"
)
_GIVEN_DATA = re.compile(
    r"^(?:these|this|those|that|the|my|our|such)?\s*(?:[\w-]+\s+){0,2}(?:rows?|data|table|tables|file|files|records?|columns?|logs?|csv)(?:$|,|\s+(?:of|in|from|on|with|about)\b)"
)
"""What is given in "given these user rows": the table, and no control."""
_NUMBER = r"-?\d+(?:[.,]\d+)?(?![\d-]|\.\d)"
_CUTOFF = re.compile(
    rf"\b(?:cut-?off|threshold|limit|mark|line|schwelle|grenze|seuil|umbral)\s*(?:of|at|is|=|von|bei|de|:)?\s*(?P<a>{_NUMBER})"
    r"|\b(?:above|below|at least|at most|at or above|over|under|more than|less than|just above|at|reach(?:es|ing)?|from|beyond|crossing|passing|until|up to|score of|index of|age of|margin of"
    r"|ab|über|unter|mindestens|höchstens|au-dessus de|en dessous de|à partir de|moins de|plus de|encima de|debajo de|a partir de|al menos|menos de|más de)"
    rf"\s+(?:a\s+|an?\s+|the\s+)?(?:[a-zà-ÿ_.]+\s+(?:[a-zà-ÿ_.]+\s+)?of\s+|age\s+|score\s+|margin\s+|index\s+|alter\s+)?(?P<b>{_NUMBER})"
    rf"|(?P<c>{_NUMBER})\s*(?:points?|years?|%|percent)?\s+(?:or|and)\s+(?:more|above|over|older|higher|less|below|under|younger|lower)\b"
    rf"|[<>]=?\s*(?P<d>{_NUMBER})"
)  # fmt: skip
_YEAR = re.compile(r"\b((?:1[89]|20)\d\d)\b")
_ROW = re.compile(
    r"\b(?:row|period|week|day|observation|point|t\s*=|step|month|quarter)\s*(?:number\s*|no\.?\s*)?(\d{1,6})\b"
)
_RANDOM = re.compile(
    r"\brandomi[sz]ed?\b|\brandomly\b|\brandom\b|\bexperiment\w*\b|\ba/?b[- ]?test\w*\b|\brct\b|\btrial\b|\btest group\b|\bcontrol group\b|\bhold-?out\b|\bdrew lots\b|\bdrawn by lot\b"
    r"|\bby lot\b|\bcoin (?:flip|toss)\b|\bzufällig\w*\b|\bausgelost\b|\bgelost\b|\bverlost\b|\bdas los\b|\btir\w+ au sort\b|\bau hasard\b|\baléatoire\w*\b|\bal azar\b|\bsorte\w+\b|\baleatori\w+\b"
)
_METHODS: tuple[tuple[str, str], ...] = (
    ("regression_discontinuity", r"\bregression[- ]discontinuity\b|\brdd?\b|\bdiscontinuit\w+\b|\bcut-?off\b|\bthreshold\b|\bjust (?:above|below|over|under|missed|barely)\b|\bbarely\b"),
    ("difference_in_differences", r"\bdiff(?:erence)?s?[- ]in[- ]diff\w*\b|\bdid\b(?= (?:design|estimate|analysis))|\bbefore and after\b|\bstagger\w*\b"),
    ("instrumental_variables", r"\binstrument\w*\b|\b2sls\b|\btwo[- ]stage\b|\b(?:encouragement|random offer)\b"),
    ("synthetic_control", r"\bsynthetic\b|\bdonors?\b|\bcounterfactual (?:region|state|country|city)\b"),
    ("interrupted_time_series", r"\binterrupted\b|\bcausal ?impact\b|\btime series\b"),
    ("experiment", _RANDOM.pattern),
    ("geo_experiment", r"\bgeo[- ]?(?:test|experiment|holdout|lift)\w*\b|\bmarket test\b|\btest (?:regions?|markets?|geos?)\b|\btest géographique\b|\bgeotest\b"),
    ("adjustment", r"\bcontrolling for\b|\badjust\w*\b|\bpropensity\b|\bmatching\b|\bdouble machine learning\b|\bdml\b"),
    ("multi_touch_attribution", r"\bmulti-?touch\b|\battribut\w+\b|\bpaths?\b|\bjourneys?\b|\btouch-?points?\b|\bdeserv\w+\b|\bcredit\b(?!\s+(?:score|rating|card|limit|line))|\bpfade?\b|\bkontaktpunkte?\b|\bparcours\b"),
    ("marketing_mix_model", r"\bmarketing[- ]mix\b|\bmmm\b"),
)  # fmt: skip
# "2023." ends a sentence, "1. April" and "0.5" do not.
_SENTENCE = re.compile(
    rf"(?<=[?!;:])\s+|(?<=[^\W\d]{{2}}\.)\s+|(?<=\d\.)\s+(?!(?:{MONTH})\b|\d)|(?<=[)”\"]\.)\s+"
)


@dataclass(frozen=True)
class QuestionParts:
    """What a question says, lower case.

    Attributes:
        cause, outcome: The phrases that speak of them, or empty.
        asked: The sentence that asks.
        told: The other sentences, which say what the question is about.
        random: The sentence that speaks of chance, or empty.
        instruments, controls, segments: Phrases after `using … as an instrument`, `controlling for …`, `by …`.
        cutoffs: Numbers that read as a threshold.
        dates: ISO dates (the first day of a month).
        years, rows: Years and row numbers named.
        methods: Designs that the question names or describes.
    """

    text: str
    cause: str = ""
    outcome: str = ""
    asked: str = ""
    told: str = ""
    random: str = ""
    instruments: str = ""
    controls: str = ""
    segments: str = ""
    cutoffs: tuple[float, ...] = ()
    dates: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    methods: frozenset[str] = field(default_factory=frozenset)

    @property
    def asks_for_effect(self) -> bool:
        """Whether cause and outcome were told apart."""
        return bool(self.cause and self.outcome)


def read_question(question: str) -> QuestionParts:
    """The parts of `question`."""
    text = " ".join(question.lower().replace("’", "'").replace("¿", "").replace("¡", "").split())
    using, given = _USING.search(text), _GIVEN.search(text)
    plain = text
    for match in (using, given):
        if match is not None:
            plain = plain.replace(match.group(0), " ")
    sentences = [" ".join(s.split()).strip(" ,") for s in _SENTENCE.split(plain) if s.strip(" ,.?!")]
    sentences.sort(key=lambda s: (not s.endswith("?"), not ASKS.search(s)))
    read = [_without_segments(s) if i == 0 else (s, "") for i, s in enumerate(sentences)]
    asked, cause, outcome = _cause_and_outcome([s for s, _ in read])
    segments = next((s for _, s in read if s), "")
    return QuestionParts(
        text=text,
        cause="" if cause in PRONOUNS else cause,
        outcome=outcome,
        asked=asked,
        told=" ".join(s for s, _ in read if s != asked),
        random=next((s for s in sentences[::-1] if _RANDOM.search(s)), ""),
        instruments="" if using is None else (using["z"] or using["z2"] or using["z3"] or ""),
        controls=_controls(given),
        segments=segments,
        cutoffs=_cutoffs(text),
        dates=dates_in(text),
        years=tuple(dict.fromkeys(int(y) for y in _YEAR.findall(text))),
        rows=tuple(int(n) for n in _ROW.findall(text)),
        methods=frozenset(name for name, pattern in _METHODS if re.search(pattern, text)),
    )


def _controls(given: re.Match[str] | None) -> str:
    said = "" if given is None else (given["c"] or given["c2"] or given["c3"] or "")
    of_data = given is not None and given[0].startswith("given ") and _GIVEN_DATA.match(said)
    return "" if of_data else said


def _without_segments(sentence: str) -> tuple[str, str]:
    """The sentence without what asks for parts of the rows, and what it asks for."""
    match = SEGMENTS.search(sentence)
    if match is not None:
        return f"{sentence[: match.start()].rstrip(' ,')}?", match["s"]
    part = FOR_PART.search(sentence)
    return sentence, part["s"] if part is not None else ""


def _cause_and_outcome(sentences: list[str]) -> tuple[str, str, str]:
    """The first sentence that tells of cause or outcome, and both phrases; the first sentence where none does."""
    for sentence in sentences:
        found = cause_and_outcome(sentence)
        if found is not None:
            return sentence, found[0], SUBORDINATE.sub("", found[1])
    return sentences[0] if sentences else "", "", ""


def _cutoffs(text: str) -> tuple[float, ...]:
    found = (next(g for g in match.groups() if g) for match in _CUTOFF.finditer(text))
    return tuple(dict.fromkeys(float(number.replace(",", ".")) for number in found))
