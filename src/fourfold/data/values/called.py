"""What columns are called that tell which row it is, or of which time."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np

from .stamps import named

__all__ = [
    "CASES", "ID", "PARTS_OF_TIME", "QUARTERS", "UNITS", "WEEKS", "YEARS", "YEAR_NAMES", "are_parts", "is_part_of_time",
    "is_time",
]  # fmt: skip

ID = re.compile(r"(?i:^|[_\W]|case|client|customer|patient|person|subj|subject|user)(?i:id)$|[a-z](?<![Yy]ear)(Id|ID)$")
"""Names of ids: not acid, or paid, or yearID."""

UNITS = frozenset(
    ["subject", "subj", "patient", "participant", "proband", "respondent", "person", "individual", "animal", "student"]
)
"""Words, in the singular, that call a column what has a number, and several rows perhaps."""

CASES = UNITS | {"obs", "observation", "case", "child", "kid", "woman", "man", "uid", "pid", "patid", "idnum"}
"""These, and others that number rows, or how many there are of a kind."""

PARTS_OF_TIME = (
    "year yr yyyy jahr annee année anno año ano jaar",
    "month mon mo mm monat mois mese mes mês maand",
    "day dd dy mday tag jour giorno dia día dag",
    "hour hr hh stunde heure ora hora uur",
    "minute min mi",
    "second sec ss",
)
"""What columns of parts are called, a line a part."""

WEEKS = "week wk kw cw woche kalenderwoche isoweek semaine semana settimana"
QUARTERS = "quarter qtr q quartal trimestre kwartaal kvartal"
"""What follows a year in place of a month."""

YEAR_NAMES = frozenset(PARTS_OF_TIME[0].split())
"""Words that call a column one of years."""

YEARS = (1000, 2999)
"""The first and the last year."""

HIGHEST = dict(zip((*PARTS_OF_TIME[1:4], WEEKS, QUARTERS), (12, 31, 24, 53, 4)))
"""The highest number of months, days of a month, hours, weeks and quarters, by what their columns are called."""

TIMES = (
    "time date hour hr minute day week month quarter qtr year yr period wave visit round session occasion trial "
    "zeit datum stunde tag woche monat quartal jahr welle besuch heure jour semaine mois trimestre annee année "
    "hora dia día semana mes año ora giorno settimana mese anno uur dag maand kwartaal jaar"
)

PARTS = frozenset({
    "train", "training", "val", "valid", "validation", "dev", "test", "testing", "holdout", "eval", "publictest",
    "privatetest",
})  # fmt: skip
"""What the parts of a split are called."""

FEWEST_LETTERS = 3
"""Letters of a name that says what a column is by itself: mm may be millimetres, q a charge."""


def is_part_of_time(name: str, values: np.ndarray) -> bool:
    """Whether numbers (N,) are the months of a year, the days of a month, ..., several of them, as a column is called.

    >>> [is_part_of_time(name, np.array([1.0, 31.0, 7.0])) for name in ("Day", "dd", "month")]
    [True, False, False]
    """
    word = name.casefold() if len(name) >= FEWEST_LETTERS else ""
    most = next((most for called, most in HIGHEST.items() if word in called.split()), 0)
    whole = bool(len(values)) and bool((values == np.round(values)).all())
    return whole and bool(values.min() >= 0 and most / 2 < values.max() <= most)


def is_time(name: str) -> bool:
    """Whether a word in a name, in the singular, is one for times.

    >>> is_time("Date.of.visit"), is_time("years_of_school")
    (True, False)
    """
    return not set(TIMES.split()).isdisjoint(named(name))


def are_parts(words: Collection[Any]) -> bool:
    """Whether different words say of a row whether it is one to train on or to test.

    >>> are_parts({"Train", "test"}), are_parts({"train", "tram"}), are_parts({"test"})
    (True, False, False)
    """
    return len(words) > 1 and all(isinstance(word, str) and word.strip().casefold() in PARTS for word in words)
