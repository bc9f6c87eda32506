"""A fact as it was given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One given fact.

    Attributes:
        id: `f1`, `f2`, … in the order given.
        kind: `product`, `brand`, `price`, `colour`, `material`, `audience`, `property` (named) or `phrase`.
        name: The property's name, empty for the other kinds.
        value: What is said, cleaned of markup, exclamation marks and doubled punctuation.
        source: The words as they were given.
    """

    id: str
    kind: str
    name: str
    value: str
    source: str


@dataclass(frozen=True)
class GivenFacts:
    """Facts that can be used, and those that cannot, with the reason."""

    usable: tuple[Fact, ...]
    refused: tuple[tuple[str, str], ...]
    language: str = "und"

    @property
    def details(self) -> tuple[Fact, ...]:
        """What is said of the product, beside its name and brand."""
        return tuple(f for f in self.usable if f.kind not in ("product", "brand"))

    @property
    def subject(self) -> Fact | None:
        """The product, else the brand."""
        return self.first("product") or self.first("brand")

    def first(self, kind: str) -> Fact | None:
        """The first fact of `kind`, or None."""
        return next((f for f in self.usable if f.kind == kind), None)
