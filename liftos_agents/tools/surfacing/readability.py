"""How easily a text reads: Flesch's reading ease with its constants for English and, by Amstad, for German."""

from __future__ import annotations

import re
from collections.abc import Sequence

from liftos_agents.tools.surfacing.lexicon import tokens

_VOWELS = re.compile(r"[aeiouyäöüàâéèêëîïôûáíóúãõœæ]+", re.I)
_CONSTANTS = {
    "de": (180.0, 1.0, 58.5),
    "es": (206.84, 1.02, 60.0),
    "fr": (207.0, 1.015, 73.6),
    "it": (217.0, 1.3, 60.0),
}
_ENGLISH = (206.835, 1.015, 84.6)
_NEUTRAL = 50.0


def reading_ease(sentences: Sequence[str], language: str) -> float:
    """Reading ease, 0 (hard) to 100 (easy); 50 where the language has no syllables to count.

    Follows Flesch (1948); constants for German by Amstad (1978), for Spanish by Fernández Huerta (1959),
    for French by Kandel and Moles (1958), for Italian by Franchina and Vacca (1972).
    """
    if language in ("ja", "zh"):
        return _NEUTRAL
    counted = [words for sentence in sentences if (words := tokens(sentence))]
    total = sum(len(words) for words in counted)
    if not total:
        return 0.0
    syllables = sum(_syllables(word) for words in counted for word in words)
    base, per_sentence, per_word = _CONSTANTS.get(language, _ENGLISH)
    ease = base - per_sentence * total / len(counted) - per_word * syllables / total
    return min(100.0, max(0.0, ease))


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    return max(1, groups)
