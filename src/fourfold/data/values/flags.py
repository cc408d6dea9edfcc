"""The letters that statistical offices put behind numbers, or write instead of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from fourfold.data.messages import listed

from .amounts import amount_of

__all__ = ["MOST_FACES", "are_flagged", "flags_said", "is_mark", "unflagged"]

LETTERS = "bcdefinprsuz"
FLAGGED = re.compile(rf"(.*\d)(?:\s+([{LETTERS}]{{1,4}})|\s*\(((?i:[{LETTERS}]{{1,4}}))\))\s*", re.DOTALL)
"""A number with flags behind it, perhaps in brackets: provisional, estimated, revised, break in the series, ..."""

ENDING = re.compile(r".*\d\s*(?:[^\W\d_]{1,4}|\([^\W\d_]{1,4}\))\s*", re.DOTALL)
"""A number with letters behind it, be these flags, units, or parts of a code."""

UNITS = frozenset("cdfs")
"""Flags that may be units: degrees, days and seconds."""

FEW = 3
"""The most letters of flags that are on all numbers: the letters of codes are many."""

MEASURED = re.compile(r"\d[.,]\d|\d{4}")
"""Digits that tell a quantity from the number of a house."""

WITHHELD = "[cdhklnsuwxz]|n[adp]"
MARKS = re.compile(
    rf"\.[a-z]|:\s*(?:[a-z]{{1,4}}|\([a-z]{{1,4}}\))|\((?:{WITHHELD})\)|\[(?:{WITHHELD})\]", re.IGNORECASE
)
"""What is written where there is no number: .a to .z of Stata, a colon with flags as of Eurostat, letters in brackets
for what is withheld, as of American and British offices."""

CROSS, MOST_FACES = "x", 11
"""A cross is such a mark, too, beside more numbers than a betting slip (1, X, 2) or check digits (0 to 9, X) have."""


def is_mark(word: str, numbers: int) -> bool:
    """Whether a word stands for no number among so many different ones.

    >>> is_mark(": c", 2), is_mark("(D)", 2), is_mark("x", 2), is_mark("x", 20), is_mark("(q)", 20)
    (True, True, False, True, False)
    """
    bare = word.strip()
    return MARKS.fullmatch(bare) is not None or (bare.casefold() == CROSS and numbers > MOST_FACES)


def unflagged(word: str) -> str:
    """A word without the flags behind its number.

    >>> unflagged("12.3 p"), unflagged("8.1(P)"), unflagged("12 km")
    ('12.3', '8.1', '12 km')
    """
    found = FLAGGED.fullmatch(word)
    return found[1] if found else word


def flag_of(word: str) -> str:
    """The flags behind a number, "" where there are none."""
    found = FLAGGED.fullmatch(word)
    return (found[2] or found[3]) if found else ""


def are_flagged(words: Sequence[str]) -> bool:
    """Whether some of these words are numbers with flags behind them, and no others have letters there. They are where
    more are plain numbers, or beside plain numbers the flags are several, or no units; on all numbers they are a few
    letters, in brackets or several of them, behind quantities.

    >>> are_flagged(["13.5 p", "12.1 e", ":"]), are_flagged(["13.5 p", "12.1 p", "11"]), are_flagged(["5 b", "7 b"])
    (True, True, False)
    >>> are_flagged(["12 a", "3 b", "7", "8"]), are_flagged(["12 b", "3 e"]), are_flagged(["1.5 d", "30 s"])
    (False, False, False)
    """
    flags = {word: flag for word in words if (flag := flag_of(word))}
    if not flags or any(ENDING.fullmatch(word) for word in words if word not in flags):
        return False
    amounts = [amount for word in words if (amount := amount_of(word)) is not None and not amount.unit]
    several = len({*flags.values()}) > 1
    if len(flags) < len(amounts) or (amounts and several):
        return True
    letters = {*"".join(flags.values()).casefold()}
    if letters <= UNITS or min(map(len, flags.values())) > 1:
        return False
    if any(not amount.is_zero for amount in amounts):
        return True
    bracketed = all(word.rstrip().endswith(")") for word in flags)
    return (several or bracketed) and len(letters) <= FEW and any(map(MEASURED.search, flags))


def flags_said(values: np.ndarray | Iterable[str | None]) -> str:
    """What to say of the flags behind the words of a column that are left out.

    >>> flags_said(["13.5 p", "12.1 e", None, "11", "10 p"])
    "flags behind 3 of 4 values left out: 'p', 'e'"
    """
    present = [value for value in values if value is not None]
    flags = Counter(flag for value in present if (flag := flag_of(value)))
    return f"flags behind {flags.total():,} of {len(present):,} values left out: {listed([*flags])}"
