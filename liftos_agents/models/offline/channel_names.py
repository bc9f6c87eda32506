"""Which of the data's channels a sentence names, in spite of typing errors and nicknames."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.quantities import plain, quantities

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("tv", "television", "linear tv", "fernsehen", "tele", "ctv", "televisione", "tv ads"),
    ("ooh", "out of home", "out-of-home", "outdoor", "billboards", "billboard", "posters", "plakate", "affichage", "dooh", "vallas"),
    ("print", "newspapers", "newspaper", "magazines", "press", "zeitung", "zeitungen", "presse", "prensa"),
    ("radio", "audio", "podcast"),
    ("search", "paid search", "sem", "ppc", "google ads", "google", "adwords", "suche", "sea", "recherche", "busqueda"),
    ("facebook", "fb", "meta", "facebook ads", "meta ads"),
    ("instagram", "ig", "insta"),
    ("tiktok", "tik tok", "tik-tok"),
    ("youtube", "yt", "you tube"),
    ("linkedin", "linked in"),
    ("display", "banners", "banner"),
    ("email", "e-mail", "newsletter", "e mail", "mailing"),
    ("affiliate", "affiliates"),
    ("pinterest",),
    ("snapchat", "snap"),
    ("social", "paid social", "social media", "soziale medien", "reseaux sociaux", "redes sociales"),
)  # fmt: skip
_SOCIAL = ("facebook", "instagram", "tiktok", "linkedin", "pinterest", "snapchat", "social", "meta", "fb")
_WORD = re.compile(r"[a-z0-9_&]+(?:-[a-z0-9_&]+)*")
_TYPO = 80.0
_LEAD = 8.0


@dataclass(frozen=True)
class Mention:
    """A place where a channel is named; `choices` is empty when the data has no such channel.

    One choice is a channel; several are a question to the user.
    """

    said: str
    choices: tuple[str, ...]
    start: int
    end: int


def mentions(
    text: str, channels: Sequence[str], taken: Sequence[tuple[int, int]] = ()
) -> tuple[Mention, ...]:
    """Channels named in `text`, which is plain already, in order.

    Args:
        channels: The data's channels.
        taken: Places that are something else, such as quantities.
    """
    found: list[Mention] = []
    words = [m for m in _WORD.finditer(text) if not _overlaps(m.start(), m.end(), taken)]
    index = 0
    while index < len(words):
        for size in (3, 2, 1):
            run = words[index : index + size]
            if len(run) < size:
                continue
            start, end = run[0].start(), run[-1].end()
            if end - start > sum(w.end() - w.start() for w in run) + size - 1:
                continue
            choices = _named(text[start:end], channels)
            if choices is not None:
                found.append(Mention(text[start:end], choices, start, end))
                index += size - 1
                break
        index += 1
    return tuple(found)


@lru_cache(maxsize=1024)
def in_common_words(text: str, channels: tuple[str, ...], *, every: bool = False) -> str:
    """`text` with the data's own names of channels said as `channel`.

    A name that is a word of the trade anyway (`search`) stays as it is.

    Args:
        every: Such words too, and media that the data does not have: what is left is what is asked of a channel.
    """
    said = plain(text)
    taken = [(q.start, q.end) for q in quantities(said)]
    for mention in reversed(mentions(said, channels, taken)):
        own = bool(mention.choices) and not all(w in lexicon().words for w in mention.said.split())
        if every or own:
            said = f"{said[: mention.start]}channel{said[mention.end :]}"
    return said


def _named(said: str, channels: Sequence[str]) -> tuple[str, ...] | None:
    key = _key(said)
    exact = tuple(c for c in channels if _key(c) == key)
    if exact:
        return exact
    for group in _GROUPS:
        if said in group:
            return _members(group, channels)
    if len(said) >= 3 and " " not in said and said not in lexicon().stop_words:
        holding = tuple(c for c in channels if said in re.split(r"[\W_]+", plain(c)))
        if holding:
            return holding
    return _misspelt(said, key, channels)


def _members(group: tuple[str, ...], channels: Sequence[str]) -> tuple[str, ...]:
    keys = {_key(member) for member in (_SOCIAL if group[0] == "social" else group)}
    exact = tuple(c for c in channels if _key(c) in keys)
    if exact:
        return exact
    return tuple(c for c in channels if keys & {_key(part) for part in re.split(r"[\W_]+", plain(c))})


def _misspelt(said: str, key: str, channels: Sequence[str]) -> tuple[str, ...] | None:
    known = said in lexicon().words or said in lexicon().stop_words or said in lexicon().plain
    if len(key) < 4 or known or " " in said:
        return None
    digits = re.sub(r"\D", "", key)
    names = [(name, _key(name)) for name in channels]
    spellings = names + [
        (members[0], _key(word))
        for group in _GROUPS
        for word in group
        if len(word) >= 5 and len(members := _members(group, channels)) == 1
    ]
    best: dict[str, float] = {}
    for name, spelling in spellings:
        if re.sub(r"\D", "", spelling) == digits:
            best[name] = max(best.get(name, 0.0), fuzz.ratio(key, spelling))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < _TYPO:
        return None
    return tuple(name for name, score in ranked if score > ranked[0][1] - _LEAD)


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", plain(name))


def _overlaps(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    return any(s < end and start < e for s, e in taken)
