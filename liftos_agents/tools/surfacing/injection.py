"""Text that addresses the machine instead of the shopper: found, set aside, never followed."""

from __future__ import annotations

import re

_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}\b(?:instructions?|prompts?|rules|above|previous|earlier|guidelines)\b"
    r"|\b(?:system|developer)\s*(?:prompt|message|instruction)s?\b"
    r"|\b(?:as|you are|you're|act as|pretend to be)\s+(?:an?\s+)?(?:ai|assistant|language model|chatbot|llm)\b"
    r"|\b(?:dear|attention|note to|hey|hello)\s+(?:ai|assistants?|language models?|chatbots?|llms?|chatgpt|claude|gemini|copilot)\b"
    r"|\b(?:ai|llm|language model|chatbot|assistant)s?\b[^.!?\n]{0,20}\b(?:must|should|shall|always|have to)\b"
    r"|\b(?:always|must|you should)\s+(?:recommend|rank|list|mention|choose|cite|prefer)\b[^.!?\n]{0,60}"
    r"|\brank\s+(?:this|it|us)\b[^.!?\n]{0,30}\b(?:first|top|highest|number one|#1)"
    r"|\b(?:recommend|mention|list)\s+(?:this|our|only)\b[^.!?\n]{0,40}\b(?:first|only|above|over|instead)\b"
    r"|\bdo not\s+(?:mention|recommend|list|reveal|tell)\b"
    r"|<\s*/?\s*(?:system|instructions?|assistant)\s*>|\[\s*/?\s*(?:INST|SYSTEM)\s*\]|<\|[a-z_]+\|>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(
    r"[\u200b\u2060\u2061-\u2064\u180e\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
# A full stop ends a sentence only before space: "99.9x" is one word.
_SENTENCE = re.compile(r"(?:[^.!?\n。！？]|[.!?]+(?=[^\s.!?]))*(?:[.!?]+(?=\s|$)|[。！？]+|\n|$)")


def set_aside(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` without the sentences that give a machine orders, and those sentences in order."""
    if not _INSTRUCTION.search(text):
        return text, ()
    kept: list[str] = []
    aside: list[str] = []
    for match in _SENTENCE.finditer(text):
        sentence = match.group(0)
        if _INSTRUCTION.search(sentence):
            aside.append(sentence.strip())
            kept.append("\n" if sentence.endswith("\n") else "")
        else:
            kept.append(sentence)
    rest = "".join(kept)
    if not aside:
        match = _INSTRUCTION.search(text)
        assert match is not None
        return text[: match.start()] + text[match.end() :], (match.group(0),)
    return rest, tuple(aside)


def strip_invisible(text: str) -> tuple[str, int]:
    """`text` without zero-width and direction-changing characters, and how many there were.

    A byte-order mark at the very start is not counted.
    """
    text = text.removeprefix("\ufeff")
    return _INVISIBLE.subn("", text)
