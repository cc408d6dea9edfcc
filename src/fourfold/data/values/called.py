"""What columns are called that tell which row it is, or of which time."""

from __future__ import annotations

import re

import numpy as np

from .stamps import named

__all__ = ["CASES", "ID", "UNITS", "YEARS", "YEAR_NAMES", "is_part_of_time", "is_time"]

ID = re.compile(r"(?i:^|[_\W]|case|client|customer|patient|person|subj|subject|user)(?i:id)$|[a-z](Id|ID)$")
"""Names of ids: not acid, or paid."""

UNITS = frozenset(
    ["subject", "subj", "patient", "participant", "proband", "respondent", "person", "individual", "animal", "student"]
)
"""Words, in the singular, that call a column what has a number, and several rows perhaps."""

CASES = UNITS | {"obs", "observation", "case", "child", "kid", "woman", "man", "uid", "pid", "patid", "idnum"}
"""These, and others that number rows, or how many there are of a kind."""

YEAR_NAMES = frozenset(["year", "yr", "yyyy", "jahr", "annee", "année", "anno", "año", "ano", "jaar"])
"""Words that call a column one of years."""

YEARS = (1000, 2999)
"""The first and the last year."""

PARTS_OF_TIME = {
    12: "month monat mois mese mes maand",
    31: "day tag jour giorno dia día dag",
    24: "hour stunde heure ora hora uur",
    53: "week woche kalenderwoche semaine semana settimana",
    4: "quarter quartal trimestre kwartaal kvartal",
}
"""Words that call a column a part of a time, by the highest number in it."""

TIMES = (
    "time date hour hr minute day week month quarter qtr year yr period wave visit round session occasion trial "
    "zeit datum stunde tag woche monat quartal jahr welle besuch heure jour semaine mois trimestre annee année "
    "hora dia día semana mes año ora giorno settimana mese anno uur dag maand kwartaal jaar"
)


def is_part_of_time(name: str, values: np.ndarray) -> bool:
    """Whether numbers (N,) are the months of a year, the days of a month, ..., several of them, as a column is called.

    >>> is_part_of_time("Day", np.array([1.0, 31.0, 7.0])), is_part_of_time("day", np.array([0.5, 80.0]))
    (True, False)
    """
    most = next((most for most, words in PARTS_OF_TIME.items() if name.casefold() in words.split()), 0)
    whole = bool(len(values)) and bool((values == np.round(values)).all())
    return whole and bool(values.min() >= 0 and most / 2 < values.max() <= most)


def is_time(name: str) -> bool:
    """Whether a word in a name, in the singular, is one for times.

    >>> is_time("Date.of.visit"), is_time("years_of_school")
    (True, False)
    """
    return not set(TIMES.split()).isdisjoint(named(name))
