"""What columns are called that tell which row it is, or of which year."""

from __future__ import annotations

import re

__all__ = ["ID", "YEARS", "YEAR_NAMES"]

ID = re.compile(r"(?i:^|[_\W]|case|client|customer|patient|person|subj|subject|user)(?i:id)$|[a-z](Id|ID)$")
"""Names of ids: not acid, or paid."""

YEAR_NAMES = frozenset(["year", "yr", "yyyy", "jahr", "annee", "année", "anno", "año", "ano", "jaar"])
"""Words that call a column one of years."""

YEARS = (1000, 2999)
"""The first and the last year."""
