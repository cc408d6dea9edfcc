"""Fractions as carpenters and cooks write them: 3/4, 1 1/2, 2½, 5/8"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["Fractions", "fractions_of"]

PARTS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64, 100)
"""Into how many parts people divide."""

FRACTION = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<whole>\d{1,6}(?:\.\d+)?)(?:[ -](?=\d)|\s?(?=\D)|\Z))?"
    r"(?:(?P<above>\d{1,2})[/\u2044](?P<below>\d{1,3})|(?P<sign_of>[\u00bc-\u00be\u2150-\u215e]))?"
    r"\s?(?P<unit>\"|''|\u2033|\u201d|in\.?|inch(?:es)?)?"
)
"""A whole number, a fraction in two numbers or as one character, or both; inches behind it."""


@dataclass(frozen=True)
class Fractions:
    """Numbers some of which are fractions, proper ones of a usual number of parts: neither scores nor days of a month.

    >>> [Fractions().parse(word) for word in ("3/4", "1 1/2", "2\u00bd", "5", '5/8"', "4/3", "3/7")]
    [0.75, 1.5, 2.5, 5.0, 0.625, None, None]
    """

    unit: ClassVar[str] = ""
    said: ClassVar[str] = "3/4 is 0.75"
    example: ClassVar[str] = "3/4"

    def parse(self, word: str) -> float | None:
        found = FRACTION.fullmatch(word.strip())
        if found is None or not (found["whole"] or found["above"] or found["sign_of"]):
            return None
        part = unicodedata.numeric(found["sign_of"]) if found["sign_of"] else 0.0
        if found["above"]:
            above, below = int(found["above"]), int(found["below"])
            if not 0 < above < below or below not in PARTS:
                return None
            part = above / below
        number = float(found["whole"] or 0) + part
        return -number if found["sign"] == "-" else number


def fractions_of(words: Collection[str]) -> Fractions | None:
    """The style of words, where all with a digit are such numbers, several of them with a fraction; None of others.

    >>> fractions_of(["1/2", "3/4", "1"]), fractions_of(["1/2", "13/2"]), fractions_of(["1/2/2020", "3/4/2020"])
    (Fractions(), None, None)
    """
    fractions = {word for word in words if any(mark in word for mark in "/\u2044\u00bc\u00bd\u00be")}
    numbers = [word for word in words if any(map(str.isnumeric, word))] if len(fractions) > 1 else []
    return Fractions() if numbers and all(Fractions().parse(word) is not None for word in numbers) else None
