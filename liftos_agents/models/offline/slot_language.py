"""What is said of amounts, limits and changes in languages that the slots are not written for, put into English words."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import cast

import yaml

from liftos_agents.models.offline.language import language_of
from liftos_agents.models.offline.quantities import plain


@lru_cache(maxsize=1024)
def in_slot_words(text: str) -> str:
    """Plain `text` with its words for changes, limits and periods in English where its language needs that."""
    said = plain(text)
    table = _tables().get(language_of(text))
    if table is None:
        return said
    pattern, words = table
    return re.sub(r"\s+", " ", pattern.sub(lambda match: words[match.lastgroup or ""], said)).strip()


@lru_cache(maxsize=1)
def _tables() -> dict[str, tuple[re.Pattern[str], dict[str, str]]]:
    text = resources.files(__package__ or "").joinpath("slot_words.yaml").read_text("utf-8")
    content = cast(
        "dict[str, dict[str, str]]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    )
    return {language: _compiled(table, language not in ("ja", "zh")) for language, table in content.items()}


def _compiled(table: dict[str, str], spaced: bool) -> tuple[re.Pattern[str], dict[str, str]]:
    forms = [(plain(form.strip()), cue) for cue, listed in table.items() for form in str(listed).split(",")]
    forms.sort(key=lambda entry: (-len(entry[0]), entry[0]))
    groups: list[str] = []
    words: dict[str, str] = {}
    for position, (form, cue) in enumerate(forms):
        body = re.escape(form).replace(r"\*", r"\w*")
        whole = rf"(?<!\w){body}(?!\w)" if spaced else body
        groups.append(f"(?P<f{position}>{whole})")
        words[f"f{position}"] = cue
    return re.compile("|".join(groups)), words
