"""What is said of words that numbers stand in: why they are not taken for these."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["CODED", "coded", "hint_of", "of_codes"]

EXCEL = re.compile(
    r"\d{1,2}-(?:Jan|Feb|M[a\u00e4]r|Apr|May|Mai|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])"
    r"|(?:Jan|Feb|M[a\u00e4]r|Apr|May|Mai|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])-\d\d"
)
"""What Excel makes of 3-4 and 4-03."""

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
MARKED = re.compile(r"[^\W_]")
RANGE = re.compile(r"\s*\d+(?:[.,]\d+)?\s*[-\u2013]\s*\d+(?:[.,]\d+)?\s*")
IDENTIFIER = re.compile(r"[+(]|\d+(?:[.:]\d+){2,}|0\d|\d{5}|(?:19|20)\d\d-")
"""Numbers of telephones, addresses of computers, versions, codes and years: no quantities."""

CODED = ("0[0-9]+", "[0-9]+[eE][0-9]+")
"""Numbers that may be codes: one of a column has leading zeros, or all of them an exponent without a point or sign."""

FEW, MOSTLY = 1000, 0.9
"""Words by which it is told, and the share of them that has to have numbers."""


def coded(word: str) -> str:
    """What to say of a column of numbers with such a word in it.

    >>> coded("007"), coded("1E5")[:22]
    ("'007' counts as 7; if these are codes, put a letter before each", "'1E5' counts as 100000")
    """
    return f"{word!r} counts as {float(word):.12g}; if these are codes, put a letter before each"


def of_codes(words: Sequence[str]) -> str:
    """What to say of words that are read as numbers; "" of most."""
    zeros, powers = ([word for word in words if re.fullmatch(form, word.strip())] for form in CODED)
    if zeros:
        return coded(zeros[0].strip())
    return coded(powers[0].strip()) if powers and len(powers) == len(words) else ""


def hint_of(words: Sequence[str]) -> str:
    """What to say of different words that are categories; "" of most.

    >>> hint_of(["120/80", "135/90"])
    "several numbers in a cell, as in '120/80'; if these are quantities, give each a column"
    >>> hint_of(["0-2", "3-Apr", "5-9"])[:21], hint_of(["red", "blue"]), hint_of(["10.0.0.1", "10.0.0.2"])
    ("'3-Apr' among others,", '', '')
    """
    words = words[:FEW]
    dates = [word for word in words if EXCEL.fullmatch(word.strip())]
    if dates and len(dates) < len(words) and any(NUMBER.search(word) for word in words if word not in dates):
        return f"{dates[0]!r} among others, as Excel turns 3-4 into a date; if so, correct these cells"
    several = [
        word
        for word in words
        if len(NUMBER.findall(word)) > 1 and not IDENTIFIER.match(word.strip()) and not RANGE.fullmatch(word)
    ]
    bare = [word for word in several if not MARKED.search(NUMBER.sub("", word))]
    if len(bare) >= MOSTLY * len(words):
        return f"several numbers in a cell, as in {bare[0][:30]!r}; if these are quantities, give each a column"
    return ""
