"""What columns are called that tell which row it is, or of which time."""

from __future__ import annotations

import re

from .stamps import named

__all__ = ["CASES", "ID", "UNITS", "YEARS", "YEAR_NAMES", "is_time"]

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

TIMES = (
    "time date hour hr minute day week month quarter qtr year yr period wave visit round session occasion trial "
    "zeit datum stunde tag woche monat quartal jahr welle besuch heure jour semaine mois trimestre annee année "
    "hora dia día semana mes año ora giorno settimana mese anno uur dag maand kwartaal jaar"
)


def is_time(name: str) -> bool:
    """Whether a word in a name, in the singular, is one for times.

    >>> is_time("Date.of.visit"), is_time("years_of_school")
    (True, False)
    """
    return not set(TIMES.split()).isdisjoint(named(name))
