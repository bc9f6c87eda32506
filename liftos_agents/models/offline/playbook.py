"""A playbook: what a specialist does for each kind of request, as data.

Hosted models read it as guidance; the offline model follows it to the letter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Frozen, and strict about unknown keys, so that a misspelt key is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Model):
    """One tool call.

    Attributes:
        id: What references and conditions call its result.
        tool: Name of the tool, or `=` and an expression that gives it.
        when: Condition; absent means always.
        arguments: Fixed values, or slots such as `$money`; what is not known is left out.
        arguments_of: Expression for a map of further arguments.
        afresh: Arguments that a follow-up does not carry over when it states one of them itself.
        needs: Steps that must have finished; a step runs without them if they failed.
    """

    id: str
    tool: str
    when: str = "true"
    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])
    arguments_of: str | None = None
    afresh: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Sentence(Model):
    """A sentence of the findings, once or once per item.

    Attributes:
        when: Condition for the whole.
        each: `c in fit.channels` (keys) or `i at fit.checks` (positions).
        where: Condition on each item.
        sort: Expression to sort items by, ascending.
        limit: How many at most.
        text: With `{step:path|format}` for numbers and `<name>` for words.
    """

    text: str
    when: str = "true"
    each: str | None = None
    where: str = "true"
    sort: str | None = None
    limit: int | None = None


class Listing(Model):
    """A list of items under a name, and the words that join them."""

    name: str
    each: str
    where: str = "true"
    sort: str | None = None
    limit: int | None = None
    text: str | None = None


class Intent(Model):
    """One kind of request.

    Attributes:
        name: For the reader.
        about: Phrases in the user's words.
        default: Taken when no other fits.
        when: Condition on the slots.
        first: Condition on the slots under which it goes before all others.
        requires: Slots without which the user is asked; slot to question.
    """

    name: str
    about: tuple[str, ...] = ()
    default: bool = False
    when: str = "true"
    first: str = "false"
    requires: dict[str, str] = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    lists: tuple[Listing, ...] = ()
    headline: tuple[Sentence, ...] = ()
    claims: tuple[Sentence, ...] = ()
    recommendations: tuple[Sentence, ...] = ()
    caveats: tuple[Sentence, ...] = ()


class Playbook(Model):
    """Intents in the order in which they are worked through.

    Attributes:
        playbook: Version of the format.
        words: What a reader sees for a key of a result, where its own name would not do.
        shared: Holds anchors only.
    """

    playbook: int
    intents: tuple[Intent, ...]
    words: dict[str, str] = Field(default_factory=dict[str, str])
    shared: Any = None


@lru_cache(maxsize=64)
def read_playbook(text: str) -> Playbook:
    """The playbook in `text`.

    Raises:
        pydantic.ValidationError: A key or a value is not of the format.
    """
    return Playbook.model_validate(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
