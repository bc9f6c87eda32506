"""Which part of a question speaks of the cause and which of the outcome; dates, cutoffs and methods named in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_EFFECT = (
    r"(?:causal )?(?:effects?|impacts?|influence|returns?|consequences?|benefits?|pay-?off|lift|uplift|increment\w*|wirkung|effekte?|einfluss|auswirkung\w*"
    r"|effets?|incidence|efectos?|impacto|influencia|effetto|impatto|efeito)"
)
_DOES = r"(?:does|did|do|will|would|can|could|has|have|is|are|was|were)"
_VERB = (
    r"(?:affect(?:s|ed)?|chang(?:e|es|ed)|rais(?:e|es|ed)|increas(?:e|es|ed)|reduc(?:e|es|ed)|lower(?:s|ed)?|improv(?:e|es|ed)|hurt(?:s)?|boost(?:s|ed)?"
    r"|driv(?:e|es)|drove|caus(?:e|es|ed)|influenc(?:e|es|ed)|help(?:s|ed)?|mov(?:e|es|ed)|lift(?:s|ed)?|cut(?:s)?|shift(?:s|ed)?|shap(?:e|es|ed)|decreas(?:e|es|ed)"
    r"|lead(?:s)? to|led to|result(?:s|ed)? in|pay off in|make|made|add(?:s|ed)? to|bring(?:s)?|brought|prevent(?:s|ed)?|stop(?:s|ped)?|sav(?:e|es|ed)|encourag(?:e|es|ed)"
    r"|beeinflusst|erhöht|senkt|verändert|augmente|réduit|change-t-il|aumenta|reduce)"
)
_END = r"(?=[?.!;]|$)"
_PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_EFFECT}\s+(?:on|upon|for|auf|sur|en|su)\s+(?P<y>.+?)\s+(?:of|from|von|de|du|di)\s+(?P<t>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:that\s+)?(?:of|from|von|vom|der|des|de la|de l'|du|de|del|di|da)\s+(?P<t>.+?)\s+(?:had\s+|has\s+|have\s+)?(?:on|upon|for|to|in|auf|sur|en|sobre|su|em)\s+(?P<y>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:does|did|do|has|had|hat|hatte)\s+(?P<t>.+?)\s+(?:have|had)?\s*(?:on|upon|for|auf)\s+(?P<y>.+?){_END}",
        rf"\bwhat\s+(?:does|did|do|would|will)\s+(?P<t>.+?)\s+do\s+(?:to|for)\s+(?P<y>.+?){_END}",
        r"\bwhat\s+(?:happens|happened|would happen)\s+to\s+(?P<y>.+?)\s+(?:when|after|if|because|once|with)\s+(?P<t>.+?)(?=[?.!;]|$)",
        rf"\bhow\s+much\s+(?P<more>more|less|higher|lower|extra|additional|fewer)\s+(?P<y>.+?)\s+(?:{_DOES}\s+)?(?:because of|due to|thanks to|with|after|from|come from|comes from|came from)\s+(?P<t>.+?){_END}",
        rf"\bhow\s+(?:much|many|strongly|far)?\s*(?:more\s+|fewer\s+|less\s+|extra\s+)?(?P<y>\S.*?)?\s*\b{_DOES}\s+(?P<t>.+?)\s+{_VERB}\b\s*(?P<y2>.*?){_END}",
        rf"\b{_DOES}\s+(?P<t>.+?)\s+(?:really\s+|actually\s+|truly\s+)?{_VERB}\s+(?P<y>.+?){_END}",
        rf"^(?P<t>.+?)\s+{_VERB}\s+(?P<y>.+?){_END}",
        rf"\b(?P<y>\S.+?)\s+(?:because of|due to|caused by|thanks to|driven by|attributable to)\s+(?P<t>.+?){_END}",
        rf"\b{_EFFECT}\s+(?:of|from|von|de|du|di)\s+(?P<t>.+?){_END}",
    )
)  # fmt: skip
_OPENING = re.compile(
    r"^(?:so|and|but|please|tell me|can you say|estimate|measure|i want to know|what|which|why|whether|if|how|is|are|was|were|the|a|an|our|my|their|there|any)\b[\s,:]*"
)
_USING = re.compile(
    r"\b(?:using|with|by|via|instrumented by|instrumenting with|instrument(?:ed)? (?:it )?with)\s+(?P<z>[\w\s,'().-]+?)\s+as\s+(?:an?\s+)?instruments?\b|\binstrument(?:ed)?\s+(?:by|with)\s+(?P<z2>[\w\s,'-]+)"
)
_GIVEN = re.compile(
    r"\b(?:controlling for|adjusting for|adjusted for|holding constant|given|accounting for|net of|taking account of)\s+(?P<c>.+?)(?=[?.!;]|$)"
)
_CUTOFF = re.compile(
    r"\b(?:cut-?off|threshold|limit|score|mark|line|schwelle|seuil|umbral)\s*(?:of|at|is|=|von|de|:)?\s*(?P<a>-?\d+(?:\.\d+)?)"
    r"|\b(?:above|below|at least|at or above|over|under|more than|just above|reach(?:es|ing)?|from|beyond|crossing|passing)\s+(?:a\s+|an?\s+|the\s+)?(?:score\s+of\s+|margin\s+of\s+|age\s+(?:of\s+)?)?(?P<b>-?\d+(?:\.\d+)?)\s*(?:points?|years?|%|percent)?"
)  # fmt: skip
_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<m>{'|'.join(_MONTHS)})\s+(?:(?P<d2>\d{{1,2}}),?\s+)?(?P<y>(?:19|20)\d\d)\b"
)
_YEAR = re.compile(r"\b((?:1[89]|20)\d\d)\b")
_ROW = re.compile(
    r"\b(?:row|period|week|day|observation|point|t\s*=|step|month|quarter)\s*(?:number\s*|no\.?\s*)?(\d{1,6})\b"
)
_METHODS: tuple[tuple[str, str], ...] = (
    ("regression_discontinuity", r"\bregression[- ]discontinuity\b|\brdd?\b|\bdiscontinuit\w+\b|\bcut-?off\b|\bthreshold\b|\bjust (?:above|below|over|under|missed|barely)\b|\bbarely\b"),
    ("difference_in_differences", r"\bdiff(?:erence)?s?[- ]in[- ]diff\w*\b|\bdid\b(?= (?:design|estimate|analysis))|\bbefore and after\b|\bstagger\w*\b|\broll(?:ed)?[- ]?out\b"),
    ("instrumental_variables", r"\binstrument\w*\b|\b2sls\b|\btwo[- ]stage\b|\b(?:lottery|encouragement|draft|random offer)\b"),
    ("synthetic_control", r"\bsynthetic\b|\bdonors?\b|\bcounterfactual (?:region|state|country|city)\b"),
    ("interrupted_time_series", r"\binterrupted\b|\bcausal ?impact\b|\btime series\b"),
    ("experiment", r"\brandomi[sz]ed\b|\bat random\b|\bexperiment\w*\b|\ba/?b[- ]?test\w*\b|\brct\b|\btrial\b|\btest group\b|\bcontrol group\b|\bhold-?out\b|\bzufällig\w*\b"),
    ("geo_experiment", r"\bgeo[- ]?(?:test|experiment|holdout|lift)\w*\b|\bmarket test\b|\btest (?:regions?|markets?|geos?)\b"),
    ("adjustment", r"\bcontrolling for\b|\badjust\w*\b|\bpropensity\b|\bmatching\b|\bdouble machine learning\b|\bdml\b"),
    ("multi_touch_attribution", r"\bmulti-?touch\b|\bpaths?\b|\bjourneys?\b|\btouch-?points?\b"),
    ("marketing_mix_model", r"\bmarketing[- ]mix\b|\bmmm\b"),
)  # fmt: skip


@dataclass(frozen=True)
class QuestionParts:
    """What a question says, lower case.

    Attributes:
        cause, outcome: The phrases that speak of them, or empty.
        instruments, controls: Phrases after `using … as an instrument`, `controlling for …`.
        cutoffs: Numbers that read as a threshold.
        dates: ISO dates (the first day of a month).
        years, rows: Years and row numbers named.
        methods: Designs that the question names or describes.
    """

    text: str
    cause: str = ""
    outcome: str = ""
    instruments: str = ""
    controls: str = ""
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
    text = " ".join(question.lower().replace("’", "'").split())
    using, given = _USING.search(text), _GIVEN.search(text)
    plain = text
    for match in (using, given):
        if match is not None:
            plain = plain.replace(match.group(0), " ")
    plain = " ".join(plain.split())
    cause, outcome = _cause_and_outcome(plain)
    return QuestionParts(
        text=text,
        cause=cause,
        outcome=outcome,
        instruments="" if using is None else (using["z"] or using["z2"] or ""),
        controls="" if given is None else given["c"],
        cutoffs=tuple(float(m["a"] or m["b"]) for m in _CUTOFF.finditer(text)),
        dates=_dates(text),
        years=tuple(dict.fromkeys(int(y) for y in _YEAR.findall(text))),
        rows=tuple(int(n) for n in _ROW.findall(text)),
        methods=frozenset(name for name, pattern in _METHODS if re.search(pattern, text)),
    )


def _cause_and_outcome(text: str) -> tuple[str, str]:
    for pattern in _PATTERNS:
        match = pattern.search(text)
        if match is None:
            continue
        found = match.groupdict()
        outcome = " ".join(part for part in (found.get("y"), found.get("y2")) if part)
        cause, outcome = _trimmed(found["t"]), _trimmed(outcome)
        if cause:
            return cause, outcome
    return "", ""


def _trimmed(phrase: str) -> str:
    last = None
    while phrase != last:
        last = phrase
        phrase = _OPENING.sub("", phrase.strip(" ,?'\""))
    return phrase


def _dates(text: str) -> tuple[str, ...]:
    found = list(_DAY.findall(text))
    for match in _MONTH.finditer(text):
        day = int(match["d"] or match["d2"] or 1)
        found.append(f"{match['y']}-{_MONTHS.index(match['m']) + 1:02d}-{min(day, 28):02d}")
    return tuple(dict.fromkeys(found))
