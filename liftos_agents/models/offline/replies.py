"""What is said when nothing is planned: a refusal with what can be done, or a question back, in the user's language."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any, cast

import yaml

from liftos_agents.domain.task import SpecialistBrief
from liftos_agents.models.offline.topics import owners


def refusal(about: str, specialists: tuple[SpecialistBrief, ...], language: str) -> str:
    """One sentence that declines and says what the specialists can do."""
    words = _replies().get(language)
    if words is None:
        abilities = [brief.handles[0] for brief in specialists if brief.handles]
        subject = "That" if about == "that" or any(c.isdigit() for c in about) else f"A request about {about}"
        return f"{subject} is not something that I can help with; what I can do is: {', '.join(abilities)}."
    abilities = _of_topics(words["able"], specialists) + _of_others(specialists, examples=False)
    return str(words["refuse"]).format(abilities=("、" if language in ("ja", "zh") else "; ").join(abilities))


def question_back(specialists: tuple[SpecialistBrief, ...], language: str) -> str:
    """A question back, with an example for each specialist."""
    words = _replies().get(language)
    if words is None:
        examples = [f"“{brief.examples[0]}”" for brief in specialists if brief.examples]
        return "What would you like to know? You could ask, for instance: " + " or ".join(examples)
    examples = _of_topics(words["ask"], specialists) + _of_others(specialists, examples=True)
    return str(words["which"]).format(examples=str(words["or"]).join(examples))


def _of_topics(table: dict[str, str], specialists: tuple[SpecialistBrief, ...]) -> list[str]:
    owned = owners(specialists)
    return [said for topic, said in table.items() if topic in owned]


def _of_others(specialists: tuple[SpecialistBrief, ...], *, examples: bool) -> list[str]:
    """What specialists of the host's own say of themselves, in their own words."""
    owning = set(owners(specialists).values())
    own = [brief.examples if examples else brief.handles for brief in specialists if brief.name not in owning]
    return [said[0] for said in own if said]


@lru_cache(maxsize=1)
def _replies() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__ or "").joinpath("replies.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
