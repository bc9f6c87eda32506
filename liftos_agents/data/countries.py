"""Countries by ISO code, English name or a name of their own."""

from __future__ import annotations

import csv
import difflib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from liftos_agents.errors import ArgumentError

Hemisphere = Literal["north", "south"]


@dataclass(frozen=True)
class Country:
    """A country whose holidays are known.

    Attributes:
        code: ISO 3166-1 alpha-2.
        hemisphere: That of its centre; the seasons follow it.
    """

    code: str
    name: str
    hemisphere: Hemisphere


def find_country(text: str) -> Country:
    """The country that `text` names: ISO code of two or three letters, English name, or a name in a language of its own.

    Raises:
        ArgumentError: There is none; the message names the nearest ones.
    """
    known = _by_name()
    found = known.get(_plain(text))
    if found is not None:
        return found
    close = difflib.get_close_matches(_plain(text), [name for name in known if len(name) > 3], 5, 0.6)
    nearest = list(dict.fromkeys(f"{known[name].name} ({known[name].code})" for name in close))[:3]
    raise ArgumentError(
        f"no holiday calendar for country {text!r}",
        where="country",
        fix=f"Did you mean {' or '.join(nearest)}?"
        if nearest
        else "Give an ISO code such as 'US' or 'DE', or a country's name",
    )


@cache
def _by_name() -> dict[str, Country]:
    """Every folded name to its country. Names are those of the Unicode CLDR."""
    found: dict[str, Country] = {}
    with Path(__file__).with_name("countries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for keys in (("code", "code3", "name"), ("other_names",)):
        for row in rows:
            country = Country(row["code"], row["name"], "south" if row["hemisphere"] == "south" else "north")
            for key in keys:
                for name in filter(None, row[key].split("|")):
                    found.setdefault(_plain(name), country)
    return found


def _plain(text: str) -> str:
    """`text` without case, accents, hyphens and doubled spaces."""
    folded = unicodedata.normalize("NFKD", text.strip().casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(bare.replace("-", " ").replace("_", " ").replace(".", " ").split())
