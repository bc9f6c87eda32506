"""Which encoding a text file is in."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from liftos_agents.errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr"]
_SAMPLE = 256 * 1024
_BLOCK = 1024 * 1024


def encoding_of(path: Path) -> str:
    """The encoding of a text file: `utf-8`, `utf-8-sig`, `utf-16`, `cp1252`, …

    Raises:
        DataError: The file is binary or in no known encoding.
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if b"\0" in start:
        return _utf16_without_mark(start, path)
    return "utf-8" if _is_utf8(path) else _guess(start, path)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _utf16_without_mark(start: bytes, path: Path) -> str:
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        if zeros and zeros.count(0) > 0.6 * len(zeros):
            return name
    raise DataError(
        "this is a binary file", where=path.name, fix="Give CSV, Parquet, XLSX, JSON lines or Stata"
    )


def _guess(start: bytes, path: Path) -> str:
    try:
        text = start.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    letters = [c for c in text if ord(c) > 127]
    western = "äöüßÄÖÜéèêàçñóíáúôûâîëïÉÈøØåÅæÆ€£–’“”„° \u00a0§ÑÁÓãõœ"
    if letters and sum(c in western for c in letters) >= 0.8 * len(letters):
        return "cp1252"
    best = from_bytes(start, cp_isolation=_CANDIDATES).best()
    if best is None:
        raise DataError("the encoding is not known", where=path.name, fix="Save the file as UTF-8")
    return best.encoding
