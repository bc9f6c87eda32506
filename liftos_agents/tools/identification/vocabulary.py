"""The words by which columns say what they are: outcomes, treatments, cohorts, instruments, running variables."""

from __future__ import annotations

OUTCOME_WORDS = frozenset(
    [
        "outcome",
        "y",
        "sales",
        "revenue",
        "conversion",
        "conversions",
        "converted",
        "profit",
        "earnings",
        "wage",
        "income",
        "orders",
        "purchases",
        "purchase",
        "spend_total",
        "score",
        "result",
        "response",
        "churn",
        "churned",
        "visits",
        "employment",
        "gdp",
        "gdpcap",
        "vote",
        "value",
        "re78",
        "target",
        "kpi",
        "signups",
        "enrolment",
        "enrolled",
        "bookings",
    ]
)
TREATMENT_WORDS = frozenset(
    [
        "treat",
        "treated",
        "treatment",
        "d",
        "exposed",
        "assigned",
        "assignment",
        "intervention",
        "policy",
        "program",
        "programme",
        "campaign",
        "variant",
        "arm",
        "group",
        "test",
        "reform",
        "law",
        "adopted",
        "offer",
    ]
)
GENERIC_CAUSES = frozenset(
    [
        "treat",
        "treated",
        "treatment",
        "treatments",
        "intervention",
        "programme",
        "program",
        "policy",
        "reform",
        "law",
        "change",
        "measure",
        "it",
        "campaign",
        "test",
        "exposure",
        "assignment",
        "group",
        "behandlung",
        "massnahme",
        "traitement",
        "tratamiento",
    ]
)
"""Words for a cause that say no more than that there is one."""
COHORT_WORDS = frozenset(
    [
        "first",
        "cohort",
        "start",
        "started",
        "adopt",
        "adopted",
        "adoption",
        "since",
        "entry",
        "launch",
        "launched",
        "enacted",
        "effective",
        "introduced",
        "gname",
    ]
)
ASSIGNMENT_WORDS = frozenset(
    ["variant", "variante", "arm", "group", "groupe", "gruppe", "grupo", "cell", "bucket", "test", "treat", "treated", "treatment", "assigned", "assignment", "holdout", "control", "lottery", "won", "drawn", "los", "gelost", "zugeteilt", "tirage", "sorteo"]
)  # fmt: skip
"""Words of columns that say to which group a row was assigned."""
DRAW_WORDS = frozenset(
    ["lottery", "invited", "invitation", "encouraged", "encouragement", "offered", "assigned", "assignment", "draft", "drawn", "draw", "randomised", "randomized", "random", "los", "gelost", "eingeladen", "zugeteilt", "tirage", "sorteo", "z"]
)  # fmt: skip
"""Words of columns that hold the outcome of a draw."""
BEFORE_WORDS = frozenset(
    ["before", "pre", "prior", "baseline", "lag", "lagged", "last", "prev", "previous", "vorher", "avant", "antes", "base", "start", "initial"]
)  # fmt: skip
POST_WORDS = frozenset(["post", "after", "since", "following", "during", "later", "nachher", "danach", "apres", "après", "despues", "después"])  # fmt: skip
INSTRUMENT_WORDS = frozenset(
    [
        "near",
        "nearc",
        "distance",
        "dist",
        "proximity",
        "lottery",
        "draft",
        "draw",
        "encouragement",
        "encouraged",
        "nudge",
        "offered",
        "offer",
        "eligible",
        "eligibility",
        "assigned",
        "assignment",
        "instrument",
        "iv",
        "z",
        "qob",
        "twins",
        "twin",
        "samesex",
        "leniency",
        "judge",
        "invited",
        "invitation",
        "randomised",
        "randomized",
        "quota",
        "los",
        "gelost",
        "sorteo",
        "tirage",
    ]
)
RUNNING_WORDS = frozenset(
    [
        "margin",
        "score",
        "running",
        "cutoff",
        "threshold",
        "forcing",
        "points",
        "index",
        "rank",
        "distance",
        "age",
        "test",
        "gpa",
        "credit",
        "rating",
        "days",
    ]
)
CHANNEL_WORDS = frozenset(["channel", "channels", "source", "medium", "touchpoint", "touch", "kanal", "quelle", "canal", "fuente"])  # fmt: skip
CONVERSION_WORDS = frozenset(["conversion", "conversions", "converted", "convert", "purchase", "purchases", "order", "orders", "booking", "bookings", "signup", "signups", "sale", "sales", "kauf", "käufe", "buchung", "buchungen", "achat", "achats", "compra", "compras"])  # fmt: skip
LOST_WORDS = frozenset(["no", "non", "not", "null", "lost", "without", "ohne", "sans", "sin", "nonconversions"])  # fmt: skip
VALUE_WORDS = frozenset(["value", "revenue", "amount", "worth", "umsatz", "wert", "montant", "valeur", "valor", "importe"])  # fmt: skip
COST_WORDS = frozenset(["spend", "spent", "cost", "costs", "budget", "ausgaben", "kosten", "depense", "depenses", "dépense", "cout", "coût", "gasto", "gastos", "coste"])  # fmt: skip
CLAIM_WORDS = frozenset(["claim", "claims", "claimed", "attributed", "reported"])
"""Words of columns that hold what a platform credits itself with."""
EXPOSURE_WORDS = frozenset(["exposed", "exposure", "exposures", "impression", "impressions", "reached", "reach", "saw", "seen", "shown", "contact", "contacts", "views", "viewed", "received", "got", "sent", "ad", "ads", "any", "flag", "n", "num", "count"])  # fmt: skip
RESPONSE_WORDS = frozenset(["click", "clicks", "clicked", "open", "opens", "opened", "visit", "visits", "visited", "session", "sessions", "klicks", "clics"])  # fmt: skip
"""Words of columns that hold how people answered to what reached them."""
MEDIUM_WORDS = frozenset(["tv", "ctv", "radio", "print", "search", "sem", "social", "display", "video", "email", "emails", "newsletter", "sms", "push", "mail", "mailing", "catalogue", "catalog", "affiliate", "affiliates", "influencer", "retargeting", "remarketing", "shopping", "banner", "podcast", "outdoor", "ooh", "cinema", "facebook", "meta", "instagram", "google", "bing", "youtube", "tiktok", "pinterest", "snapchat", "linkedin", "twitter", "amazon", "programmatic", "seo", "fernsehen", "suche", "plakat", "télévision", "buscador", "anzeige", "anzeigen", "ad", "ads"])  # fmt: skip
"""Words of columns that hold contact with a medium."""
RANDOM_WORDS = ("randomised", "randomized", "at random", "random assignment", "randomly", "coin", "experiment group", "test group", "control group", "a/b", "ab test", "holdout", "variant")  # fmt: skip
