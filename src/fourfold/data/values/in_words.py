"""What a column holds, in the words of messages."""

from __future__ import annotations

import numpy as np

from fourfold.preprocessing.table import missing

from .amounts import is_number
from .words import understood

__all__ = ["WORDS", "held", "of_kind"]

WORDS = ("category", "text")
PLURAL = {"number": "numbers", "boolean": "booleans", "date": "dates", "category": "words", "text": "words"}


def of_kind(kind: str, written: str = "") -> str:
    """Values of a kind, and how they are written.

    >>> of_kind("number", "1.234,5")
    'numbers written as 1.234,5'
    """
    return f"{PLURAL[kind]} written as {written}" if written else PLURAL[kind]


def held(kind: str, values: np.ndarray) -> str:
    """The values (N,) of a kind; words as what they mean, with one of them.

    >>> held("number", np.ones(2)), held("category", np.array([None, "old"], dtype=object))
    ('numbers', "words such as 'old'")
    >>> held("category", np.array(["27%", "5%"], dtype=object)), held("category", np.array(["27"], dtype=object))
    ("numbers written as 1234.5 %, such as '27%'", "numbers such as '27'")
    >>> held("category", np.array(["27", "many"], dtype=object))
    "words such as 'many'"
    """
    present = values[~missing(values)]
    if kind not in WORDS or not len(present):
        return of_kind(kind)
    meant = understood(present)
    said = of_kind(meant.kind, meant.written)
    others = [word for word in present if not is_number(word)] if meant.kind in WORDS else []
    return f"{said}{',' * bool(meant.written)} such as {str([*others, *present][0])[:30]!r}"
