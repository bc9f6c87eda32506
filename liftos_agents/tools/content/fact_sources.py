"""Where the facts and the language of a call come from: arguments, a document, a row of a catalogue."""

from __future__ import annotations

from liftos_agents.tools.catalogue import product_of
from liftos_agents.tools.content.fact_language import clearly_other, spoken, usable_in_any
from liftos_agents.tools.content.fact_words import LANGUAGES
from liftos_agents.tools.content.facts import GivenFacts
from liftos_agents.tools.content.given_facts import fact_texts, gather
from liftos_agents.tools.content.policy import LANGUAGES as CHECKED_LANGUAGES
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolFailed, ToolRetry

Facts = dict[str, str | int | float | bool | list[str]] | list[str]

_NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
    "ja": "Japanese",
    "zh": "Chinese",
}


def facts_of(
    context: ToolContext,
    facts: Facts | None,
    text: str | None,
    item: str | None,
    product: str | None,
    brand: str | None,
) -> GivenFacts:
    """The facts of a call: those given, and those of the text, the document or the named row of the catalogue.

    Raises:
        ToolRetry: No facts are given and the data names no product, or several.
        ToolFailed: No facts are given and the data is a table of something else.
    """
    own = bool(facts) or (product is not None and context.given_dataset is None)
    source, named = text, None
    if text is not None or context.given_dataset is not None:
        try:
            found = product_of(context, item, text)
            source, named = found.source, found.brand
        except (ToolRetry, ToolFailed):
            if not own:
                raise
    return gather(facts, source, product=product, brand=brand, text_brand=named)


def in_language(given: GivenFacts, wanted: str | None) -> tuple[GivenFacts, str, tuple[str, ...]]:
    """Facts that may stand in the wanted language, the language written in, and what to say about it.

    Raises:
        ToolRetry: Copy is not written in that language, or too few facts can be quoted in it.
    """
    told = given.language
    language = (wanted or "").casefold().split("-")[0].split("_")[0]
    if not language:
        language = "en" if told == "und" else told
    if language not in LANGUAGES:
        raise ToolRetry(
            f"copy is not written in {_NAMES.get(language, repr(language))}",
            fix=f"Give language, one of {', '.join(LANGUAGES)}; facts with names and measures can be quoted in each",
        )
    if told in ("und", language):
        others = [f for f in given.usable if clearly_other(f, language)]
        kept = tuple(f for f in given.usable if f not in others)
        refused = tuple(
            (f.source, f"is not in {_NAMES[language]}, and facts are not translated") for f in others
        )
        return GivenFacts(kept, given.refused + refused, told), language, ()
    kept, left = usable_in_any(given.usable)
    if not any(f.kind not in ("product", "brand") for f in kept):
        raise ToolRetry(
            f"the facts are in {_NAMES[told]}, and none can be quoted in {_NAMES[language]}: facts are not translated",
            fix=f"Give the facts in {_NAMES[language]}, or give the language {told!r}",
        )
    refused = tuple((f.source, f"is in {_NAMES[told]}, and facts are not translated") for f in left)
    caveat = (
        f"The facts are in {_NAMES[told]} and are not translated: "
        f"only names and numbers with units stand in the {_NAMES[language]} lines."
    )
    return GivenFacts(kept, given.refused + refused, told), language, (caveat,)


def sources_of(
    context: ToolContext, facts: Facts | None, item: str | None, *, own_text: bool
) -> tuple[str, ...] | None:
    """Texts that copy may repeat: the facts given, else the document or the named product; None where there are none."""
    if facts:
        return fact_texts(facts)
    if context.given_dataset is None or own_text:
        return None
    try:
        return (product_of(context, item).source,)
    except (ToolRetry, ToolFailed):
        return None


def copy_language(copy: dict[str, tuple[str, ...]], wanted: str | None) -> str:
    """The language given, else that of the copy, else English.

    Raises:
        ToolRetry: The policy has no words in that language.
    """
    if wanted is None:
        found = spoken((), (line for lines in copy.values() for line in lines))
        return "en" if found == "und" else found
    code = wanted.casefold().split("-")[0].split("_")[0]
    if code not in CHECKED_LANGUAGES:
        raise ToolRetry(
            f"the policy has no words in the language {wanted!r}",
            fix=f"Give one of {', '.join(CHECKED_LANGUAGES)}",
        )
    return code
